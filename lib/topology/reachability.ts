import { listenerText } from "./publication";
import type { Topology } from "./topology";
import { type Destination, type EngineTraits, type Place, Reachability } from "./reachability/connection";
import { ReachabilityOfEngines } from "./reachability/engines";
import type { Prediction } from "./reachability/outcome";
import { ReachabilityOfServices, type ServiceModel, tasksName } from "./reachability/services";

/** Something that can be asked: a server where it listens, or a port of the host that leads to one. */
export interface Listener {
  /** `web:80`, or `web published :8080`. */
  readonly title: string;
  /** The service that it is of, and no server's. @default a server's */
  readonly service?: ServiceModel;
  /** Whose name it has. */
  readonly server: string;
  readonly port: number;
  /** The ways to name it, each as the matrix calls it. */
  readonly ways: ReadonlyMap<string, Destination>;
}

/** What the matrix calls a place to look from. */
export function vantageName(place: Place): string {
  switch (place.kind) {
    case "host":
      return "host";
    case "engine":
      return place.engine;
    case "server":
      return place.server;
    case "remote":
      return place.remote;
  }
}

/** One question and its answer. */
export interface Cell {
  readonly listener: Listener;
  readonly destination: Destination;
  readonly prediction: Prediction;
}

/** All that one way of naming leads to, from one vantage. */
export interface Row {
  readonly vantage: Place;
  readonly way: string;
  /** One for each listener; undefined where it cannot be named that way, or must not be asked from there. */
  readonly cells: readonly (Cell | undefined)[];
}

export interface Matrix {
  readonly listeners: readonly Listener[];
  readonly rows: readonly Row[];
}

/**
 * What must come of every vantage asking every listener by every name, from the model alone. A lab with steps is taken
 * as at its beginning.
 */
export function reachabilityMatrix(declared: Topology, engine: EngineTraits): Matrix {
  const topology = withoutLosers(declared);
  const several = topology.engines.length > 0;
  const reachability = several ? new ReachabilityOfEngines(topology, engine) : new Reachability(topology, engine);
  const services = new ReachabilityOfServices(topology, engine, (...asked) => reachability.connect(...asked));
  const listeners = [...listenersOf(topology), ...(topology.services ?? []).flatMap(listenersOfService(topology))];
  const ways = [...new Set(listeners.flatMap((listener) => [...listener.ways.keys()]))].sort(byWay);
  const vantages: Place[] = [
    { kind: "host" },
    ...topology.engines.map(({ name }) => ({ kind: "engine" as const, engine: name })),
    ...topology.servers.map(({ name }) => ({ kind: "server" as const, server: name })),
    ...topology.remotes.map(({ name }) => ({ kind: "remote" as const, remote: name })),
  ];
  const rows = vantages.flatMap((vantage) =>
    ways.map((way) => ({
      vantage,
      way,
      cells: listeners.map((listener) => {
        const destination = listener.ways.get(way);
        if (destination === undefined) return undefined;
        // A remote machine's loopback address is its own: nothing of the lab is there.
        if (vantage.kind === "remote" && destination.kind === "loopback") return undefined;
        const { service, port } = listener;
        const prediction =
          service === undefined
            ? reachability.connect(vantage, destination, port)
            : services.connect(vantage, destination, service, port);
        return prediction === undefined ? undefined : { listener, destination, prediction };
      }),
    })),
  );
  return { listeners, rows };
}

/** Who loses its port to another has given up: it neither answers, nor is there to be looked from. */
function withoutLosers(topology: Topology): Topology {
  return { ...topology, servers: topology.servers.filter(({ losesPortTo }) => losesPortTo === undefined) };
}

type ServerModel = Topology["servers"][number];

const LOOPBACK = "127.0.0.1";
const HOST_ADDRESS = "host address";
const NAME = "name";
const TASKS_NAME = "tasks.NAME";

/** The ways in the order in which they are taught: nearest first, names last. */
function byWay(one: string, other: string): number {
  const place = (way: string): number =>
    [LOOPBACK, HOST_ADDRESS, "address of ", "gateway of ", "address on ", NAME, TASKS_NAME].findIndex((start) =>
      way.startsWith(start),
    );
  const [a, b] = [place(one), place(other)].map((index) => (index < 0 ? Infinity : index)) as [number, number];
  if (a !== b) return a - b;
  return one < other ? -1 : 1;
}

function listenersOf(topology: Topology): Listener[] {
  const servers = topology.servers.map((server) => ({
    title: `${server.name}:${String(server.port)}`,
    server: server.name,
    port: server.port,
    ways: new Map([
      [LOOPBACK, { kind: "loopback" }],
      ...(server.mode === "host" ? waysToHost(topology, server) : addressesOf(topology, server)),
      ...namesOf(topology, server),
    ] as [string, Destination][]),
  }));
  const published = topology.servers.flatMap((server) =>
    server.publications.map((publication) => {
      const text = listenerText(publication);
      return {
        title: `${server.name} published ${text.includes(":") ? text : `:${text}`}`,
        server: server.name,
        port: publication.port,
        ways: new Map([
          [LOOPBACK, { kind: "loopback" }],
          ...waysToHost(topology, server),
          ...addressesOf(topology, server),
        ] as [string, Destination][]),
      };
    }),
  );
  return [...servers, ...published];
}

/** Its names, where it is on a network; and the port that hosts have for it, by their addresses. */
function listenersOfService({ engines }: Topology): (service: ServiceModel) => Listener[] {
  return (service) => {
    const { name, network, publish } = service;
    const names: [string, Destination][] = [
      [NAME, { kind: "name", name }],
      [TASKS_NAME, { kind: "name", name: tasksName(service) }],
    ];
    const hosts = engines.map((one): [string, Destination] => [
      `address of ${one.name}`,
      { kind: "engine", engine: one.name },
    ]);
    return [
      ...(network === undefined
        ? []
        : [{ title: `${name}:80`, server: name, service, port: 80, ways: new Map(names) }]),
      ...(publish === undefined
        ? []
        : [
            {
              ...{ title: `${name} published :${String(publish.port)}`, server: name, service },
              ...{ port: publish.port, ways: new Map(hosts) },
            },
          ]),
    ];
  };
}

function waysToHost({ networks }: Topology, { engine }: ServerModel): [string, Destination][] {
  // From elsewhere a throw-away host is known by its address on the LAN, and its networks by none.
  if (engine !== undefined) return [[`address of ${engine}`, { kind: "engine", engine }]];
  const own = networks.filter((one) => one.engine === undefined && one.driver === undefined);
  return [
    [HOST_ADDRESS, { kind: "host" }],
    ...own.map(({ name }): [string, Destination] => [`gateway of ${name}`, { kind: "gateway", network: name }]),
  ];
}

/** In a shared namespace, addresses and names are the owner's. */
function ownerOf({ servers }: Topology, server: ServerModel): ServerModel {
  return servers.find(({ name }) => name === server.owner) ?? server;
}

function addressesOf(topology: Topology, server: ServerModel): [string, Destination][] {
  const owner = ownerOf(topology, server);
  return owner.attachments.map(({ network }) => [
    `address on ${network}`,
    { kind: "address", server: owner.name, network },
  ]);
}

function namesOf(topology: Topology, server: ServerModel): [string, Destination][] {
  const names = new Set(ownerOf(topology, server).attachments.flatMap((attachment) => attachment.names));
  names.delete(server.name);
  return [
    [NAME, { kind: "name", name: server.name }],
    ...[...names].map((name): [string, Destination] => [`as ${name}`, { kind: "name", name }]),
  ];
}
