import { EVERY_ADDRESS } from "../publication";
import type { Topology } from "../topology";
import { answers, anyOf, fails, oneOf, type Prediction, type Reason } from "./outcome";
import { BECAUSE } from "./reasons";

type NetworkModel = Topology["networks"][number];
type ServerModel = Topology["servers"][number];
type RemoteModel = Topology["remotes"][number];
type PublicationModel = ServerModel["publications"][number];

/** What of an engine and its host decides who reaches whom. */
export interface EngineTraits {
  /** The engine's release, e.g. 20.10.24. */
  readonly version: string;
  /** Whether docker-proxy holds published ports. */
  readonly userlandProxy: boolean;
  /** The host's own address, as others on its link know it; for ports that are published on it alone. */
  readonly hostAddress?: string;
  /** What the host does with packets to be forwarded that no rule is about; where it is not known, either is right. */
  readonly forwardPolicy?: string;
  /** By what the engine filters packets: `iptables`, or `nftables`. @default iptables */
  readonly firewall?: string;
  /** Whether the kernel balances a service's address, and its port by ingress. @default it does */
  readonly ipvs?: boolean;
  /** The gateway of the default bridge. */
  readonly defaultGateway?: string;
}

/** Where one looks from: the host, a throw-away host, the namespace of a server, or a machine beside the host. */
export type Place =
  | { readonly kind: "host" }
  | { readonly kind: "engine"; readonly engine: string }
  | { readonly kind: "server"; readonly server: string }
  | { readonly kind: "remote"; readonly remote: string };

/** What is asked, by whichever way. */
export type Destination =
  | { readonly kind: "loopback" }
  /** The host's address on its own link. */
  | { readonly kind: "host" }
  /** The host's address on one of the lab's networks. */
  | { readonly kind: "gateway"; readonly network: string }
  /** A throw-away host's address on its LAN. */
  | { readonly kind: "engine"; readonly engine: string }
  | { readonly kind: "address"; readonly server: string; readonly network: string }
  | { readonly kind: "name"; readonly name: string };

/** What can be asked where there is one engine alone. */
type Asked = Exclude<Destination, { kind: "engine" }>;

/** Says what comes of a connection, from the model alone. */
export class Reachability {
  private readonly networks: ReadonlyMap<string, NetworkModel>;
  private readonly servers: ReadonlyMap<string, ServerModel>;
  private readonly remotes: ReadonlyMap<string, RemoteModel>;
  /** By namespace owner and port. */
  private readonly listeners = new Map<string, Map<number, string>>();
  private readonly onHost = new Map<number, string>();
  private readonly published = new Map<number, { server: ServerModel; publication: PublicationModel }[]>();
  /** By network and name. */
  private readonly names = new Map<string, Map<string, Set<string>>>();

  constructor(
    topology: Topology,
    private readonly engine: EngineTraits,
  ) {
    this.networks = new Map(topology.networks.map((network) => [network.name, network]));
    this.servers = new Map(topology.servers.map((server) => [server.name, server]));
    this.remotes = new Map(topology.remotes.map((remote) => [remote.name, remote]));
    for (const server of topology.servers) this.enter(server);
  }

  /** What comes of asking `destination` on `port`, from `place`. */
  connect(place: Place, destination: Destination, port: number): Prediction {
    if (place.kind === "engine" || destination.kind === "engine") throw new Error("on one engine there is one host");
    if (place.kind === "remote") return this.fromOutside(destination, port, this.remotes.get(place.remote));
    const owner = place.kind === "host" ? undefined : this.namespaceOf(place.server);
    if (destination.kind === "name") return this.byName(owner, destination.name, port);
    return owner === undefined ? this.fromHost(destination, port) : this.fromNamespace(owner, destination, port);
  }

  /** What comes of a connection that reaches the host by its own link, and is for its own address. */
  arriving(port: number): Prediction {
    return this.onHostItself({ kind: "host" }, port, this.engine.hostAddress, ({ server, publication }) =>
      this.translated(server, publication, BECAUSE.translated),
    );
  }

  /** The server whose namespace a server is in; undefined for the host's. */
  private namespaceOf(name: string): ServerModel | undefined {
    const server = this.servers.get(name);
    const owner = server?.owner === undefined ? server : this.servers.get(server.owner);
    if (owner === undefined) throw new Error(`no server ${name} in the model`);
    return owner.mode === "host" ? undefined : owner;
  }

  private enter(server: ServerModel): void {
    const owner = server.owner ?? server.name;
    if (server.mode === "host") this.onHost.set(server.port, server.name);
    else entry(this.listeners, owner, () => new Map()).set(server.port, server.name);
    for (const publication of server.publications) {
      entry(this.published, publication.port, () => []).push({ server, publication });
    }
    for (const { network, names } of server.attachments) {
      for (const name of names) {
        entry(
          entry(this.names, network, () => new Map()),
          name,
          () => new Set<string>(),
        ).add(server.name);
      }
    }
  }

  private byName(owner: ServerModel | undefined, name: string, port: number): Prediction {
    if (owner === undefined) return fails("no-name", BECAUSE.hostResolver);
    if (owner.mode === "none") return fails("no-name", BECAUSE.noneResolver);
    if (owner.mode === "default-bridge") return fails("no-name", BECAUSE.defaultBridgeResolver);
    const [first, ...others] = this.resolvingNetworks(owner, name).map((network) => {
      const [address, ...more] = [...(this.names.get(network.name)?.get(name) ?? [])].map((server) =>
        this.fromNamespace(owner, { kind: "address", server, network: network.name }, port),
      );
      return anyOf([address ?? fails("no-name", BECAUSE.notOnNetwork), ...more]);
    });
    if (first === undefined) return fails("no-name", BECAUSE.notOnNetwork);
    const found = oneOf([first, ...others]);
    return found.outcomes.every(({ kind }) => kind === "answers") ? { ...found, reason: BECAUSE.resolved } : found;
  }

  /**
   * Where several of a container's networks know a name, the resolver answers from the first of them alone (U25):
   * from that by which the container leaves. Internal ones come last, in no order.
   */
  private resolvingNetworks(owner: ServerModel, name: string): readonly NetworkModel[] {
    const knowing = this.networksOf(owner).filter((network) => this.names.get(network.name)?.has(name) === true);
    const [first] = inOrder(knowing.filter(({ internal }) => !internal));
    return first === undefined ? knowing : [first];
  }

  private fromHost(destination: Exclude<Asked, { kind: "name" }>, port: number): Prediction {
    if (destination.kind === "address") {
      return this.listener(destination.server, port, BECAUSE.hostToContainer, BECAUSE.noListener);
    }
    return this.onHostItself(destination, port, this.engine.hostAddress, ({ server, publication }) =>
      // Destinations in 127.0.0.0/8 are not rewritten while docker-proxy is there to take them.
      destination.kind === "loopback" && this.engine.userlandProxy
        ? this.proxied(server, publication, BECAUSE.proxiedFromLoopback)
        : this.translated(server, publication, BECAUSE.translated),
    );
  }

  private fromNamespace(owner: ServerModel, destination: Exclude<Asked, { kind: "name" }>, port: number): Prediction {
    if (destination.kind === "loopback") return this.inside(owner, port);
    if (destination.kind === "address" && destination.server === owner.name) return this.inside(owner, port);
    if (owner.attachments.length === 0) return fails("unreachable", BECAUSE.onlyLoopback);
    const direct = destination.kind === "host" ? undefined : this.attachedTo(owner, destination.network);
    const by = direct ?? this.defaultNetwork(owner);
    if (by === undefined) return fails("unreachable", BECAUSE.internalNoRoute);
    if (destination.kind !== "address") return this.onHostFrom(owner, by, destination, port);
    if (direct === undefined) return fails("dropped", BECAUSE.otherBridge);
    if (!direct.interContainerConnectivity) return fails("dropped", BECAUSE.noInterContainer);
    return this.listener(destination.server, port, BECAUSE.sameBridge, BECAUSE.noListener);
  }

  /** From a machine beside the host, which has routes to the lab's own networks. */
  private fromOutside(destination: Asked, port: number, remote: RemoteModel | undefined): Prediction {
    if (destination.kind === "name") return fails("no-name", BECAUSE.remoteResolver);
    if (destination.kind === "loopback") return fails("refused", BECAUSE.nothingHere);
    const network = destination.kind === "host" ? undefined : this.networks.get(destination.network);
    if (network !== undefined && network.subnet === undefined) return fails("unreachable", BECAUSE.remoteHasNoRoute);
    if (destination.kind === "address") return this.direct(destination, port);
    return this.onHostItself(destination, port, remote?.hostAddress, ({ server, publication }) =>
      this.translated(server, publication, BECAUSE.translated),
    );
  }

  /** What the host does with what comes from outside for a container's own address. */
  private direct({ server, network }: Extract<Destination, { kind: "address" }>, port: number): Prediction {
    if (this.networks.get(network)?.internal === true) return fails("dropped", BECAUSE.internalFromOutside);
    if (release(this.engine.version) >= 28) return fails("dropped", BECAUSE.directGuarded);
    const open = this.listener(server, port, BECAUSE.directOpen, BECAUSE.noListener);
    // A rule lets pass what is for a published port, as that is what such a request looks like once it is translated.
    if (this.engine.forwardPolicy === "ACCEPT" || this.isPublished(server, network, port)) return open;
    const closed = fails("dropped", BECAUSE.directClosed);
    return this.engine.forwardPolicy === undefined ? oneOf([open, closed]) : closed;
  }

  /** Whether what is for this port of a container's own address is what a port of the host leads to. */
  private isPublished(name: string, network: string, port: number): boolean {
    const server = this.servers.get(name);
    if (server === undefined || this.defaultNetwork(server)?.name !== network) return false;
    return server.publications.some(({ to }) => to === port);
  }

  private inside(owner: ServerModel, port: number): Prediction {
    return this.listener(owner.name, port, BECAUSE.sameNamespace, BECAUSE.nothingHere);
  }

  /** What the host itself does with a connection that comes in by a bridge. */
  private onHostFrom(
    owner: ServerModel,
    bridge: NetworkModel,
    destination: Extract<Destination, { kind: "host" | "gateway" }>,
    port: number,
  ): Prediction {
    return this.onHostItself(destination, port, this.engine.hostAddress, ({ server, publication }) => {
      const own = this.defaultNetwork(server) === bridge;
      if (bridge.internal) return this.fromInternal(owner, bridge, server, publication);
      if (!own && release(this.engine.version) >= 29) {
        return this.translated(server, publication, BECAUSE.translatedAcross);
      }
      if (this.engine.userlandProxy) return this.proxied(server, publication, BECAUSE.proxied);
      if (!own) return fails("dropped", BECAUSE.noHairpinAcross);
      // Translated, it is what one container of the network sends another.
      return bridge.interContainerConnectivity
        ? this.translated(server, publication, BECAUSE.hairpin)
        : fails("dropped", BECAUSE.noInterContainer);
    });
  }

  /** What comes of a port published on another network, asked for at an internal network's gateway. */
  private fromInternal(
    owner: ServerModel,
    bridge: NetworkModel,
    server: ServerModel,
    publication: PublicationModel,
  ): Prediction {
    if (this.engine.firewall?.startsWith("nftables") !== true) return fails("dropped", BECAUSE.internalPublished);
    const shortCut = fails("dropped", BECAUSE.internalShortCut);
    if (server === owner) return shortCut;
    const open = this.translated(server, publication, BECAUSE.internalPublishedOpen);
    // What a bridge passes on is translated back where the kernel shows it to the packet filter (br_netfilter).
    return this.attachedTo(server, bridge.name) === undefined ? open : oneOf([open, shortCut]);
  }

  /** @param hostAddress the host's own address, as the one who asks knows it */
  private onHostItself(
    destination: Exclude<Asked, { kind: "name" | "address" }>,
    port: number,
    hostAddress: string | undefined,
    lead: (found: { server: ServerModel; publication: PublicationModel }) => Prediction,
  ): Prediction {
    const inHostMode = this.onHost.get(port);
    if (inHostMode !== undefined) {
      return answers(inHostMode, destination.kind === "gateway" ? BECAUSE.gatewayIsHost : BECAUSE.hostMode);
    }
    const candidates = this.published.get(port) ?? [];
    const found = candidates.find(
      ({ publication: { on } }) => on === EVERY_ADDRESS || on === this.textOf(destination, hostAddress),
    );
    if (found !== undefined) return lead(found);
    return fails("refused", candidates.length === 0 ? BECAUSE.hostRefuses : BECAUSE.boundElsewhere);
  }

  private textOf(
    destination: Exclude<Asked, { kind: "name" | "address" }>,
    hostAddress: string | undefined,
  ): string | undefined {
    switch (destination.kind) {
      case "loopback":
        return "127.0.0.1";
      case "host":
        return hostAddress;
      case "gateway":
        return this.networks.get(destination.network)?.gateway ?? this.engine.defaultGateway;
    }
  }

  private translated(server: ServerModel, { to }: PublicationModel, reason: Reason): Prediction {
    return this.listener(server.name, to, reason, BECAUSE.translatedToNothing);
  }

  private proxied(server: ServerModel, { to }: PublicationModel, reason: Reason): Prediction {
    const by = this.listeners.get(server.name)?.get(to);
    return by === undefined ? fails("reset", BECAUSE.proxiedToNothing) : answers(by, reason);
  }

  private listener(owner: string, port: number, reason: Reason, otherwise: Reason): Prediction {
    const by = this.listeners.get(owner)?.get(port);
    return by === undefined ? fails("refused", otherwise) : answers(by, reason);
  }

  private attachedTo(server: ServerModel, network: string): NetworkModel | undefined {
    return server.attachments.some((one) => one.network === network) ? this.networks.get(network) : undefined;
  }

  /**
   * The network by which a container leaves, and is published: that of its networks with a way out whose name comes
   * first. Internal networks offer none, but before 26.1 the route is there, and what takes it is dropped (U15).
   */
  private defaultNetwork(server: ServerModel): NetworkModel | undefined {
    const networks = this.networksOf(server);
    const ways = networks.filter(({ internal }) => !internal);
    const routed = ways.length > 0 || release(this.engine.version) >= 26 ? ways : networks;
    return inOrder(routed)[0];
  }

  private networksOf(server: ServerModel): NetworkModel[] {
    return server.attachments.flatMap(({ network }) => this.networks.get(network) ?? []);
  }
}

/** Engines go by the network's name, where nothing else decides (U10). */
export function inOrder(networks: readonly NetworkModel[]): NetworkModel[] {
  return [...networks].sort((a, b) => (a.engineName < b.engineName ? -1 : 1));
}

/** The release as a number: 20.10.24 is 20.1. */
export function release(version: string): number {
  return Number.parseFloat(version);
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = create();
  map.set(key, made);
  return made;
}
