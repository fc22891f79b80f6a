import { type Cell, type Matrix, reachabilityMatrix, vantageName } from "../../topology/reachability";
import type { Destination, EngineTraits } from "../../topology/reachability/connection";
import type { Outcome } from "../../topology/reachability/outcome";
import type { Topology } from "../../topology/topology";
import type { Word } from "../command";
import { FAILURE_NAME } from "../curl";
import type { Probe } from "../probes";
import { HOST, type Vantage } from "../vantage";

/** Which cells of the matrix become checks. */
export interface ReachabilityChoice {
  /** The vantages, by name: servers and remote machines; `host` is the host. @default all */
  readonly from?: readonly string[];
  /** The servers that are asked. @default all */
  readonly to?: readonly string[];
  /** The ways to name them. @default address and name */
  readonly by?: readonly Destination["kind"][];
}

/** A check that follows from the matrix: nothing in it is written by hand. */
export interface ReachabilityCheck {
  readonly id: string;
  readonly probe: Probe;
  readonly what: string;
  readonly why: string;
  readonly fact: string;
}

/** The engines that a lab may meet: what they do not agree upon is not generated. */
const ENGINES: readonly EngineTraits[] = ["20.10.24", "28.5.2"].flatMap((version) =>
  [true, false].flatMap((userlandProxy) =>
    ["ACCEPT", "DROP"].map((forwardPolicy) => ({ version, userlandProxy, forwardPolicy })),
  ),
);

/**
 * A check for each chosen cell of a lab's matrix in which all engines agree, whose address is known, and that leaves
 * nothing open. A failure is proven beside something that answers from the same vantage, asked in the same manner.
 * @param lab whose topology it is
 */
export function reachabilityChecks(lab: string, topology: Topology, choice: ReachabilityChoice): ReachabilityCheck[] {
  // Services are there for some steps only; a lab's checks of them are its steps' own.
  const [matrix, ...others] = ENGINES.map((engine) => reachabilityMatrix({ ...topology, services: [] }, engine));
  if (matrix === undefined) return [];
  const settled = settledCells(matrix, others);
  const { from, to, by = ["address", "name"] } = choice;
  return settled
    .filter(({ vantage }) => from?.includes(vantage) ?? true)
    .filter(({ cell }) => to?.includes(cell.listener.server) ?? true)
    .filter(({ cell }) => by.includes(cell.destination.kind))
    .flatMap((one) => {
      const probe = probeOf(lab, topology, one, settled);
      return probe === undefined ? [] : [{ ...described(one), probe }];
    });
}

interface Settled {
  readonly vantage: string;
  readonly way: string;
  readonly cell: Cell;
  readonly outcome: Outcome;
}

function settledCells(matrix: Matrix, others: readonly Matrix[]): Settled[] {
  return matrix.rows.flatMap(({ vantage, way, cells }, row) =>
    cells.flatMap((cell, column) => {
      const [outcome, ...more] = cell?.prediction.outcomes ?? [];
      if (cell === undefined || outcome === undefined || more.length > 0) return [];
      if (outcome.kind === "answers" && outcome.by.length > 1) return [];
      const same = JSON.stringify(outcome);
      const agreed = others.every((other) => {
        const outcomes = other.rows[row]?.cells[column]?.prediction.outcomes;
        return outcomes?.length === 1 && JSON.stringify(outcomes[0]) === same;
      });
      return agreed ? [{ vantage: vantageName(vantage), way, cell, outcome }] : [];
    }),
  );
}

function probeOf(lab: string, topology: Topology, one: Settled, settled: readonly Settled[]): Probe | undefined {
  const { vantage, cell, outcome } = one;
  const from = vantageOf(lab, topology, vantage);
  const answering = outcome.kind === "answers" ? outcome.by[0] : undefined;
  const target = targetOf(topology, cell, answering ?? cell.listener.server, vantage);
  if (target === undefined) return undefined;
  if (outcome.kind === "answers") return { kind: "http", from, target, outcome: "answers" };
  const byName = cell.destination.kind === "name";
  const control = settled
    .filter((other) => other.vantage === vantage && (other.cell.destination.kind === "name") === byName)
    .flatMap((other) =>
      other.outcome.kind === "answers"
        ? (targetOf(topology, other.cell, other.outcome.by[0] ?? "", vantage) ?? [])
        : [],
    )[0];
  return control === undefined ? undefined : { kind: "http", from, target, outcome: outcome.kind, control };
}

function vantageOf(lab: string, topology: Topology, name: string): Vantage {
  const { servers, remotes, engines } = topology;
  const host = engines.find((one) => one.name === name);
  if (host !== undefined) return { kind: "host", engine: host.container };
  const remote = remotes.find((one) => one.name === name);
  if (remote !== undefined) return { kind: "remote", container: remote.container, wire: remote.wire, lab };
  const server = servers.find((one) => one.name === name);
  return server === undefined
    ? HOST
    : { kind: "container", container: server.container, ...engineOf(topology, server) };
}

/** The container of the throw-away engine that a server is on, as vantages and references carry it. */
function engineOf({ engines }: Topology, { engine }: Topology["servers"][number]): { engine?: string } {
  const found = engines.find(({ name }) => name === engine);
  return found === undefined ? {} : { engine: found.container };
}

function targetOf(
  topology: Topology,
  { destination, listener }: Cell,
  name: string,
  vantage: string,
): Extract<Probe, { kind: "http" }>["target"] | undefined {
  const server = topology.servers.find((one) => one.name === name);
  const host = wordOf(topology, destination, vantage);
  if (server === undefined || host === undefined) return undefined;
  const { token, container } = server;
  return { host, port: listener.port, server: { name, token, container, ...engineOf(topology, server) } };
}

/** Undefined where the address is not known before the lab is up. */
function wordOf(topology: Topology, destination: Destination, vantage: string): Word | undefined {
  const { networks, servers, remotes, engines } = topology;
  switch (destination.kind) {
    case "loopback":
      return "127.0.0.1";
    case "name":
      return destination.name;
    case "engine":
      return engines.find(({ name }) => name === destination.engine)?.address;
    case "gateway":
      return networks.find(({ name }) => name === destination.network)?.gateway;
    case "address": {
      const server = servers.find(({ name }) => name === destination.server);
      const network = networks.find(({ name }) => name === destination.network);
      if (server === undefined || network === undefined) return undefined;
      const given = server.attachments.find((one) => one.network === network.name)?.address;
      const { container } = server;
      return (
        given ?? [{ ref: "container-address", container, network: network.engineName, ...engineOf(topology, server) }]
      );
    }
    case "host":
      return remotes.find(({ name }) => name === vantage)?.hostAddress;
  }
}

function described({ vantage, way, cell, outcome }: Settled): Omit<ReachabilityCheck, "probe"> {
  const { title } = cell.listener;
  const { reason } = cell.prediction;
  const what =
    outcome.kind === "answers"
      ? `asked from ${vantage} by ${way}, ${title} leads to ${outcome.by.join()}`
      : `asked from ${vantage} by ${way}, ${title} is out of reach: ${FAILURE_NAME[outcome.kind]}`;
  return { id: `${vantage}/reach-${slug(title)}-by-${slug(way)}`, what, why: reason.why, fact: reason.fact };
}

function slug(text: string): string {
  return text.replace(/[^a-z0-9]+/g, "-");
}
