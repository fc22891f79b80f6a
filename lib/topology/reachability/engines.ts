import { Subnet } from "../subnet";
import type { Topology } from "../topology";
import { type Destination, type EngineTraits, inOrder, type Place, Reachability, release } from "./connection";
import { answers, anyOf, fails, oneOf, type Prediction, type Reason } from "./outcome";
import { BECAUSE } from "./reasons";

type NetworkModel = Topology["networks"][number];
type ServerModel = Topology["servers"][number];
type EngineModel = Topology["engines"][number];

/**
 * Says what comes of a connection between the containers of several engines that meet on LANs. What happens on one
 * engine alone is that engine's matter ({@link Reachability}); here is what lies between.
 */
export class ReachabilityOfEngines {
  private readonly networks: ReadonlyMap<string, NetworkModel>;
  private readonly servers: ReadonlyMap<string, ServerModel>;
  private readonly engines: ReadonlyMap<string, EngineModel>;
  /** What each engine knows of itself, by its name; undefined is the local one. */
  private readonly alone = new Map<string | undefined, Reachability>();

  constructor(
    private readonly topology: Topology,
    private readonly traits: EngineTraits,
  ) {
    this.networks = new Map(topology.networks.map((network) => [network.name, network]));
    this.servers = new Map(topology.servers.map((server) => [server.name, server]));
    this.engines = new Map(topology.engines.map((engine) => [engine.name, engine]));
    for (const engine of [undefined, ...this.engines.keys()]) {
      this.alone.set(engine, new Reachability(partOf(topology, engine), this.traitsOf(engine)));
    }
  }

  /**
   * What comes of asking `destination` on `port`, from `place`.
   * @returns undefined for what must not be asked: it would leave the machine by its default route; or for what cannot be
   * asked: the address means somebody else there
   */
  connect(place: Place, destination: Destination, port: number): Prediction | undefined {
    if (place.kind === "remote") return this.fromOutside(place, destination, port);
    const from = this.placeOf(place);
    switch (destination.kind) {
      case "loopback":
        return this.on(from.engine, from.place, destination, port);
      case "name":
        return this.byName(from, destination.name, port);
      case "address":
        return this.toAddress(from, destination, port);
      case "engine":
        return this.toHost(from, this.engine(destination.engine), port);
      case "host":
      case "gateway":
        return from.engine === undefined ? this.on(undefined, from.place, destination, port) : undefined;
    }
  }

  /** A throw-away engine has what an engine has by itself; its host is known by its address on the LAN. */
  private traitsOf(engine: string | undefined): EngineTraits {
    if (engine === undefined) return this.traits;
    return { ...this.traits, userlandProxy: true, hostAddress: this.engine(engine).address };
  }

  /** A remote machine has routes to what is on the local engine, and to nothing else. */
  private fromOutside(place: Place, destination: Destination, port: number): Prediction | undefined {
    if (destination.kind === "engine") return undefined;
    if (destination.kind === "address" && !this.isOn(destination, undefined)) return undefined;
    return this.on(undefined, place, destination, port);
  }

  /** Whose network stack it is: a host's, or that of a server. */
  private placeOf(place: Place): Standpoint {
    if (place.kind === "engine") return { engine: place.engine, place: { kind: "host" } };
    if (place.kind !== "server") return { engine: undefined, place };
    const server = this.server(place.server);
    const owner = server.owner === undefined ? server : this.server(server.owner);
    if (owner.mode === "host") return { engine: owner.engine, place: { kind: "host" } };
    return { engine: owner.engine, place, owner };
  }

  private byName(from: Standpoint, name: string, port: number): Prediction | undefined {
    const { owner, engine } = from;
    const lan = engine === undefined || owner !== undefined ? undefined : this.engine(engine).lan;
    if (owner === undefined && lan === undefined) return fails("no-name", BECAUSE.hostResolver);
    if (owner?.mode === "none" || owner?.mode === "default-bridge")
      return this.on(engine, from.place, { kind: "name", name }, port);
    // A throw-away host is itself a container on its LAN, with that one's resolver.
    const own = owner === undefined ? [lan ?? ""] : owner.attachments.map(({ network }) => network);
    const knowing = own.filter((network) => this.named(name, network).length > 0).map((one) => this.network(one));
    const [open] = inOrder(knowing.filter(({ internal }) => !internal));
    const [first, ...others] = (open === undefined ? knowing : [open]).map((network) => {
      const [answer, ...more] = this.named(name, network.name).flatMap(
        (server) => this.toAddress(from, { kind: "address", server, network: network.name }, port) ?? [],
      );
      return anyOf([answer ?? fails("no-name", BECAUSE.notOnNetwork), ...more]);
    });
    if (first === undefined) return fails("no-name", BECAUSE.notOnNetwork);
    const found = oneOf([first, ...others]);
    const overlay = knowing.some(({ driver }) => driver === "overlay");
    const isReached = found.outcomes.every(({ kind }) => kind === "answers");
    return isReached ? { ...found, reason: overlay ? BECAUSE.overlayName : BECAUSE.resolved } : found;
  }

  private named(name: string, network: string): string[] {
    return this.topology.servers
      .filter(({ attachments }) => attachments.some((one) => one.network === network && one.names.includes(name)))
      .map((server) => server.name);
  }

  private toAddress(from: Standpoint, destination: Address, port: number): Prediction | undefined {
    const { owner, engine, place } = from;
    const self = owner?.name === destination.server || owner?.mode === "none";
    if (self || (owner === undefined && this.isOn(destination, engine))) {
      return this.on(engine, place, destination, port);
    }
    if (owner === undefined) return this.fromHost(engine, destination, port);
    const target = this.network(destination.network);
    const own = owner.attachments.map(({ network }) => this.network(network));
    const shared = own.some(({ name }) => name === target.name);
    if (shared && target.driver === "overlay") return this.listening(destination, port, BECAUSE.sameOverlay);
    if (shared && !isLink(target)) return this.listening(destination, port, BECAUSE.sameUnderlay);
    if (this.isOn(destination, engine) && own.every(({ driver }) => driver === undefined)) {
      return this.on(engine, place, destination, port);
    }
    const there = this.linkOf(target, this.server(destination.server).engine);
    const meeting = isLink(target) ? own.filter((one) => isLink(one) && this.linkOf(one, engine) === there) : [];
    if (meeting.some((one) => isOneSubnet(this.subnetOf(owner, one), this.subnetAt(destination)))) {
      if (!shared) return this.listening(destination, port, BECAUSE.onLan);
      return APART.includes(target.driverMode ?? "")
        ? fails("unreachable", BECAUSE.keptApart)
        : this.listening(destination, port, BECAUSE.sameUnderlay);
    }
    const found = this.beyond(owner, own, destination, port);
    return found !== undefined && meeting.length > 0 ? { ...found, reason: BECAUSE.otherSubnet } : found;
  }

  /** Whether an address is that of a bridge on an engine: then all else is that engine's matter. */
  private isOn({ server, network }: Address, engine: string | undefined): boolean {
    return this.network(network).driver === undefined && this.server(server).engine === engine;
  }

  /** The one of a network's subnets that a server's address on it is of; without a choice, the first. */
  private subnetOf(server: ServerModel, { name, subnet, moreSubnets = [] }: NetworkModel): string | undefined {
    const address = server.attachments.find(({ network }) => network === name)?.address;
    const of = moreSubnets.find((one) => address !== undefined && Subnet.observed(one)?.contains(address) === true);
    return of ?? subnet;
  }

  private subnetAt({ server, network }: Address): string | undefined {
    return this.subnetOf(this.server(server), this.network(network));
  }

  /** To a throw-away host's own address on its LAN: what listens on the host itself, and the ports that it publishes. */
  private toHost({ owner, engine, place }: Standpoint, target: EngineModel, port: number): Prediction | undefined {
    const own = engine === target.name;
    const lan = this.network(target.lan);
    if (owner === undefined) {
      if (own) return this.on(engine, place, { kind: "host" }, port);
      // The local host has an address on each LAN's bridge.
      const from = engine === undefined ? lan.name : this.engine(engine).lan;
      return from === lan.name ? this.aloneOn(target.name).arriving(port) : this.outOf(from, lan.subnet);
    }
    if (owner.mode === "none") return this.on(engine, place, { kind: "host" }, port);
    const networks = owner.attachments.map(({ network }) => this.network(network));
    const [underlay] = networks.filter(({ driver }) => driver === "macvlan" || driver === "ipvlan");
    // Whether a host knows a way back to another subnet than its LAN's is not in the model.
    if (underlay !== undefined && !isLink(underlay)) return undefined;
    const meets = (one: NetworkModel): boolean =>
      isLink(one) && this.linkOf(one, engine) === lan.name && isOneSubnet(this.subnetOf(owner, one), lan.subnet);
    if (networks.some(meets)) {
      return own ? fails("unreachable", BECAUSE.ownHost) : this.aloneOn(target.name).arriving(port);
    }
    if (own && networks.some(({ driver }) => driver === undefined))
      return this.on(engine, place, { kind: "host" }, port);
    const fromHost = (): Prediction | undefined => this.toHost({ engine, place: { kind: "host" } }, target, port);
    return this.leaving(owner, networks, lan.subnet, fromHost);
  }

  /** From a host itself, to what is on none of its own bridges. */
  private fromHost(engine: string | undefined, destination: Address, port: number): Prediction | undefined {
    const target = this.network(destination.network);
    const there = this.server(destination.server).engine;
    const isUnderlay = target.driver === "macvlan" || target.driver === "ipvlan";
    // Each engine gives its default bridge the same subnet, as a rule: the address is somebody's, or nobody's, on its own.
    if (target.subnet === undefined) return undefined;
    // Which VLANs the local host has an address in depends on its kernel. (A throw-away host has none in any.)
    if (target.vlan !== undefined && engine === undefined) return undefined;
    const subnet = this.subnetAt(destination);
    const isOfLan = isLink(target) && isOneSubnet(subnet, target.subnet);
    if (isUnderlay && isOfLan && target.vlan === undefined && there === engine) {
      return fails("unreachable", BECAUSE.ownHost);
    }
    const lan = engine === undefined ? undefined : this.engine(engine).lan;
    // The local host has an address on each LAN's bridge, and no other way to what is on other engines.
    if (isOfLan && (engine === undefined ? isUnderlay : this.linkOf(target, there) === lan)) {
      return this.listening(destination, port, BECAUSE.onLan);
    }
    return lan === undefined ? undefined : this.outOf(lan, subnet);
  }

  /** From a container, to what is on none of its own networks, nor on another bridge of its engine. */
  private beyond(
    owner: ServerModel,
    own: readonly NetworkModel[],
    destination: Address,
    port: number,
  ): Prediction | undefined {
    const subnet = this.subnetAt(destination);
    return this.leaving(owner, own, subnet, () => this.fromHost(owner.engine, destination, port));
  }

  /**
   * From a container, to another subnet, by its default route.
   * @param fromHost what comes of it where the host forwards it as from itself
   */
  private leaving(
    owner: ServerModel,
    own: readonly NetworkModel[],
    subnet: string | undefined,
    fromHost: () => Prediction | undefined,
  ): Prediction | undefined {
    if (own.every(({ driver }) => driver === "overlay")) return fails("unreachable", BECAUSE.overlayIsClosed);
    const [underlay] = own.filter(({ driver }) => driver !== undefined);
    if (underlay !== undefined) {
      const link = this.linkOf(underlay, owner.engine);
      const { gateway } = this.network(link);
      const isRouter = underlay.gateway === gateway && this.subnetOf(owner, underlay) === underlay.subnet;
      return isRouter || !isLink(underlay) ? this.outOf(link, subnet) : fails("unreachable", BECAUSE.noRouter);
    }
    const isOpen = owner.mode === "default-bridge" || own.some(({ internal }) => !internal);
    if (!isOpen) return this.closed(subnet);
    // On the local engine the way out is the machine's own; but from one bridge to another nothing passes.
    if (owner.engine === undefined) {
      return this.isLocal(subnet) ? fails("dropped", BECAUSE.otherBridge) : undefined;
    }
    const found = fromHost();
    const passes = found?.outcomes.every(({ kind }) => kind === "answers") === true;
    return passes ? { ...found, reason: BECAUSE.throughHost } : found;
  }

  /** By the default route of a LAN, to what is not on it. What leaves a LAN with a way out is not asked. */
  private outOf(lan: string, subnet: string | undefined): Prediction | undefined {
    return this.network(lan).internal ? this.closed(subnet) : undefined;
  }

  /**
   * From an internal network: a rule drops what takes its default route (or the router knows no way, and says so); since
   * Engine 26.1 there is no such route.
   */
  private closed(subnet: string | undefined): Prediction {
    if (release(this.traits.version) >= 26) return fails("unreachable", BECAUSE.beyondLan);
    const dropped = fails("dropped", BECAUSE.beyondLan);
    return this.isLocal(subnet) ? dropped : oneOf([dropped, fails("unreachable", BECAUSE.beyondLan)]);
  }

  private listening({ server, network }: Address, port: number, reason: Reason): Prediction {
    const inside = this.topology.servers.find((one) => (one.owner ?? one.name) === server && one.port === port);
    if (!this.server(server).attachments.some((one) => one.network === network))
      throw new Error(`${server} is elsewhere`);
    return inside === undefined ? fails("refused", BECAUSE.noListener) : answers(inside.name, reason);
  }

  /** What is on one Ethernet: a bridge, an overlay, or the LAN or VLAN that an underlay's parent is on. */
  private linkOf({ name, driver, subnet, vlan }: NetworkModel, engine: string | undefined): string {
    if (driver === "macvlan" || driver === "ipvlan") return vlan ?? this.engine(engine ?? "").lan;
    // Each engine has a default bridge, under one name.
    return subnet === undefined ? `${name} of ${String(engine)}` : name;
  }

  /** Whether the local engine's host has a route to it: that of a bridge of its own, on which underlays may be, too. */
  private isLocal(subnet: string | undefined): boolean {
    const own = this.topology.networks.filter(({ driver, engine }) => driver === undefined && engine === undefined);
    return subnet !== undefined && own.some((bridge) => isOneSubnet(bridge.subnet, subnet));
  }

  private on(engine: string | undefined, place: Place, destination: Destination, port: number): Prediction {
    return this.aloneOn(engine).connect(place, destination, port);
  }

  private aloneOn(engine: string | undefined): Reachability {
    const alone = this.alone.get(engine);
    if (alone === undefined) throw new Error(`no engine ${String(engine)} in the model`);
    return alone;
  }

  private network(name: string): NetworkModel {
    return known(this.networks, name);
  }

  private server(name: string): ServerModel {
    return known(this.servers, name);
  }

  private engine(name: string): EngineModel {
    return known(this.engines, name);
  }
}

type Address = Extract<Destination, { kind: "address" }>;

interface Standpoint {
  readonly engine: string | undefined;
  /** As the engine itself sees it. */
  readonly place: Place;
  /** Whose namespace it is; undefined for a host's own. */
  readonly owner?: ServerModel;
}

/** Macvlan's modes in which containers of one host are kept apart. */
const APART: readonly string[] = ["private", "vepa"];

/** Whether others may be on the same Ethernet: all but routed networks, whose subnets nobody else knows a way to. */
function isLink({ driver, driverMode }: NetworkModel): boolean {
  return driver !== "overlay" && !(driver === "ipvlan" && driverMode !== "l2");
}

/** The subnet of an underlay is that of the LAN that its parent is on, or a part of it. */
function isOneSubnet(one: string | undefined, other: string | undefined): boolean {
  const [a, b] = [one, other].map((text) => (text === undefined ? undefined : Subnet.observed(text)));
  return one === other || (a !== undefined && b?.overlaps(a) === true);
}

/** What one engine has. */
function partOf(topology: Topology, engine: string | undefined): Topology {
  return {
    networks: topology.networks.filter(
      ({ engine: place, driver, subnet }) => place === engine || driver === "overlay" || subnet === undefined,
    ),
    servers: topology.servers.filter((one) => one.engine === engine),
    engines: [],
    remotes: engine === undefined ? topology.remotes : [],
  };
}

function known<V>(map: ReadonlyMap<string, V>, name: string): V {
  const found = map.get(name);
  if (found === undefined) throw new Error(`no ${name} in the model`);
  return found;
}
