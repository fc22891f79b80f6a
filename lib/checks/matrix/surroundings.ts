import { networkInterfaces } from "os";
import type Docker from "dockerode";
import type { Conditions } from "../../engine/conditions";
import type { EngineTraits } from "../../topology/reachability/connection";
import { WIRE_NAME } from "../../topology/remote-machine";
import type { Topology } from "../../topology/topology";

/** The addresses that only the running engine and its host know. */
export interface Addresses {
  /** The host's address on its own link; undefined where it has none. */
  readonly host: string | undefined;
  /** Of each network's gateway, by the network's name in the lab. */
  readonly gateways: ReadonlyMap<string, string>;
  /** Of each server, by its name and the network's. */
  readonly servers: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Of the host, as each remote machine knows it, by the machine's name; of those that have their wire. */
  readonly remotes: ReadonlyMap<string, string>;
}

/** What of an engine and its host decides who reaches whom. */
export function traitsIn({ version, userlandProxy, forwardPolicy }: Conditions): EngineTraits {
  return {
    version,
    userlandProxy: userlandProxy !== "off",
    ...(forwardPolicy === undefined ? {} : { forwardPolicy }),
  };
}

/** What the model alone knows: what the lab itself chose. */
export function givenAddresses({ networks, servers, remotes }: Topology): Addresses {
  return {
    host: hostAddress(),
    gateways: new Map(networks.flatMap(({ name, gateway }) => (gateway === undefined ? [] : [[name, gateway]]))),
    servers: new Map(
      servers.map(({ name, attachments }) => [
        name,
        new Map(attachments.flatMap(({ network, address }) => (address === undefined ? [] : [[network, address]]))),
      ]),
    ),
    remotes: new Map(remotes.map(({ name, hostAddress: address }) => [name, address])),
  };
}

/** The addresses as the engine gave them. What does not run has none. */
export async function foundAddresses(docker: Docker, topology: Topology): Promise<Addresses> {
  const gateways = new Map<string, string>();
  const servers = new Map<string, ReadonlyMap<string, string>>();
  await Promise.all(
    topology.servers.map(async ({ name, container, attachments }) => {
      const { NetworkSettings } = await docker.getContainer(container).inspect();
      const addresses = new Map<string, string>();
      for (const { network } of attachments) {
        const engineName = topology.networks.find((one) => one.name === network)?.engineName ?? "";
        const endpoint = NetworkSettings.Networks[engineName];
        if (endpoint?.IPAddress) addresses.set(network, endpoint.IPAddress);
        if (endpoint?.Gateway) gateways.set(network, endpoint.Gateway);
      }
      servers.set(name, addresses);
    }),
  );
  const given = givenAddresses(topology);
  const wired = topology.remotes.filter(({ wire }) => wire in networkInterfaces());
  return {
    host: given.host,
    gateways: new Map([...gateways, ...given.gateways]),
    servers,
    remotes: new Map(wired.map(({ name, hostAddress: address }) => [name, address])),
  };
}

/** The interfaces that engines make, whose addresses are gateways (as those of wires to remote machines are). */
const ENGINES_OWN = /^(?:docker|br-|veth)/;

function hostAddress(): string | undefined {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !ENGINES_OWN.test(name) && !WIRE_NAME.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}
