import { mkdtempSync, rmSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { App, Testing } from "cdktf";
import type { Construct } from "constructs";
import { host, http } from "../../lib/checks/vocabulary";
import { LabStack } from "../../lib/constructs/lab-stack";
import { type Settings, setSettings } from "../../lib/constructs/settings";
import { SETTINGS } from "../labs/synthesized";
import { refused } from "../topology/refused";

const outdir = mkdtempSync(join(tmpdir(), "lab-engine-"));
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

class EmptyLab extends LabStack {
  constructor(scope: Construct) {
    super(scope, "mine", { title: "A lab" });
  }
}

function lab(settings: Partial<Settings> = {}): EmptyLab {
  const app = new App({ outdir });
  setSettings(app, { ...SETTINGS, ...settings });
  return new EmptyLab(app);
}

type Resources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
function synthesized(stack: LabStack): { resource: Resources; provider: Readonly<Record<string, unknown[]>> } {
  return JSON.parse(Testing.synth(stack, true)) as ReturnType<typeof synthesized>;
}

function twoHosts(settings: Partial<Settings> = {}) {
  const made = lab(settings);
  const lan = made.addNetwork("lan", { subnet: "10.78.0.0/24", internal: true });
  const a = made.addEngine("host-a", { lan, address: "10.78.0.10" });
  const b = made.addEngine("host-b", { lan, address: "10.78.0.11" });
  return { made, lan, a, b };
}

test("an engine is a container with its disk, the least rights, and a provider by its socket", () => {
  const { made } = twoHosts();
  const { resource, provider } = synthesized(made);
  expect(provider["docker"]).toContainEqual({
    alias: "host-a",
    host: 'unix://${abspath("../../../.lab/engines/mine")}/host-a/docker.sock',
    disable_docker_daemon_check: true,
  });
  expect(resource["docker_volume"]?.["host-a-disk"]).toMatchObject({ name: "lab-mine-host-a" });
  expect(resource["docker_container"]?.["host-a"]).toMatchObject({
    must_run: false,
    wait: true,
    capabilities: { add: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"] },
    security_opts: ["apparmor=unconfined", "seccomp=unconfined"],
    networks_advanced: [{ name: "${docker_network.lan.name}", ipv4_address: "10.78.0.10", aliases: ["host-a"] }],
  });
  expect(Object.keys(resource["docker_container"]?.["host-a"] ?? {})).not.toEqual(
    expect.arrayContaining(["privileged"]),
  );
});

test("all rights take the place of the least by a switch", () => {
  const { made } = twoHosts({ privilegedEngines: true });
  const host = synthesized(made).resource["docker_container"]?.["host-a"];
  expect(host).toMatchObject({ privileged: true });
  expect(Object.keys(host ?? {})).not.toEqual(expect.arrayContaining(["capabilities"]));
});

test("an overlay comes after the swarm, its servers one after the other; all of it by the engines' providers", () => {
  const { made, a, b } = twoHosts();
  const blue = made.addOverlay("blue", { subnet: "10.79.1.0/24", engines: [a, b] });
  made.addServer("web-1", { network: blue, engine: a, address: "10.79.1.11" });
  made.addServer("web-2", { network: blue, engine: b });
  const { resource } = synthesized(made);
  expect(resource["docker_network"]?.["blue"]).toMatchObject({
    provider: "docker.host-a",
    driver: "overlay",
    attachable: true,
    internal: true,
    ipam_config: [{ subnet: "10.79.1.0/24", gateway: "10.79.1.1" }],
    depends_on: expect.arrayContaining(["null_resource.swarm"]) as string[],
  });
  expect(resource["docker_container"]?.["web-2"]).toMatchObject({
    provider: "docker.host-b",
    image: "${docker_image.host-b-image.image_id}",
    depends_on: ["docker_container.host-b", "null_resource.left", "docker_container.web-1"],
  });
  expect(resource["null_resource"]?.["left"]).toMatchObject({ depends_on: ["docker_network.blue"] });
  expect(made.describe()).toMatchObject({
    networks: [{ name: "lab-mine-lan", subnet: "10.78.0.0/24" }],
    engines: [{ name: "host-a", container: "lab-mine-host-a", address: "10.78.0.10" }, { name: "host-b" }],
    swarm: { engines: ["host-a", "host-b"], networks: ["lab-mine-blue"] },
    servers: [
      { name: "web-1", engine: "host-a", ports: [] },
      { name: "web-2", engine: "host-b", ports: [] },
    ],
  });
});

test("a lab has one swarm", () => {
  const { made, a, b } = twoHosts();
  made.addOverlay("blue", { subnet: "10.79.1.0/24", engines: [a, b] });
  expect(refused(() => made.addOverlay("green", { subnet: "10.79.2.0/24", engines: [b] }))).toBe(
    "mine.green.engines: these are not the engines of the lab's other overlays; a lab has one swarm: host-a, host-b",
  );
});

test("services are created by steps, shown in a plan, and gone before the network that they are on", () => {
  const { made, a, b } = twoHosts();
  const blue = made.addOverlay("blue", { subnet: "10.79.1.0/24", engines: [a, b] });
  const spread = made.swarmService("spread", { manager: a, network: blue });
  const taken = '"spread" is there already; a name is given once in a lab';
  expect(refused(() => made.swarmService("spread", { manager: a }))).toBe(`mine.services: ${taken}`);
  expect(refused(() => made.addServer("spread", { network: blue, engine: a }))).toBe(`mine.servers: ${taken}`);
  const said = { what: "it is created", why: "to be there" };
  const step = made.step("create", { ...said, actions: [made.createService(spread)] });
  step.check("answers", http(spread.onAnyHost).from(host(a)).answers(), said);
  const { checks, "throw-aways": gone } = synthesized(made).resource["null_resource"] ?? {};
  expect(checks?.["triggers"]).toMatchObject({
    "step 1 create": expect.stringContaining("docker service create --quiet") as string,
  });
  expect(gone?.["depends_on"]).toEqual(["docker_network.lan", "docker_network.blue"]);
});

test("an encrypted overlay is not planned anew for the options that the engine adds", () => {
  const { made, a } = twoHosts();
  made.addOverlay("blue", { subnet: "10.79.1.0/24", engines: [a], encrypted: true });
  expect(synthesized(made).resource["docker_network"]?.["blue"]).toMatchObject({
    options: { encrypted: "true" },
    lifecycle: { ignore_changes: ["options"] },
  });
});

test("an underlay sits on an interface of its host", () => {
  const { made, a } = twoHosts();
  const street = made.addUnderlay("street", {
    driver: "macvlan",
    driverMode: "private",
    engine: a,
    parent: "eth0",
    subnet: "10.78.0.0/24",
    range: "10.78.0.64/27",
  });
  made.addServer("web", { network: street, address: "10.78.0.65" });
  const { resource } = synthesized(made);
  expect(resource["docker_network"]?.["street"]).toMatchObject({
    provider: "docker.host-a",
    driver: "macvlan",
    options: { parent: "eth0", macvlan_mode: "private" },
    ipam_config: [{ subnet: "10.78.0.0/24", gateway: "10.78.0.1", ip_range: "10.78.0.64/27" }],
  });
});

test("a remote engine is a provider by ssh, and the servers' image there; nothing else of it is declared", () => {
  const made = lab();
  const far = made.addRemoteEngine("far", "ssh://root@192.0.2.5");
  const blue = made.addOverlay("blue", { subnet: "10.79.1.0/24", engines: [far] });
  made.addServer("web", { network: blue, engine: far, address: "10.79.1.11" });
  const { resource, provider } = synthesized(made);
  expect(provider["docker"]).toContainEqual({
    alias: "far",
    host: "ssh://root@192.0.2.5",
    ssh_opts: expect.arrayContaining(["StrictHostKeyChecking=yes"]) as string[],
    disable_docker_daemon_check: true,
  });
  expect(Object.keys(resource["docker_container"] ?? {})).toEqual(["web"]);
  expect(resource["null_resource"]?.["preflight"]).toMatchObject({ triggers: { engines: "ssh://root@192.0.2.5" } });
  expect(resource["docker_volume"]).toBeUndefined();
  expect(resource["docker_image"]?.["far-image"]).toMatchObject({ provider: "docker.far" });
  expect(made.describe().engines).toEqual([{ name: "far", container: "ssh://root@192.0.2.5" }]);
});

test("one that is reached by TCP is known by certificates", () => {
  const made = lab();
  made.addRemoteEngine("far", "tcp://192.0.2.5:2376");
  expect(synthesized(made).provider["docker"]).toContainEqual({
    alias: "far",
    host: "tcp://192.0.2.5:2376",
    cert_path: expect.stringMatching(/^\//) as string,
    disable_docker_daemon_check: true,
  });
});

test("what a host may be plugged into for its VLANs is there before it, and its interfaces before the networks on them", () => {
  const made = lab();
  const lan = made.addNetwork("lan", { subnet: "10.78.0.0/24", internal: true });
  const access = made.addNetwork("vlan-10", { subnet: "10.78.1.0/24", internal: true });
  const vlans = [{ id: 10, access }];
  const a = made.addEngine("host-a", { lan, address: "10.78.0.10", vlans });
  made.addEngine("host-b", { lan, address: "10.78.0.11", vlans });
  made.addUnderlay("blue", { driver: "macvlan", engine: a, parent: "eth0.10", subnet: "10.78.1.0/24" });
  const { resource } = synthesized(made);
  expect(resource["docker_container"]?.["host-a"]).toMatchObject({
    networks_advanced: [{ name: "${docker_network.lan.name}" }],
    depends_on: ["null_resource.preflight", "docker_network.vlan-10"],
    lifecycle: { replace_triggered_by: ["docker_network.lan", "docker_network.vlan-10"] },
  });
  expect(resource["null_resource"]?.["vlans"]).toMatchObject({
    depends_on: ["docker_container.host-a", "docker_container.host-b"],
    triggers: { "host-a": "${docker_container.host-a.id}", "host-b": "${docker_container.host-b.id}" },
  });
  expect(resource["docker_network"]?.["blue"]?.["depends_on"]).toContain("null_resource.vlans");
  expect(made.describe().vlans).toEqual([{ id: 10, access: "lab-mine-vlan-10", engines: ["host-a", "host-b"] }]);
});
