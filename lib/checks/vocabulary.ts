import { isIPv4 } from "net";
import { Engine } from "../topology/engine";
import { NestedEngine, type OtherEngine, RemoteEngine } from "../topology/other-engines";
import type { Identity } from "../topology/identity";
import { BridgeNetwork } from "../topology/declared-network";
import { Refusal } from "../topology/refusal";
import type { OverlayNetwork } from "../topology/overlay";
import { RemoteMachine } from "../topology/remote-machine";
import type { Server } from "../topology/server";
import type { Subnet } from "../topology/subnet";
import type { UnderlayNetwork } from "../topology/underlay";
import { eachHostAddress, type Word } from "./command";
import type { FailureMode } from "./curl";
import { type SwarmService, Task } from "../topology/swarm-service";
import type { Probe } from "./probes";
import type { Answer } from "./probes/http";
import { HOST, type Vantage } from "./vantage";

/*
 * The words in which a lab says what must hold: `http(web).from(host()).answers()`. Each sentence ends in a probe,
 * which is plain data.
 */

/** An engine's machine as the place to look from. @param engine @default the local one */
export const host = (engine: Engine = Engine.local): Vantage => ({ ...HOST, ...on(engine) });
/** A server's network namespace, with the host's tools. */
export const namespaceOf = (place: InEngine): Vantage => ({
  kind: "namespace",
  container: place.container,
  ...on(place.engine),
});
/** Inside a server's container, with its own resolver and its own tools. */
export const inside = (place: InEngine): Vantage => ({
  kind: "container",
  container: place.container,
  ...on(place.engine),
});

/** A container, and the engine that it is on. @default the local one */
interface InEngine {
  readonly container: string;
  readonly engine?: Engine;
}

function on(engine: Engine | undefined): { engine?: string } {
  return engine?.container === undefined ? {} : { engine: engine.container };
}

/** Who says who he is. */
type Answering = Server | RemoteMachine | Task;

/**
 * An HTTP request to a server, to a remote machine, or to a service's task. Without more words: from the host, to where
 * the server itself listens; to whichever task of a service, by the service's name.
 */
export const http = (server: Answering): HttpRequest => new HttpRequest(server, HOST, addressOf(server), server.port);

/** For what must fail. */
interface Failing {
  /** The server itself has ended by then, and nobody has taken its place. @default it must run, so that the failure is the way's */
  readonly ended?: true;
}

class HttpRequest {
  /** @param address undefined where it is the host's own, which depends on from where one looks */
  constructor(
    private readonly server: Answering,
    private readonly vantage: Vantage | RemoteMachine,
    private readonly address: Word | undefined,
    private readonly port: number,
  ) {}

  from(vantage: Vantage | RemoteMachine): HttpRequest {
    return new HttpRequest(this.server, vantage, this.address, this.port);
  }

  /** By a name that the vantage's resolver knows: the server's own (in a shared namespace, its owner's), or an alias. */
  byName(name = nameOf(this.server)): HttpRequest {
    return new HttpRequest(this.server, this.vantage, name, this.port);
  }

  /** At another address than the server's own, or on another port. */
  at(address: Word, port = this.port): HttpRequest {
    return new HttpRequest(this.server, this.vantage, address, port);
  }

  /** On one of the host's own ports: at the loopback address, or at the address by which a remote machine knows the host. */
  onHostPort(port: number): HttpRequest {
    return new HttpRequest(this.server, this.vantage, undefined, port);
  }

  /** On every IPv4 address that the host has. */
  onEveryHostAddress(): HttpRequest {
    return new HttpRequest(this.server, this.vantage, [eachHostAddress], this.port);
  }

  /**
   * The server itself answers: by its token, not only by a status.
   * @param how what else has to be so: `{ remoteAddress: "10.77.0.2" }`, `{ headers: { server: "nginx" } }`
   */
  answers(how: Answer = {}): Probe {
    return { kind: "http", from: placeOf(this.vantage), target: this.target, outcome: "answers", ...how };
  }

  /** The server itself answers, and to it the request comes from this address: that shows address translation. */
  answersTo(client: string): Probe {
    return this.answers({ client });
  }

  /**
   * The server itself answers, and its log has the request as one of this client.
   * @throws Refusal for a service, of which one does not know beforehand whose log to read
   */
  isLoggedAs(client: string): Probe {
    if (this.server instanceof Task) {
      throw new Refusal("isLoggedAs", `${nameOf(this.server)} is a service; the log of a server is one to be read`);
    }
    return { kind: "log", expectation: "client", from: placeOf(this.vantage), target: this.target, client };
  }

  /** Nothing listens there. @param control what must answer from the same vantage meanwhile: so that the failure proves something */
  isRefusedWhile(control: HttpRequest, failing: Failing = {}): Probe {
    return this.fails("refused", control, failing);
  }

  /** The packets vanish on the way: no answer in 4 s. @param control as above */
  isDroppedWhile(control: HttpRequest, failing: Failing = {}): Probe {
    return this.fails("dropped", control, failing);
  }

  /** No way leads there: no route, or nobody has the address (which the kernel knows after 3 s). @param control as above */
  isUnreachableWhile(control: HttpRequest, failing: Failing = {}): Probe {
    return this.fails("unreachable", control, failing);
  }

  /** The connection is accepted, and given up: a proxy with nobody behind it. @param control as above */
  isResetWhile(control: HttpRequest, failing: Failing = {}): Probe {
    return this.fails("reset", control, failing);
  }

  /**
   * No resolver of the vantage knows the name.
   * @param control must be asked by a name too: otherwise a resolver that is broken would look like a proof
   * @throws Refusal for an address, here or in the control
   */
  hasNoNameWhile(control: HttpRequest, failing: Failing = {}): Probe {
    for (const address of [this.target.host, control.target.host]) {
      if (typeof address === "string" && !isIPv4(address)) continue;
      throw new Refusal(
        "hasNoNameWhile",
        `${JSON.stringify(address)} is an address; both requests ask by name (byName), or nothing is said of names`,
      );
    }
    return this.fails("no-name", control, failing);
  }

  private fails(outcome: FailureMode, control: HttpRequest, { ended }: Failing): Probe {
    return {
      kind: "http",
      from: placeOf(this.vantage),
      target: this.target,
      outcome,
      control: control.from(this.vantage).target,
      ...(ended === true ? { ended } : {}),
    };
  }

  private get target(): Extract<Probe, { kind: "http" }>["target"] {
    return {
      host: this.address ?? hostAsSeenFrom(this.vantage),
      port: this.port,
      server: identityOf(this.server),
    };
  }
}

function nameOf(server: Answering): string {
  if (server instanceof Task) return server.service.name;
  return server instanceof RemoteMachine ? server.name : server.namespaceOwner.name;
}

function identityOf(server: Answering): Extract<Probe, { kind: "http" }>["target"]["server"] {
  if (server instanceof Task) {
    const { token, name, props } = server.service;
    return { ...{ name: server.name, token, container: name }, ...on(props.manager), service: true };
  }
  const { name, token, container } = server;
  return { name, token, container, ...on(server instanceof RemoteMachine ? undefined : server.engine) };
}

function placeOf(vantage: Vantage | RemoteMachine): Vantage {
  if (!(vantage instanceof RemoteMachine)) return vantage;
  const { container, wire, identity } = vantage;
  return { kind: "remote", container, wire, lab: identity.lab };
}

/** By which address one asks the host itself. */
function hostAsSeenFrom(vantage: Vantage | RemoteMachine): string {
  return vantage instanceof RemoteMachine ? vantage.hostAddress : "127.0.0.1";
}

/**
 * Where a server listens: in a shared namespace, the owner's address; without any network, loopback alone; undefined in
 * host mode, where it depends on from where one asks.
 */
function addressOf(server: Answering): Word | undefined {
  if (server instanceof RemoteMachine) return server.address;
  if (server instanceof Task) {
    return server.host === undefined ? server.service.name : [{ ref: "task-address", ...placeOfTask(server) }];
  }
  const { network, address, container, engine } = server.namespaceOwner;
  if (network.mode === "host") return undefined;
  if (network.mode === "none") return "127.0.0.1";
  return address ?? [{ ref: "container-address", container, network: network.engineName, ...on(engine) }];
}

/** @throws Refusal for a task without a host, or a service without a network: it has no one address */
function placeOfTask({
  service,
  host: { container } = {},
}: Pick<Task, "service"> & { host?: Partial<NestedEngine> | undefined }): {
  service: string;
  network: string;
  engine: string;
} {
  const { name, props } = service;
  if (container !== undefined && props.network !== undefined) {
    return { service: name, network: props.network.engineName, engine: container };
  }
  throw new Refusal(`${service.lab}.${name}`, "an address is asked for on its network, of its task on one host");
}

/** A TCP connection to a server, whatever is said on it. Without more words: from the host, to where it listens. */
export const tcp = (server: Server): TcpConnection => new TcpConnection(server, HOST, addressOf(server), server.port);

class TcpConnection {
  constructor(
    private readonly server: Server,
    private readonly vantage: Vantage | RemoteMachine,
    private readonly address: Word | undefined,
    private readonly port: number,
  ) {}

  from(vantage: Vantage | RemoteMachine): TcpConnection {
    return new TcpConnection(this.server, vantage, this.address, this.port);
  }

  at(address: Word, port = this.port): TcpConnection {
    return new TcpConnection(this.server, this.vantage, address, port);
  }

  /** On one of the host's own ports: see the same of http. */
  onHostPort(port: number): TcpConnection {
    return new TcpConnection(this.server, this.vantage, undefined, port);
  }

  connects(): Probe {
    return { kind: "tcp", from: placeOf(this.vantage), target: this.target, outcome: "connects" };
  }

  /** @param control what must be connected to from the same vantage meanwhile */
  isRefusedWhile(control: TcpConnection): Probe {
    return {
      kind: "tcp",
      from: placeOf(this.vantage),
      target: this.target,
      outcome: "refused",
      control: control.from(this.vantage).target,
    };
  }

  /** @param control as above */
  isDroppedWhile(control: TcpConnection): Probe {
    return {
      kind: "tcp",
      from: placeOf(this.vantage),
      target: this.target,
      outcome: "dropped",
      control: control.from(this.vantage).target,
    };
  }

  /** @param control as above */
  isUnreachableWhile(control: TcpConnection): Probe {
    return {
      kind: "tcp",
      from: placeOf(this.vantage),
      target: this.target,
      outcome: "unreachable",
      control: control.from(this.vantage).target,
    };
  }

  private get target(): Extract<Probe, { kind: "tcp" }>["target"] {
    const { name, container, engine } = this.server;
    return {
      ...{ host: this.address ?? hostAsSeenFrom(this.vantage), port: this.port },
      server: { name, container, ...on(engine) },
    };
  }
}

/** A question for the name of a server's container, by UDP. Without more words: from the host, to the engine's embedded resolver. */
export const udpQuestion = (server: Server): UdpQuestion => new UdpQuestion(server, HOST, "127.0.0.11", 53);

class UdpQuestion {
  constructor(
    private readonly server: Server,
    private readonly vantage: Vantage | RemoteMachine,
    private readonly address: Word,
    private readonly port: number,
  ) {}

  from(vantage: Vantage | RemoteMachine): UdpQuestion {
    return new UdpQuestion(this.server, vantage, this.address, this.port);
  }

  at(address: Word, port = this.port): UdpQuestion {
    return new UdpQuestion(this.server, this.vantage, address, port);
  }

  isAnswered(): Probe {
    return { ...this.asked, outcome: "answers" };
  }

  /** Nobody has opened the port there. @param control what must answer the same question meanwhile */
  isRefusedWhile(control: UdpQuestion): Probe {
    return { ...this.asked, outcome: "refused", control: control.target };
  }

  /** Nothing comes back. @param control as above */
  isDroppedWhile(control: UdpQuestion): Probe {
    return { ...this.asked, outcome: "dropped", control: control.target };
  }

  private get asked(): Omit<Extract<Probe, { kind: "udp"; outcome: "answers" }>, "outcome"> {
    const { container, token } = this.server;
    return {
      ...{ kind: "udp", from: placeOf(this.vantage), target: this.target },
      ...{ question: container, token: token.slice(0, 4) },
    };
  }

  private get target(): { host: Word; port: number } {
    return { host: this.address, port: this.port };
  }
}

/**
 * Who listens on a port, and on which addresses. Without more words: on the host. Whose the port is can be asked of the
 * host only, and of TCP; on which addresses, of every vantage.
 */
export const listening = (port: number, protocol: "tcp" | "udp" = "tcp"): Listening =>
  new Listening(port, protocol, HOST);

class Listening {
  constructor(
    private readonly port: number,
    private readonly protocol: "tcp" | "udp",
    private readonly vantage: Vantage,
  ) {}

  from(vantage: Vantage): Listening {
    return new Listening(this.port, this.protocol, vantage);
  }

  isOwnedBy({ container }: InContainer): Probe {
    return { kind: "listener", from: this.vantage, port: this.port, container, owner: "container" };
  }

  isHeldByEngineFor({ container }: InContainer): Probe {
    return { kind: "listener", from: this.vantage, port: this.port, container, owner: "engine" };
  }

  isOnEveryAddress(): Probe {
    return { ...this.asked, expectation: "every-address" };
  }

  isOnLoopbackOnly(): Probe {
    return { ...this.asked, expectation: "loopback-only" };
  }

  isOnOnly(...addresses: string[]): Probe {
    return { ...this.asked, expectation: "addresses", addresses };
  }

  isNobodys(): Probe {
    return { ...this.asked, expectation: "nothing" };
  }

  private get asked(): { kind: "listening"; from: Vantage; protocol: "tcp" | "udp"; port: number } {
    return { kind: "listening", from: this.vantage, protocol: this.protocol, port: this.port };
  }
}

/** Anything in a container: a server, or what an action of a lab has started. */
interface InContainer {
  readonly container: string;
}

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

/** @throws Refusal where the engine chooses the address: it may be another after each start */
function givenAddress({ container, address }: Server): string {
  if (address !== undefined) return address;
  throw new Refusal(`${container}.address`, "none is given; what looks for an address needs one of the lab's choice");
}

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

/** A rule that masquerades what leaves the network. */
export const masquerade = (network: BridgeNetwork): Probe => ({
  kind: "rule",
  rule: "masquerade",
  network: network.engineName,
  subnet: network.subnet.toString(),
});

/** A rule that leads from a published port to the server. */
export const portMapping = (server: Server, port: number): Probe => {
  const destination = `${givenAddress(server)}:${String(server.port)}`;
  return { kind: "rule", rule: "dnat", network: server.network.engineName, port, destination };
};

/** The engine creates a container in host mode that asks for a published port: it warns, and maps nothing. */
export const discardedPorts = (identity: Identity, image: string): Probe => ({
  kind: "discarded-ports",
  container: identity.nameOf("discarded-ports"),
  lab: identity.lab,
  instance: identity.instance,
  image,
});

/** The engine runs a container in host mode with `--rm`, and removes it once its process has ended. */
export const autoRemoved = (identity: Identity, image: string): Probe => ({
  kind: "auto-removed",
  container: identity.nameOf("passing"),
  lab: identity.lab,
  instance: identity.instance,
  image,
});

/** The IPv4 addresses at a vantage. */
export const addresses = (
  from: Vantage,
): {
  are: (...addresses: string[]) => Probe;
  have: (address: string) => Probe;
  lack: (address: string) => Probe;
  haveOneIn: (subnet: Subnet) => Probe;
} => ({
  are: (...addresses) => ({ kind: "addresses", from, expectation: "exactly", addresses }),
  have: (address) => ({ kind: "addresses", from, expectation: "has", address }),
  lack: (address) => ({ kind: "addresses", from, expectation: "lacks", address }),
  haveOneIn: (subnet) => ({ kind: "addresses", from, expectation: "within", subnet: subnet.toString() }),
});

/** The IPv4 routes at a vantage. */
export const routes = (
  from: Vantage,
): {
  areNone: () => Probe;
  haveNoDefault: () => Probe;
  leadOutBy: (gateway: string) => Probe;
  leadStraightTo: (network: string) => Probe;
} => ({
  areNone: () => ({ kind: "routes", from, expectation: "none" }),
  haveNoDefault: () => ({ kind: "routes", from, expectation: "no-default" }),
  leadOutBy: (gateway) => ({ kind: "routes", from, expectation: "default", gateway }),
  leadStraightTo: (network) => ({ kind: "routes", from, expectation: "connected", network }),
});

/** Whether the kernel at a vantage finds out the MAC address behind an IPv4 address on the same link: it is made to ask. */
export const neighbour = (
  one: Server | string,
  from: Vantage,
): { isKnown: (mac?: string) => Probe; isUnknownWhile: (control: Server | string) => Probe } => {
  const addressOf = (server: Server | string): string => (typeof server === "string" ? server : givenAddress(server));
  const asked = { kind: "neighbour", from, address: addressOf(one) } as const;
  return {
    isKnown: (mac) => ({ ...asked, expectation: "known", ...(mac === undefined ? {} : { mac }) }),
    isUnknownWhile: (control) => ({
      ...{ ...asked, expectation: "unknown", control: addressOf(control) },
      ...(typeof one === "string" ? {} : { server: { container: one.container, ...on(one.engine) } }),
    }),
  };
};

/** What the engine itself calls a server on its networks: the first twelve digits of the container's id. */
export const shortIdOf = ({ container }: Server): { readonly shortIdOf: string } => ({ shortIdOf: container });

/** A service itself: the address by which it is one, whatever its tasks are. */
export const virtualAddressOf = ({
  name,
  props,
}: SwarmService): { readonly service: string; readonly manager: string } => ({
  service: name,
  manager: props.manager.container,
});

/** What a name means at a vantage: on the host or inside a container, whose resolver is asked. */
export const name = (
  name: string | { readonly shortIdOf: string },
  from: Vantage,
): {
  means: (...servers: (Server | Task | ReturnType<typeof virtualAddressOf>)[]) => Probe;
  isUnknownWhile: (control: string) => Probe;
} => ({
  means: (...servers) => ({
    kind: "resolve",
    from,
    name,
    expectation: "addresses",
    addresses: servers.map((server) => {
      if (server instanceof Task) return placeOfTask(server);
      if ("manager" in server) return server;
      const { address, container, network } = server;
      return address ?? { container, network: network.engineName };
    }),
  }),
  isUnknownWhile: (control) => ({ kind: "resolve", from, name, expectation: "no-name", control }),
});

/** A setting of the kernel at a vantage. */
export const sysctl = (key: string, from: Vantage): { is: (value: string | number) => Probe } => ({
  is: (value) => ({ kind: "sysctl", from, key, value: String(value) }),
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

/** The tunnel of an overlay network between its hosts. @param vni which VNI it must have @default any */
export const vxlanOf = ({ engineName, engines }: OverlayNetwork, vni?: number): Probe => ({
  kind: "vxlan",
  network: engineName,
  engines: engines.map(({ container }) => container),
  ...(vni === undefined ? {} : { vni }),
});

/**
 * What the wire between two hosts carries while one's server pings the other's: VXLAN packets with the pings inside, or,
 * where their network is encrypted, ESP packets and nothing to be read.
 */
export const tunnelled = (server: Server, other: Server): Probe => ({
  kind: "tunnel",
  from: inside(server),
  to: givenAddress(other),
  engine: elsewhere(server).container,
  ...(server.engine instanceof NestedEngine && other.engine instanceof NestedEngine
    ? { hosts: [server.engine.address, other.engine.address] as [string, string] }
    : {}),
  ...(server.network.mode === "overlay" && server.network.encrypted ? { encrypted: true } : {}),
});

/**
 * How far a broadcast of a server goes: it asks everybody for an address that nobody has.
 * @param engine on whose interfaces is listened
 */
export const broadcastOf = (
  server: Server,
  asksFor: string,
  { container }: NestedEngine,
): { isHeardOnlyOn: (heardOn: string, notOn: string) => Probe } => ({
  isHeardOnlyOn: (heardOn, notOn) => ({
    ...{ kind: "broadcast", from: inside(server), asksFor, engine: container, heardOn, notOn },
  }),
});

/** The largest packet on the interface that has a server's address. */
export const mtuOf = (server: Server): { is: (mtu: number) => Probe } => ({
  is: (mtu) => ({ kind: "link", from: inside(server), address: givenAddress(server), mtu }),
});

/** An engine is in a swarm without any key-value store. */
export const inSwarm = ({ container }: OtherEngine): Probe => ({ kind: "swarm", engine: container });

/** Which MAC address a neighbour sees behind a server's address: its own, or that of the interface it sits on. */
export const macOf = (server: Server, from: Vantage): { isItsOwn: () => Probe; isItsParents: () => Probe } => {
  const { parent } = server.network as UnderlayNetwork;
  const seen = {
    kind: "mac",
    from,
    address: givenAddress(server),
    of: inside(server),
    host: host(server.engine),
    parent,
  } as const;
  return { isItsOwn: () => ({ ...seen, whose: "own" }), isItsParents: () => ({ ...seen, whose: "parents" }) };
};

/** @throws Refusal for a server on the local engine, which is on no wire between hosts */
function elsewhere({ container, engine }: Server): OtherEngine {
  if (engine instanceof NestedEngine || engine instanceof RemoteEngine) return engine;
  throw new Refusal(
    `${container}.engine`,
    "it is the local one; this looks at the wire between engines of the lab's own",
  );
}
