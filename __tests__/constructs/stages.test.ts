import { http } from "../../lib/checks/vocabulary";
import { HostNetwork } from "../../lib/topology/network";
import { contended, full, lab, SAID, synthesized } from "./empty-lab";

const stack = synthesized(full());
const resources = (type: string) => stack.resource[type] ?? {};

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
      command: expect.arrayContaining([expect.stringContaining(`remote ${remote.token}`)]) as string[],
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

  test("needs no wire where there is none", () => {
    expect(resources("null_resource")).not.toHaveProperty("wire");
  });
});

describe("a lab with steps", () => {
  const steps = synthesized(contended());

  test("shows in a plan what is done, and what is looked at after it", () => {
    const { triggers } = steps.resource["null_resource"]?.["checks"] as { triggers: Record<string, string> };
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

  test("removes its throw-aways before networks and servers, also where a check has failed (which taints the checks)", () => {
    const { checks, "throw-aways": gone } = steps.resource["null_resource"] ?? {};
    expect(gone?.["provisioner"]).toEqual([
      { "local-exec": expect.objectContaining({ command: "throw-aways", when: "destroy" }) },
    ]);
    expect(gone?.["depends_on"]).toEqual(expect.arrayContaining(["docker_container.first"]));
    expect(checks?.["depends_on"]).toContain("null_resource.throw-aways");
  });
});
