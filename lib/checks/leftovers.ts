import { Subnet } from "../topology/subnet";
import type { DeployedLab } from "./deployed";
import type { Belongings } from "./world";

/** What is still to be looked for after a teardown, besides what the engine itself lists. */
export interface Traces {
  /** Servers of the lab that still answer on the host, by name. */
  readonly answering: readonly string[];
  /** Packet filter rules, as iptables-save prints them; empty where they cannot be read. */
  readonly rules: readonly string[];
}

/** What is left of a lab after its teardown, in words for a person; empty when it has vanished. Pure. */
export function leftovers(
  lab: Pick<DeployedLab, "id" | "instance" | "networks" | "remotes">,
  world: Belongings,
  traces: Traces,
): string[] {
  const mine = (one: { lab: string | undefined; instance: string | undefined }): boolean =>
    one.lab === lab.id && one.instance === lab.instance;
  const subnets = [...lab.networks, ...lab.remotes].flatMap(({ subnet }) => Subnet.observed(subnet) ?? []);
  return [
    ...world.containers.filter(mine).map(({ name }) => `container ${name}`),
    ...world.networks.filter(mine).map(({ name }) => `network ${name}`),
    ...lab.remotes.filter(({ wire }) => world.interfaces.includes(wire)).map(({ wire }) => `interface ${wire}`),
    ...world.volumes.filter(mine).map(({ name }) => `volume ${name}`),
    ...traces.answering.map((name) => `server ${name} still answers on the host`),
    ...world.routes
      .filter(({ destination }) => subnets.some((subnet) => subnet.toString() === destination))
      .map(({ destination, device }) => `route ${destination} by ${device ?? "no device"}`),
    ...traces.rules.filter((rule) => subnets.some((subnet) => mentions(rule, subnet))).map((rule) => `rule ${rule}`),
  ];
}

function mentions(rule: string, subnet: Subnet): boolean {
  return (rule.match(/\d+\.\d+\.\d+\.\d+/g) ?? []).some((address) => subnet.contains(address));
}
