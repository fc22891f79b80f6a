import type Docker from "dockerode";
import { layWires } from "../../lib/cli/wires";
import { siteOf, SITE_FILE } from "../../lib/constructs/site";
import type { Lab } from "../../lib/topology/lab";
import type { Subnet } from "../../lib/topology/subnet";
import type { Topology } from "../../lib/topology/topology";

/** Tests look for what carries it, and remove it. */
const LABEL = "docker-network-labs.random";
const IMAGE = "docker-network-labs/nginx:local";

/**
 * A lab as the engine gets it, straight from its model: without Terraform, which takes its time and is tested with the
 * labs themselves. What is declared is the same.
 */
export async function deployTopologies(docker: Docker, labs: readonly Lab[]): Promise<void> {
  const topologies = labs.map((lab) => lab.topology());
  // One network after the other: Engine 20.10 that makes several at once now and then leaves a rule of its own twice.
  for (const { networks } of topologies) await deployNetworks(docker, networks);
  await Promise.all([
    ...topologies.map((topology) => deployServers(docker, topology)),
    ...labs.map((lab) => deployRemotes(docker, lab)),
  ]);
}

async function deployRemotes(docker: Docker, { networks, remotes }: Lab): Promise<void> {
  await Promise.all(
    remotes.map(async ({ container: name }) => {
      const HostConfig = { NetworkMode: "none" };
      const container = await docker.createContainer({ name, Image: IMAGE, Labels: { [LABEL]: "yes" }, HostConfig });
      await container.start();
    }),
  );
  const text = <T extends { readonly subnet: Subnet }>(one: T) => ({ ...one, subnet: one.subnet.toString() });
  const subnets = networks.map(({ engineName, subnet }) => text({ name: engineName, subnet }));
  await layWires(docker, { networks: subnets, remotes: remotes.map(text) });
}

async function deployNetworks(docker: Docker, networks: Topology["networks"]): Promise<void> {
  const own = networks.filter(({ subnet }) => subnet !== undefined);
  for (const { engineName, subnet, gateway, internal, interContainerConnectivity } of own) {
    await docker.createNetwork({
      Name: engineName,
      Driver: "bridge",
      Internal: internal,
      IPAM: { Driver: "default", Config: [{ Subnet: subnet, Gateway: gateway }] as never },
      Options: { "com.docker.network.bridge.enable_icc": String(interContainerConnectivity) },
      Labels: { [LABEL]: "yes" },
    });
  }
}

async function deployServers(docker: Docker, { networks, servers }: Topology): Promise<void> {
  const names = new Map(networks.map(({ name, engineName }) => [name, engineName]));
  // Owners first: who joins a namespace needs it.
  for (const joining of [false, true]) {
    const now = servers.filter(({ owner }) => (owner !== undefined) === joining);
    await Promise.all(now.map((server) => deployServer(docker, server, names, servers)));
  }
}

async function deployServer(
  docker: Docker,
  server: Topology["servers"][number],
  networks: ReadonlyMap<string, string>,
  servers: Topology["servers"],
): Promise<void> {
  const { container: name, attachments, publications, mode } = server;
  const [first, ...others] = attachments.map((one) => ({ ...one, engineName: networks.get(one.network) ?? "" }));
  const owner = servers.find((one) => one.name === server.owner)?.container ?? "";
  const modes: Readonly<Partial<Record<typeof mode, string>>> = {
    host: "host",
    none: "none",
    shared: `container:${owner}`,
    "default-bridge": "bridge",
    bridge: "",
  };
  const mappings = publications.map(
    ({ port, on, to }) => [`${String(to)}/tcp`, { HostIp: on, HostPort: String(port) }] as const,
  );
  const container = await docker.createContainer({
    name,
    Image: IMAGE,
    Cmd: ["sh", "-c", `printf '%s' "$SITE" > ${SITE_FILE} && exec nginx -g 'daemon off;'`],
    Env: [`SITE=${siteOf(server)}`],
    Labels: { [LABEL]: "yes" },
    ExposedPorts: Object.fromEntries(mappings.map(([port]) => [port, {}])),
    HostConfig: {
      NetworkMode: mode === "bridge" ? (first?.engineName ?? "") : (modes[mode] ?? ""),
      PortBindings: Object.fromEntries(mappings.map(([port, binding]) => [port, [binding]])),
      // Names that nobody has are not asked for beyond this machine.
      ...(mode === "bridge" ? { Dns: ["127.0.0.1"] } : {}),
    },
    ...(mode === "bridge" && first !== undefined
      ? { NetworkingConfig: { EndpointsConfig: { [first.engineName]: { Aliases: first.names } } } }
      : {}),
  });
  for (const { engineName, names } of others) {
    await docker.getNetwork(engineName).connect({ Container: name, EndpointConfig: { Aliases: names } });
  }
  await container.start();
}

/** Removes whatever {@link deployTopologies} made, of this run or of one that was broken off. */
export async function removeTopologies(docker: Docker): Promise<void> {
  const filters = { label: [LABEL] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  const networks = await docker.listNetworks({ filters });
  for (const { Id } of networks) await docker.getNetwork(Id).remove();
}
