import { exec, run, start } from "../../lib/checks/doing";
import { process } from "../../lib/checks/vocabulary";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { HostNetwork } from "../../lib/topology/network";
import type { ServerProps } from "../../lib/topology/server";
import { SETTINGS } from "../labs/synthesized";
import { refused } from "../topology/refused";
import { contended, full, lab, SAID, synthesized } from "./empty-lab";

const stack = synthesized(full());
const resources = (type: string) => stack.resource[type] ?? {};

test("containers and networks carry the lab's labels", () => {
  const labels = [
    { label: "docker-network-labs.lab", value: "mine" },
    { label: "docker-network-labs.instance", value: SETTINGS.instance },
    { label: "docker-network-labs.version", value: SETTINGS.version },
  ];
  for (const [name, { labels: found }] of Object.entries(resources("docker_container"))) {
    expect(found).toEqual([...labels, { label: "docker-network-labs.server", value: name }]);
  }
  expect(resources("docker_network")["lan"]?.["labels"]).toEqual(labels);
});

test("the state lies where lab and cdktf both look, at a relative path", () => {
  expect(stack.terraform.backend).toEqual({ local: { path: "../../../terraform.mine.tfstate" } });
});

test("a step lets servers be stopped: Terraform does not insist, and starts who loses after who holds", () => {
  const { first, second } = synthesized(contended()).resource["docker_container"] ?? {};
  expect([first?.["must_run"], second?.["must_run"]]).toEqual([false, false]);
  expect(second?.["depends_on"]).toContain("docker_container.first");
  expect(synthesized(full()).resource["docker_container"]?.["web"]?.["must_run"]).toBeUndefined();
});

describe("what is refused", () => {
  test("a host-mode server that publishes does not compile", () => {
    const made = lab();
    const network = HostNetwork.of(made.engine);
    // @ts-expect-error a host-mode server publishes nothing: it listens on the host itself
    const props: ServerProps = { network, publish: [8080] };
    expect(props.publish).toEqual([8080]);
  });

  test("a remote machine without a name of its own", () => {
    const made = full();
    expect(refused(() => made.addRemoteMachine("web"))).toMatch(/^mine\.remotes: "web" is there already/);
    expect(refused(() => made.addRemoteMachine("wire"))).toMatch(/^mine\.remotes: "wire" is what every lab calls/);
  });

  test("a name, a check or a capability that cannot be", () => {
    const made = contended();
    const taken = '"guest" is there already; a name is given once in a lab';
    expect(refused(() => made.throwAway("guest"))).toBe(`mine.throwAways: ${taken}`);
    expect(refused(() => made.addServer("guest", { network: HostNetwork.of(made.engine) }))).toBe(
      `mine.servers: ${taken}`,
    );
    const rogue = made.throwAway("rogue", { capabilities: ["net-admin"] });
    expect(refused(() => made.step("rogue", { ...SAID, actions: [run(rogue), exec(rogue, "true")] }))).toContain(
      "a capability is written like NET_ADMIN",
    );
    const stranger = lab("other").addServer("web", { network: HostNetwork.of(made.engine), port: 8082 });
    const act = () =>
      made.addServer("late", { network: HostNetwork.of(made.engine), port: 8082, losesPortTo: stranger });
    expect(refused(act)).toBe('mine.servers: server "web" is not of this lab');
    expect(
      refused(() => {
        made.step("again", { ...SAID, actions: [start(stranger)] }).check("first", process(stranger).hasExited(1), {
          ...SAID,
          what: "",
        });
      }),
    ).toContain("what of mine/again/first");
  });

  test("a network of another lab", () => {
    const other = lab("other").addNetwork("lan", { subnet: "10.90.0.0/24" });
    const made = lab();
    made.addNetwork("lan", { subnet: "10.90.0.0/24" });
    expect(refused(() => made.addServer("web", { network: other }))).toBe(
      'mine.servers: network "lan" is not of this lab; addNetwork makes one that is',
    );
    const loose = new BridgeNetwork(made.lab.identity, "lan", { subnet: "10.90.0.0/24" });
    expect(refused(() => made.addServer("web", { network: loose }))).toMatch(/is not of this lab/);
  });

  test.each(["image", "checks", "preflight", "wire", "gone", "docker", "null", "lab"])(
    "a server that is called %s",
    (name) => {
      const made = lab();
      expect(refused(() => made.addServer(name, { network: HostNetwork.of(made.engine) }))).toBe(
        `mine.servers: "${name}" is what every lab calls a part of its own; a server or network has another name: ${name}-1`,
      );
      expect(refused(() => made.addNetwork(name === "lab" ? "image" : name, { subnet: "10.90.0.0/24" }))).toMatch(
        /is what every lab calls|is there already/,
      );
    },
  );

  test.each(["My lab", "$(id)", "1st", "lab_1"])("a lab that is called %s", (id) => {
    expect(refused(() => lab(id))).toMatch(/^lab: .* is not a name; a name is lower-case letters, digits and hyphens/);
  });
});
