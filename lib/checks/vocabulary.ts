import { isIPv4 } from "net";
import type { Identity } from "../topology/identity";
import { BridgeNetwork } from "../topology/network";
import { Refusal } from "../topology/refusal";
import type { Server } from "../topology/server";
import { eachHostAddress, type Word } from "./command";
import type { FailureMode } from "./curl";
import type { Probe } from "./probes";
import { HOST, type Vantage } from "./vantage";

/*
 * The words in which a lab says what must hold: `http(web).from(host()).answers()`. Each sentence ends in a probe,
 * which is plain data.
 */

/** The engine's machine as the place to look from. */
export const host = (): Vantage => HOST;
/** A server's network namespace, with the host's tools. */
export const namespaceOf = (server: Server): Vantage => ({ kind: "namespace", container: server.container });
/** Inside a server's container, with its own resolver and its own tools. */
export const inside = (server: Server): Vantage => ({ kind: "container", container: server.container });

/** An HTTP request to a server. Without more words: from the host, to where the server itself listens. */
export const http = (server: Server): HttpRequest => new HttpRequest(server, HOST, addressOf(server), server.port);

class HttpRequest {
  constructor(
    private readonly server: Server,
    private readonly vantage: Vantage,
    private readonly address: Word,
    private readonly port: number,
  ) {}

  from(vantage: Vantage): HttpRequest {
    return new HttpRequest(this.server, vantage, this.address, this.port);
  }

  /** By a name that the vantage's resolver knows: the server's own (in a shared namespace, its owner's), or an alias. */
  byName(name = this.server.namespaceOwner.name): HttpRequest {
    return new HttpRequest(this.server, this.vantage, name, this.port);
  }

  /** At another address than the server's own, or on another port. */
  at(address: Word, port = this.port): HttpRequest {
    return new HttpRequest(this.server, this.vantage, address, port);
  }

  /** On one of the host's own ports, at the loopback address. */
  onHostPort(port: number): HttpRequest {
    return new HttpRequest(this.server, this.vantage, "127.0.0.1", port);
  }

  /** On every IPv4 address that the host has. */
  onEveryHostAddress(): HttpRequest {
    return new HttpRequest(this.server, this.vantage, [eachHostAddress], this.port);
  }

  /** The server itself answers: by its token, not only by a status. */
  answers(): Probe {
    return { kind: "http", from: this.vantage, target: this.target, outcome: "answers" };
  }

  /** Nothing listens there. @param control what must answer from the same vantage meanwhile: so that the failure proves something */
  isRefusedWhile(control: HttpRequest): Probe {
    return this.fails("refused", control);
  }

  /** The packets vanish on the way: no answer in 4 s. @param control as above */
  isDroppedWhile(control: HttpRequest): Probe {
    return this.fails("dropped", control);
  }

  /** No way leads there: no route, or nobody has the address (which the kernel knows after 3 s). @param control as above */
  isUnreachableWhile(control: HttpRequest): Probe {
    return this.fails("unreachable", control);
  }

  /** The connection is accepted, and given up: a proxy with nobody behind it. @param control as above */
  isResetWhile(control: HttpRequest): Probe {
    return this.fails("reset", control);
  }

  /**
   * No resolver of the vantage knows the name.
   * @param control must be asked by a name too: otherwise a resolver that is broken would look like a proof
   * @throws Refusal for an address, here or in the control
   */
  hasNoNameWhile(control: HttpRequest): Probe {
    for (const { address } of [this, control]) {
      if (typeof address === "string" && !isIPv4(address)) continue;
      throw new Refusal(
        "hasNoNameWhile",
        `${JSON.stringify(address)} is an address; both requests ask by name (byName), or nothing is said of names`,
      );
    }
    return this.fails("no-name", control);
  }

  private fails(outcome: FailureMode, control: HttpRequest): Probe {
    return { kind: "http", from: this.vantage, target: this.target, outcome, control: control.target };
  }

  private get target(): { host: Word; port: number; server: { name: string; token: string; container: string } } {
    const { name, token, container } = this.server;
    return { host: this.address, port: this.port, server: { name, token, container } };
  }
}

/** Where a server listens: in a shared namespace, the owner's address; without any network, loopback alone. */
function addressOf({ namespaceOwner: { network, address, container } }: Server): Word {
  if (network.mode === "host" || network.mode === "none") return "127.0.0.1";
  return address ?? [{ ref: "container-address", container, network: network.engineName }];
}

/** Who listens on one of the host's ports. */
export const listening = (
  port: number,
): { isOwnedBy: (server: Server) => Probe; isHeldByEngineFor: (server: Server) => Probe } => ({
  isOwnedBy: ({ container }) => ({ kind: "listener", from: HOST, port, container, owner: "container" }),
  isHeldByEngineFor: ({ container }) => ({ kind: "listener", from: HOST, port, container, owner: "engine" }),
});

type NamespaceType = Extract<Probe, { kind: "namespace" }>["type"];

/** A server's Linux namespace of one kind, against the engine's or another server's. */
export const namespace = (
  type: NamespaceType,
  { container }: Server,
): { isEngines: () => Probe; differsFromEngines: () => Probe; differsFrom: (other: Server) => Probe } => ({
  isEngines: () => ({ kind: "namespace", type, container, relation: "same" }),
  differsFromEngines: () => ({ kind: "namespace", type, container, relation: "different" }),
  differsFrom: (other) => ({ kind: "namespace", type, container, relation: "different", other: other.container }),
});

/** The network interfaces inside a server. */
export const interfaces = (
  server: Server,
): { areTheHosts: () => Probe; areNotNewOnHost: () => Probe; haveItsOwnAddress: () => Probe } => ({
  areTheHosts: () => ({ kind: "interfaces", container: server.container, expectation: "as-on-host" }),
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
export const inspected = ({ container }: Server): { isInHostMode: () => Probe; publishesNothing: () => Probe } => ({
  isInHostMode: () => ({ kind: "inspect", container, expectation: "host-mode-without-address" }),
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
