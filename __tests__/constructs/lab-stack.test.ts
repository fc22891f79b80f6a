import { mkdtempSync, rmSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { App, Testing } from "cdktf";
import type { Construct } from "constructs";
import { DeployedLab } from "../../lib/checks/deployed";
import { exec, kill, run, start } from "../../lib/checks/doing";
import { host, http, listening, namespace, process } from "../../lib/checks/vocabulary";
import { LabStack } from "../../lib/constructs/lab-stack";
import { unescaped } from "../../lib/constructs/unescaped";
import { setSettings } from "../../lib/constructs/settings";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork, NoneNetwork, SharedNetwork } from "../../lib/topology/network";
import type { ServerProps } from "../../lib/topology/server";
import { SETTINGS } from "../labs/synthesized";
import { refused } from "../topology/refused";

/** A lab without anything in it: each test adds what it is about. */
class EmptyLab extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "A lab" });
  }
}

const outdir = mkdtempSync(join(tmpdir(), "lab-stack-"));
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

function app(): App {
  const made = new App({ outdir });
  setSettings(made, { ...SETTINGS, image: "nginx:${tag}" });
  return made;
}
const lab = (id = "mine"): EmptyLab => new EmptyLab(app(), id);

interface Stack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output: Readonly<Record<string, { value: unknown; sensitive?: boolean }>>;
  readonly terraform: { backend: unknown };
}
function synthesized(stack: LabStack): Stack {
  return JSON.parse(Testing.synth(stack, true)) as Stack;
}

const SAID = { what: "it holds", why: "because it does" };

/** A lab with one of everything. */
function full(): EmptyLab {
  const made = lab();
  const lan = made.addNetwork("lan", { subnet: "10.90.0.0/24" });
  const web = made.addServer("web", { network: HostNetwork.of(made.engine), port: 8081 });
  const one = made.addServer("one", {
    network: lan,
    address: "10.90.0.2",
    publish: [8090, { port: 443, on: "127.0.0.1", to: 81 }],
  });
  made.addServer("two", { network: DefaultBridge.of(made.engine) });
  made.check("web/answers", http(web).from(host()).answers(), { ...SAID, claim: ["A4", "A11"] });
  made.check("publisher", listening(8090).isHeldByEngineFor(one), { ...SAID, claim: "B7" });
  return made;
}

describe("what is declared", () => {
  const stack = synthesized(full());
  const resources = (type: string) => stack.resource[type] ?? {};

  test("host mode publishes nothing, bridges do, each with what it needs", () => {
    const { web, one, two } = resources("docker_container");
    expect(web).toMatchObject({ name: "lab-mine-web", network_mode: "host", image: "${docker_image.image.image_id}" });
    expect(Object.keys(web ?? {})).not.toEqual(expect.arrayContaining(["ports"]));
    expect(Object.keys(web ?? {})).not.toEqual(expect.arrayContaining(["networks_advanced"]));
    expect(one).toMatchObject({
      network_mode: "bridge",
      networks_advanced: [{ name: "${docker_network.lan.name}", ipv4_address: "10.90.0.2", aliases: ["one"] }],
      ports: [
        { internal: 80, external: 8090 },
        { internal: 81, external: 443, ip: "127.0.0.1" },
      ],
      lifecycle: { replace_triggered_by: ["docker_network.lan"] },
    });
    expect(two).toMatchObject({ network_mode: "bridge" });
    expect(Object.keys(two ?? {})).not.toEqual(expect.arrayContaining(["networks_advanced"]));
    expect(resources("docker_network")["lan"]).toMatchObject({
      name: "lab-mine-lan",
      driver: "bridge",
      ipam_config: [{ subnet: "10.90.0.0/24", gateway: "10.90.0.1" }],
    });
  });

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

  test("all stands behind the preflight, and the checks behind all", () => {
    for (const type of ["docker_container", "docker_network", "docker_image"]) {
      for (const { depends_on } of Object.values(resources(type))) {
        expect(depends_on).toContain("null_resource.preflight");
      }
    }
    expect(resources("null_resource")["checks"]?.["depends_on"]).toEqual([
      "docker_network.lan",
      "docker_container.web",
      "docker_container.one",
      "docker_container.two",
    ]);
    expect(resources("null_resource")["preflight"]?.["depends_on"]).toEqual(["null_resource.gone"]);
  });

  test("the checks run again when a container or a command line changes, and a plan shows them", () => {
    expect(resources("null_resource")["checks"]?.["triggers"]).toEqual({
      "container web": "${docker_container.web.id}",
      "container one": "${docker_container.one.id}",
      "container two": "${docker_container.two.id}",
      "mine/web/answers": "curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8081/",
      "mine/publisher": "netstat -tulpn; docker top lab-mine-one -o pid,ppid,comm",
    });
  });

  test("the preflight runs again when a port, a subnet or the image changes; text that looks like a template is none", () => {
    expect(resources("null_resource")["preflight"]?.["triggers"]).toEqual({
      image: "nginx:$${tag}",
      ports: "8081 127.0.0.1:443 8090",
      subnets: "10.90.0.0/24",
    });
  });

  test("the lab describes itself to those who come later", () => {
    const { value, sensitive } = stack.output["lab"] ?? { value: undefined };
    const described = DeployedLab.parse(unescaped(value));
    expect(described).toEqual(full().describe());
    expect(described).toMatchObject({ id: "mine", hostMode: true, image: "nginx:${tag}" });
    expect(described.servers.map(({ name, ports, url }) => [name, ports, url])).toEqual([
      ["web", [8081], "http://127.0.0.1:8081/"],
      ["one", [{ port: 443, on: "127.0.0.1" }, 8090], "http://127.0.0.1:443/"],
      ["two", [], undefined],
    ]);
    expect(described.checks.map(({ id, claims }) => [id, claims])).toEqual([
      ["mine/web/answers", ["A4", "A11"]],
      ["mine/publisher", ["B7"]],
    ]);
    expect(sensitive).toBe(true);
  });

  test("the state lies where lab and cdktf both look, at a relative path", () => {
    expect(stack.terraform.backend).toEqual({ local: { path: "../../../terraform.mine.tfstate" } });
  });
});

test("every mode of the network, as the provider wants it", () => {
  const made = lab();
  const lan = made.addNetwork("lan", { subnet: "10.90.0.0/24", interContainerConnectivity: false, mtu: 1400 });
  const vault = made.addNetwork("vault", { subnet: "10.91.0.0/24", internal: true });
  const owner = made.addServer("owner", {
    network: lan,
    aliases: ["front"],
    alsoOn: [{ network: vault, address: "10.91.0.2" }],
  });
  made.addServer("joiner", { network: SharedNetwork.of(owner), port: 81 });
  made.addServer("alone", { network: NoneNetwork.of(made.engine) });
  const { docker_container: containers, docker_network: networks } = synthesized(made).resource;
  expect(containers?.["owner"]).toMatchObject({
    network_mode: "bridge",
    networks_advanced: [
      { name: "${docker_network.lan.name}", aliases: ["owner", "front"] },
      { name: "${docker_network.vault.name}", aliases: ["owner"], ipv4_address: "10.91.0.2" },
    ],
    lifecycle: { replace_triggered_by: ["docker_network.lan", "docker_network.vault"] },
  });
  expect(containers?.["joiner"]?.["network_mode"]).toBe("container:${docker_container.owner.id}");
  expect(containers?.["alone"]?.["network_mode"]).toBe("none");
  for (const name of ["joiner", "alone"]) {
    expect(Object.keys(containers?.[name] ?? {})).not.toEqual(expect.arrayContaining(["networks_advanced"]));
  }
  expect(networks?.["lan"]?.["options"]).toEqual({
    "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.driver.mtu": "1400",
  });
  expect(networks?.["vault"]).toMatchObject({ internal: true });
  expect(made.describe().servers.map(({ story }) => story)).toEqual([
    'nginx "owner" on network lan (10.90.0.0/24) and network vault (10.91.0.0/24), port 80',
    'nginx "joiner" lives in the network namespace of "owner", port 81',
    'nginx "alone" has no network but its own loopback interface',
  ]);
});

describe("a remote machine", () => {
  const made = lab();
  const web = made.addServer("web", { network: HostNetwork.of(made.engine), port: 8081 });
  const remote = made.addRemoteMachine("remote", { subnet: "198.18.4.8/29" });
  made.check("from-outside", http(web).from(remote).answers(), SAID);
  const { resource } = synthesized(made);

  test("is a container without any network, and a wire that is laid before the checks are run", () => {
    expect(resource["docker_container"]?.["remote"]).toMatchObject({
      name: "lab-mine-remote",
      network_mode: "none",
      upload: [{ content: expect.stringContaining(`remote ${remote.token}`) }],
    });
    const { wire, checks, preflight } = resource["null_resource"] ?? {};
    expect(wire).toMatchObject({
      triggers: { "container remote": "${docker_container.remote.id}", "subnet remote": "198.18.4.8/29" },
      provisioner: [{ "local-exec": { command: "wire" } }],
    });
    expect(checks?.["depends_on"]).toContain("null_resource.wire");
    expect(checks?.["triggers"]).toMatchObject({ wire: "${null_resource.wire.id}" });
    expect(preflight?.["triggers"]).toMatchObject({ subnets: "198.18.4.8/29" });
  });

  test("is described to those who come later", () => {
    expect(made.describe().remotes).toEqual([
      {
        name: "remote",
        container: "lab-mine-remote",
        subnet: "198.18.4.8/29",
        address: "198.18.4.10",
        hostAddress: "198.18.4.9",
        wire: `wire-${remote.token}`,
      },
    ]);
  });

  test("is no part of a lab that has none", () => {
    expect(synthesized(full()).resource["null_resource"]).not.toHaveProperty("wire");
    const { remotes, ...older } = full().describe();
    expect(DeployedLab.parse(older)).toMatchObject({ remotes });
  });

  test("has a name of its own", () => {
    expect(refused(() => made.addRemoteMachine("web"))).toMatch(/^mine\.remotes: "web" is there already/);
    expect(refused(() => made.addRemoteMachine("wire"))).toMatch(/^mine\.remotes: "wire" is what every lab calls/);
  });
});

test("a resolver of one's choice is given to those on user-defined networks only", () => {
  const made = new App({ outdir });
  setSettings(made, { ...SETTINGS, dns: "192.0.2.53" });
  const stack = new EmptyLab(made, "mine");
  const lan = stack.addNetwork("lan", { subnet: "10.90.0.0/24" });
  stack.addServer("one", { network: lan });
  stack.addServer("web", { network: HostNetwork.of(stack.engine) });
  const { one, web } = synthesized(stack).resource["docker_container"] ?? {};
  expect(one?.["dns"]).toEqual(["192.0.2.53"]);
  expect(web?.["dns"]).toBeUndefined();
});

describe("a lab with steps", () => {
  /** Two servers that want one port, and a guest of the scenario's own. */
  function contended(): EmptyLab {
    const made = lab();
    const network = HostNetwork.of(made.engine);
    const first = made.addServer("first", { network, port: 8081 });
    const second = made.addServer("second", { network, port: 8081, losesPortTo: first });
    const guest = made.throwAway("guest");
    made.check("first", http(first).answers(), SAID);
    const over = made.step("hand-over", { ...SAID, actions: [kill(first), start(second), run(guest)] });
    over.check("second", http(second).answers(), { ...SAID, claim: "B13" });
    return made;
  }
  const stack = synthesized(contended());

  test("shows in a plan what is done, and what is looked at after it", () => {
    const { triggers } = stack.resource["null_resource"]?.["checks"] as { triggers: Record<string, string> };
    expect(Object.keys(triggers)).toEqual([
      "container first",
      "container second",
      "mine/first",
      "mine/hand-over/second",
      "step 1 hand-over",
    ]);
    expect(triggers["step 1 hand-over"]).toMatch(
      /^docker kill --signal KILL lab-mine-first; docker start lab-mine-second; docker run .*lab-mine-guest/,
    );
  });

  test("lets servers be stopped: Terraform does not insist, and starts who loses after who holds", () => {
    const { first, second } = stack.resource["docker_container"] ?? {};
    expect([first?.["must_run"], second?.["must_run"]]).toEqual([false, false]);
    expect(second?.["depends_on"]).toContain("docker_container.first");
    expect(synthesized(full()).resource["docker_container"]?.["web"]?.["must_run"]).toBeUndefined();
  });

  test("removes its throw-aways before networks and servers, also where a check has failed (which taints the checks)", () => {
    const { checks, "throw-aways": gone } = stack.resource["null_resource"] ?? {};
    expect(gone?.["provisioner"]).toEqual([
      { "local-exec": expect.objectContaining({ command: "throw-aways", when: "destroy" }) },
    ]);
    expect(gone?.["depends_on"]).toEqual(expect.arrayContaining(["docker_container.first"]));
    expect(checks?.["depends_on"]).toContain("null_resource.throw-aways");
  });

  test("describes itself with them", () => {
    const described = DeployedLab.parse(unescaped(stack.output["lab"]?.value));
    expect(described).toEqual(contended().describe());
    expect(described.servers.map(({ ports, losesPortTo }) => [ports, losesPortTo])).toEqual([
      [[8081], undefined],
      [[], "first"],
    ]);
    expect(described.steps.map(({ name, checks }) => [name, checks.map(({ id }) => id)])).toEqual([
      ["hand-over", ["mine/hand-over/second"]],
    ]);
  });

  test("is refused a step that nobody looks at, does nothing, has a bad name, or one that is taken", () => {
    const made = contended();
    const web = made.addServer("web", { network: HostNetwork.of(made.engine) });
    const step = (name: string, actions = [kill(web)]) => refused(() => made.step(name, { ...SAID, actions }));
    expect(step("hand-over")).toBe('mine.steps: "hand-over" is there already; a step\'s name is given once in a lab');
    expect(step("Hand over")).toBe(
      'mine.steps: name of step "Hand over": a step\'s name is of lower-case letters, digits and hyphens',
    );
    expect(step("idle", [])).toBe(
      'mine.steps: actions of step "idle": a step does something: it has at least one action',
    );
    made.step("unseen", { ...SAID, actions: [kill(web)] });
    expect(refused(() => made.describe())).toBe(
      'mine.steps: step "unseen" has no check; what a step leads to is looked at',
    );
  });

  test("is refused a name, a check or a capability that cannot be", () => {
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
});

describe("what is refused", () => {
  test("a host-mode server that publishes does not compile", () => {
    const made = lab();
    const network = HostNetwork.of(made.engine);
    // @ts-expect-error a host-mode server publishes nothing: it listens on the host itself
    const props: ServerProps = { network, publish: [8080] };
    expect(props.publish).toEqual([8080]);
  });

  test.each([
    ["web/answers", 'mine.checks: "web/answers" is there already; a check\'s id is given once in a lab'],
    [
      "Web answers",
      'mine.checks: id of mine/Web answers is "mine/Web answers"; an id is a name, or a server\'s and a name with a slash between, of lower-case letters, digits and hyphens',
    ],
    [
      "a/b/c",
      'mine.checks: id of mine/a/b/c is "mine/a/b/c"; an id is a name, or a server\'s and a name with a slash between, of lower-case letters, digits and hyphens',
    ],
  ])("check id %s", (id, message) => {
    const made = lab();
    const web = made.addServer("web", { network: HostNetwork.of(made.engine) });
    made.check("web/answers", http(web).answers(), SAID);
    expect(
      refused(() => {
        made.check(id, http(web).answers(), SAID);
      }),
    ).toBe(message);
  });

  test.each(["A0", "A16", "B0", "B23", "C1", "A01", "a1", ""])("claim %j, which nobody made", (claim) => {
    const made = lab();
    const web = made.addServer("web", { network: HostNetwork.of(made.engine) });
    const act = (): void => {
      made.check("x", namespace("net", web).isEngines(), { ...SAID, claim: ["A1", claim] });
    };
    expect(refused(act)).toBe(
      `mine.checks: claims.1 of mine/x is ${JSON.stringify(claim)}; a claim is A1 to A15 or B1 to B22`,
    );
  });

  test("a check that does not say what holds, or why", () => {
    const made = lab();
    const probe = http(made.addServer("web", { network: HostNetwork.of(made.engine) })).answers();
    expect(
      refused(() => {
        made.check("x", probe, { what: "", why: "because" });
      }),
    ).toBe('mine.checks: what of mine/x is ""; what holds is said in one short sentence');
    expect(
      refused(() => {
        made.check("x", probe, { what: "it holds", why: "" });
      }),
    ).toBe('mine.checks: why of mine/x is ""; why it holds is said for someone who learns');
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
