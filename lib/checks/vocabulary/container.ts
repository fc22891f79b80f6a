import type { Server } from "../../topology/server";
import type { Probe } from "../probes";
import type { Vantage } from "../vantage";
import { givenAddress } from "./answering";
import { type InContainer, type InEngine, on } from "./place";
import { inside } from "./vantages";

type NamespaceType = Extract<Probe, { kind: "namespace" }>["type"];

/** A server's Linux namespace of one kind, against the engine's or another server's. */
export const namespace = (
  type: NamespaceType,
  { container }: Server,
): {
  isEngines: () => Probe;
  is: (other: Server) => Probe;
  differsFromEngines: () => Probe;
  differsFrom: (other: Server) => Probe;
} => ({
  isEngines: () => ({ kind: "namespace", type, container, relation: "same" }),
  is: (other) => ({ kind: "namespace", type, container, relation: "same", other: other.container }),
  differsFromEngines: () => ({ kind: "namespace", type, container, relation: "different" }),
  differsFrom: (other) => ({ kind: "namespace", type, container, relation: "different", other: other.container }),
});

/** The network interfaces inside a server. */
export const interfaces = (
  server: Server,
): {
  areTheHosts: () => Probe;
  areTheHostsByIfconfig: () => Probe;
  areNotNewOnHost: () => Probe;
  haveItsOwnAddress: () => Probe;
} => ({
  areTheHosts: () => ({ kind: "interfaces", container: server.container, expectation: "as-on-host" }),
  areTheHostsByIfconfig: () => ({
    kind: "interfaces",
    container: server.container,
    expectation: "as-on-host-by-ifconfig",
  }),
  areNotNewOnHost: () => ({ kind: "interfaces", container: server.container, expectation: "none-new" }),
  haveItsOwnAddress: () => ({
    kind: "interfaces",
    container: server.container,
    expectation: "own-address",
    address: givenAddress(server),
  }),
});

/** One end of a veth pair lies in the server, the other in its network's bridge. */
export const vethPair = ({ container, network }: Server): Probe => ({
  kind: "veth",
  container,
  network: network.engineName,
});

/** What the engine says of a server's container. */
export const inspected = ({
  container,
}: Server): { isInHostMode: () => Probe; isInNoneMode: () => Probe; publishesNothing: () => Probe } => ({
  isInHostMode: () => ({ kind: "inspect", container, expectation: "host-mode-without-address" }),
  isInNoneMode: () => ({ kind: "inspect", container, expectation: "none-mode-without-address" }),
  publishesNothing: () => ({ kind: "inspect", container, expectation: "nothing-published" }),
});

/** Which resolver a server uses. */
export const resolver = ({
  container,
}: Server): { isTheHosts: () => Probe; isEmbedded: () => Probe; isNotEmbedded: () => Probe } => ({
  isTheHosts: () => ({ kind: "resolver", container, expectation: "as-on-host" }),
  isEmbedded: () => ({ kind: "resolver", container, expectation: "embedded" }),
  isNotEmbedded: () => ({ kind: "resolver", container, expectation: "not-embedded" }),
});

/** What became of a container's process. */
export const process = ({
  container,
}: InContainer): {
  runs: () => Probe;
  /** With which code (128 + n where signal n ended it), and with which words since its last start. */
  hasExited: (exit: number, words?: string) => Probe;
  couldNotStart: (words: string) => Probe;
} => ({
  runs: () => ({ kind: "process", container, state: "running" }),
  hasExited: (exit, words) => ({
    ...{ kind: "process", container, state: "exited", exit },
    ...(words === undefined ? {} : { words }),
  }),
  couldNotStart: (words) => ({ kind: "process", container, state: "not-started", words }),
});

/** What a container has said. */
export const log = ({ container, engine }: InEngine): { contains: (words: string) => Probe } => ({
  contains: (words) => ({ kind: "log", expectation: "words", container, ...on(engine), contains: words }),
});

type Arguments = readonly [string, ...string[]];

/**
 * What comes of running a program, for what no other sentence is about.
 * @param changes whether it changes something when it does what it is asked: it is then run alone
 */
export const program = (
  argv: Arguments,
  from: Vantage,
  { changes = false }: { readonly changes?: boolean } = {},
): { says: (words: string) => Probe; failsWith: (words: string, control: Arguments) => Probe } => {
  const ran = {
    kind: "program" as const,
    from,
    argv: [...argv] as [string, ...string[]],
    ...(changes ? { changes } : {}),
  };
  return {
    says: (words) => ({ ...ran, outcome: "succeeds", words }),
    failsWith: (words, control) => ({ ...ran, outcome: "fails", words, control: [...control] }),
  };
};

/** The largest packet on the interface that has a server's address. */
export const mtuOf = (server: Server): { is: (mtu: number) => Probe } => ({
  is: (mtu) => ({ kind: "link", from: inside(server), address: givenAddress(server), mtu }),
});
