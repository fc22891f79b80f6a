import { execute } from "../../engine/execute";
import { type Cell, type Matrix, reachabilityMatrix, vantageName } from "../../topology/reachability";
import type { Destination, EngineTraits, Place } from "../../topology/reachability/connection";
import type { Topology } from "../../topology/topology";
import { agrees, type MatrixCell, type MatrixRecord } from "./record";
import { outcomesOf, requestAll, type Signatures } from "./requests";
import type { Addresses } from "./surroundings";

/** What must come of every vantage asking every listener by every name: derived, not measured. */
export function derivedMatrix(
  lab: string,
  topology: Topology,
  engine: EngineTraits,
  addresses: Addresses,
): MatrixRecord {
  const matrix = reachabilityMatrix(topology, {
    ...engine,
    ...(addresses.host === undefined ? {} : { hostAddress: addresses.host }),
    ...defaultGateway(topology, addresses),
  });
  return {
    schema: "matrix/1",
    lab,
    listeners: matrix.listeners.map(({ title }) => title),
    cells: cellsOf(matrix, addresses),
  };
}

function defaultGateway({ networks }: Topology, { gateways }: Addresses): { defaultGateway?: string } {
  const name = networks.find(({ gateway }) => gateway === undefined)?.name;
  const address = name === undefined ? undefined : gateways.get(name);
  return address === undefined ? {} : { defaultGateway: address };
}

function cellsOf(matrix: Matrix, addresses: Addresses): MatrixCell[] {
  return matrix.rows.flatMap(({ vantage, way, cells }) =>
    cells.flatMap((cell) => (cell === undefined ? [] : [recorded(vantage, way, cell, addresses)])),
  );
}

function recorded(vantage: Place, way: string, cell: Cell, addresses: Addresses): MatrixCell {
  const { listener, destination, prediction } = cell;
  const host = textOf(destination, seenFrom(vantage, addresses));
  return {
    vantage: vantageName(vantage),
    way,
    listener: listener.title,
    ...(host === undefined ? {} : { url: `http://${host}:${String(listener.port)}/` }),
    expected: prediction.outcomes.map((outcome) =>
      outcome.kind === "answers" ? { kind: outcome.kind, by: [...outcome.by] } : outcome,
    ),
    why: prediction.reason.why,
    fact: prediction.reason.fact,
  };
}

/** The addresses as one knows them there: a remote machine knows the host by another one, and without its wire nobody. */
function seenFrom(vantage: Place, addresses: Addresses): Addresses | undefined {
  if (vantage.kind !== "remote") return addresses;
  const host = addresses.remotes.get(vantage.remote);
  return host === undefined ? undefined : { ...addresses, host };
}

function textOf(destination: Destination, addresses: Addresses | undefined): string | undefined {
  if (addresses === undefined) return undefined;
  const { host, gateways, servers, engines } = addresses;
  switch (destination.kind) {
    case "loopback":
      return "127.0.0.1";
    case "host":
      return host;
    case "engine":
      return engines.get(destination.engine);
    case "gateway":
      return gateways.get(destination.network);
    case "address":
      return servers.get(destination.server)?.get(destination.network);
    case "name":
      return destination.name;
  }
}

/** Runs a program to its end: tests give their own. */
export type Execute = typeof execute;

/** More than any look takes, on a busy machine. */
const TIMEOUT_MS = 60_000;
/** A machine that is busy may answer too late once; what differs is looked at again before it is told. */
const LOOKS = 3;

/**
 * Measures every cell whose address is known, on the real engine: one curl for each vantage, all vantages side by side.
 * @throws nothing: what cannot be asked has the outcome `other`
 */
export async function measured(
  matrix: MatrixRecord,
  topology: Topology,
  addresses: Addresses,
  run: Execute = execute,
): Promise<MatrixRecord> {
  const start = performance.now();
  let { cells } = matrix;
  for (let look = 0; look < LOOKS; look += 1) {
    const open = cells.filter((cell) => cell.url !== undefined && (cell.actual === undefined || !agrees(cell)));
    if (open.length === 0) break;
    const vantages = [...new Set(open.map(({ vantage }) => vantage))];
    const seen = new Map(
      (
        await Promise.all(
          vantages.map((vantage) =>
            ask(
              vantage,
              open.filter((cell) => cell.vantage === vantage),
              topology,
              addresses,
              run,
            ),
          ),
        )
      ).flat(),
    );
    cells = cells.map((cell) => seen.get(cell) ?? cell);
  }
  return { ...matrix, cells, durationMs: Math.round(performance.now() - start) };
}

/** All that one vantage is to ask, in one go. */
async function ask(
  vantage: string,
  cells: readonly MatrixCell[],
  topology: Topology,
  addresses: Addresses,
  run: Execute,
): Promise<[MatrixCell, MatrixCell][]> {
  const urls = [...new Set(cells.flatMap(({ url }) => url ?? []))];
  const inside = wayInto(topology, vantage);
  const executed = await run([...inside, ...requestAll(urls)], TIMEOUT_MS);
  const outcomes = outcomesOf(urls, executed, signaturesOf(topology), (url) => behind(url, topology, addresses));
  return cells.flatMap((cell) => {
    const actual = cell.url === undefined ? undefined : outcomes[urls.indexOf(cell.url)];
    return actual === undefined ? [] : [[cell, { ...cell, actual }]];
  });
}

/** How a command gets to where a vantage looks from. */
function wayInto({ servers, remotes, engines }: Topology, vantage: string): string[] {
  const into = (container: string): string[] => ["docker", "exec", container];
  const found = [...remotes, ...engines].find(({ name }) => name === vantage);
  if (found !== undefined) return into(found.container);
  const server = servers.find(({ name }) => name === vantage);
  const engine = engines.find(({ name }) => name === server?.engine);
  return [engine, server].flatMap((one) => (one === undefined ? [] : into(one.container)));
}

function signaturesOf({ servers, services = [] }: Topology): Signatures {
  const tasks = services.flatMap(({ tasks, token }) => tasks.map(({ name }) => ({ name, token })));
  return new Map([...servers, ...tasks].map(({ name, token }) => [`${name} ${token}`, name]));
}

/** The addresses that a URL may lead to. */
function behind(url: string, { servers }: Topology, addresses: Addresses): string[] {
  const { hostname } = new URL(url);
  const named = servers.flatMap(({ name, attachments }) =>
    attachments
      .filter(({ names }) => names.includes(hostname))
      .flatMap(({ network }) => addresses.servers.get(name)?.get(network) ?? []),
  );
  return [hostname, ...named, ...(addresses.services.get(hostname) ?? [])];
}
