import { HostNetwork } from "../../lib/topology/network";
import { full, lab, manyModes, synthesized } from "./empty-lab";

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

test("every mode of the network, as the provider wants it", () => {
  const made = manyModes();
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
});

test("a resolver of one's choice is given to those on user-defined networks only", () => {
  const stack = lab("mine", { dns: "192.0.2.53" });
  const lan = stack.addNetwork("lan", { subnet: "10.90.0.0/24" });
  stack.addServer("one", { network: lan });
  stack.addServer("web", { network: HostNetwork.of(stack.engine) });
  const { one, web } = synthesized(stack).resource["docker_container"] ?? {};
  expect(one?.["dns"]).toEqual(["192.0.2.53"]);
  expect(web?.["dns"]).toBeUndefined();
});
