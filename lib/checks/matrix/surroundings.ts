import { networkInterfaces } from "os";
import type Docker from "dockerode";
import { z } from "zod";
import type { Conditions } from "../../engine/conditions";
import { execute } from "../../engine/execute";
import type { EngineTraits } from "../../topology/reachability/connection";
import { WIRE_NAME } from "../../topology/remote-machine";
import type { Topology } from "../../topology/topology";
import { onEngine } from "../command";

/** The addresses that only the running engine and its host know. */
export interface Addresses {
  /** The host's address on its own link; undefined where it has none. */
  readonly host: string | undefined;
  /** Of each network's gateway, by the network's name in the lab. */
  readonly gateways: ReadonlyMap<string, string>;
  /** Of each server, by its name and the network's. */
  readonly servers: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Services' own, by their names; none where a service has none, or is not there. */
  readonly services: ReadonlyMap<string, readonly string[]>;
  /** Of each throw-away host on its LAN, by its name. */
  readonly engines: ReadonlyMap<string, string>;
  /** Of the host, as each remote machine knows it, by the machine's name; of those that have their wire. */
  readonly remotes: ReadonlyMap<string, string>;
}

/** What of an engine and its host decides who reaches whom. */
export function traitsIn({ version, userlandProxy, forwardPolicy, firewall, abilities }: Conditions): EngineTraits {
  return {
    version,
    firewall,
    userlandProxy: userlandProxy !== "off",
    ...(forwardPolicy === undefined ? {} : { forwardPolicy }),
    ...(abilities.ipvs === undefined ? {} : { ipvs: abilities.ipvs }),
  };
}

/** What the model alone knows: what the lab itself chose. */
export function givenAddresses({ networks, servers, remotes, engines }: Topology): Addresses {
  return {
    host: hostAddress(),
    gateways: new Map(networks.flatMap(({ name, gateway }) => (gateway === undefined ? [] : [[name, gateway]]))),
    servers: new Map(
      servers.map(({ name, attachments }) => [
        name,
        new Map(attachments.flatMap(({ network, address }) => (address === undefined ? [] : [[network, address]]))),
      ]),
    ),
    services: new Map(),
    engines: new Map(engines.map(({ name, address }) => [name, address])),
    remotes: new Map(remotes.map(({ name, hostAddress: address }) => [name, address])),
  };
}

/** The addresses as the engine gave them. What does not run has none, nor has what is gone. */
export async function foundAddresses(docker: Docker, topology: Topology): Promise<Addresses> {
  const gateways = new Map<string, string>();
  const servers = new Map<string, ReadonlyMap<string, string>>();
  await Promise.all(
    topology.servers.map(async ({ name, container, engine, attachments }) => {
      const host = topology.engines.find((one) => one.name === engine)?.container;
      const found = await networksOf(docker, container, host);
      const addresses = new Map<string, string>();
      for (const { network } of attachments) {
        const engineName = topology.networks.find((one) => one.name === network)?.engineName ?? "";
        const endpoint = found[engineName];
        if (endpoint?.IPAddress) addresses.set(network, endpoint.IPAddress);
        if (endpoint?.Gateway && host === undefined) gateways.set(network, endpoint.Gateway);
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
    services: await virtualAddresses(topology),
    engines: given.engines,
    remotes: new Map(wired.map(({ name, hostAddress: address }) => [name, address])),
  };
}

/** As the manager of the swarm tells: the first of the throw-away engines. */
async function virtualAddresses({ services = [], engines }: Topology): Promise<Map<string, string[]>> {
  const manager = engines[0]?.container;
  const format = "{{range .Endpoint.VirtualIPs}}{{println .Addr}}{{end}}";
  const asked = services.map(async ({ name }): Promise<[string, string[]]> => {
    const look = ["docker", "service", "inspect", "--format", format, name];
    const { stdout } = await execute(onEngine(manager, look), LOOK_TIMEOUT_MS);
    return [name, stdout.split("\n").flatMap((line) => line.replace(/\/.*/, "").trim() || [])];
  });
  return new Map(await Promise.all(asked));
}

const Networks = z.record(z.string(), z.object({ IPAddress: z.string(), Gateway: z.string() }));
const LOOK_TIMEOUT_MS = 20_000;

/** @param engine the container of the throw-away engine that it is on; undefined for the local one */
async function networksOf(
  docker: Docker,
  container: string,
  engine: string | undefined,
): Promise<z.infer<typeof Networks>> {
  if (engine === undefined) {
    const found = await docker.getContainer(container).inspect().catch(noSuchContainer);
    return found?.NetworkSettings.Networks ?? {};
  }
  const look = ["docker", "inspect", "--format", "{{json .NetworkSettings.Networks}}", container];
  const { exit, stdout, stderr } = await execute(onEngine(engine, look), LOOK_TIMEOUT_MS);
  if (/no such (?:object|container)/i.test(stderr)) return {};
  if (exit !== 0) throw new Error(stderr.trim());
  return Networks.parse(JSON.parse(stdout));
}

function noSuchContainer(problem: unknown): undefined {
  if ((problem as { statusCode?: number }).statusCode !== 404) throw problem;
}

/** The interfaces that engines make, whose addresses are gateways (as those of wires to remote machines are). */
const ENGINES_OWN = /^(?:docker|br-|veth)/;

function hostAddress(): string | undefined {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !ENGINES_OWN.test(name) && !WIRE_NAME.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}
