import { Engine } from "./engine";
import { NestedEngine, type OtherEngine } from "./other-engines";
import type { Identity } from "./identity";
import { LONGEST_NAME } from "./name";
import { BridgeNetwork, type DeclaredNetwork } from "./declared-network";
import { freePort } from "./port";
import { collide, type HostListener, listenerText } from "./publication";
import { Refusal } from "./refusal";
import type { RemoteMachine } from "./remote-machine";
import type { Attachment, Server } from "./server";
import type { SwarmService } from "./swarm-service";
import type { Topology } from "./topology";
import { UnderlayNetwork } from "./underlay";

/** A lab as it is described: its networks and servers. Pure data with rules; no Docker, no Terraform. */
export class Lab {
  /** Throw-away and remote engines; the local one is always there. */
  readonly engines: OtherEngine[] = [];
  readonly networks: DeclaredNetwork[] = [];
  readonly servers: Server[] = [];
  readonly remotes: RemoteMachine[] = [];
  readonly services: SwarmService[] = [];

  readonly id: string;

  constructor(readonly identity: Identity) {
    this.id = identity.lab;
  }

  /** @throws Refusal when its name or its address is taken by another of this lab, or its LAN is not of this lab */
  addEngine<E extends OtherEngine>(engine: E): E {
    this.refuseTwice("engines", engine.name);
    if (engine instanceof NestedEngine) this.refuseTakenHostAddress(engine);
    else this.refuseSameMachine(engine);
    this.engines.push(engine);
    return engine;
  }

  /** Two engines on one machine are one. */
  private refuseSameMachine({ name, container }: OtherEngine): void {
    const other = this.engines.find((one) => one.container === container);
    if (other === undefined) return;
    throw new Refusal(
      `${this.id}.${name}`,
      `${container} is engine "${other.name}" already; each host is another machine`,
    );
  }

  private refuseTakenHostAddress(engine: NestedEngine): void {
    for (const lan of [engine.lan, ...engine.vlans.map(({ access }) => access)]) {
      if (this.networks.includes(lan)) continue;
      throw new Refusal(`${this.id}.engines`, `network "${lan.name}" is not of this lab; addNetwork makes one`);
    }
    const nested = this.engines.filter((other) => other instanceof NestedEngine);
    const holder = nested.find((other) => other.lan === engine.lan && other.address === engine.address);
    if (holder !== undefined) {
      throw new Refusal(
        `${this.id}.${engine.name}.address`,
        `${engine.address} is the address of engine "${holder.name}"; an address is given once in a network`,
        engine.lan.subnet.freeAddress([engine.lan.gateway, ...nested.map(({ address }) => address)]),
      );
    }
  }

  /** @throws Refusal when its name or its subnet is taken by another of this lab */
  addNetwork<N extends DeclaredNetwork>(network: N): N {
    this.refuseTwice("networks", network.name);
    this.refuseTakenSubnet(network);
    if (network instanceof UnderlayNetwork) this.refuseSharedRange(network);
    this.networks.push(network);
    return network;
  }

  /** @throws Refusal when its name or its subnet is taken by another of this lab */
  addRemoteMachine(remote: RemoteMachine): RemoteMachine {
    this.refuseTwice("remotes", remote.name);
    this.refuseTakenSubnet(remote);
    this.remotes.push(remote);
    return remote;
  }

  /** Which names it may have is the matter of whoever creates it: it is there for some steps only. */
  addService(service: SwarmService): SwarmService {
    this.services.push(service);
    return service;
  }

  /** @throws Refusal when its name, its address, an alias or a port that it takes is taken by another of this lab */
  addServer(server: Server): Server {
    this.refuseTwice("servers", server.name);
    this.refuseStrangers(server);
    this.refuseTakenHostPort(server);
    this.refuseTakenPort(server);
    for (const attachment of server.attachments) {
      this.refuseTakenAddress(server, attachment);
      this.refuseTakenName(server, attachment);
    }
    this.servers.push(server);
    return server;
  }

  /** The lab as plain data. */
  topology(): Topology {
    return {
      networks: [
        ...this.networks.map((network) => ({
          name: network.name,
          engineName: network.engineName,
          subnet: network.subnet.toString(),
          gateway: network.gateway,
          internal: network.internal,
          interContainerConnectivity: network instanceof BridgeNetwork ? network.interContainerConnectivity : true,
          ...(network.mode === "bridge" ? {} : { driver: network.mode }),
          ...(network instanceof UnderlayNetwork ? { driverMode: network.driverMode, ...vlanOf(network) } : {}),
          ...(network.subnets.length > 1 ? { moreSubnets: network.subnets.slice(1).map(String) } : {}),
          ...(network.engine.container === undefined ? {} : { engine: network.engine.name }),
        })),
        ...(this.servers.some(({ network }) => network.mode === "default-bridge") ? [DEFAULT_BRIDGE] : []),
      ],
      servers: this.servers.map((server) => ({
        name: server.name,
        container: server.container,
        token: server.token,
        mode: server.network.mode,
        ...(server.engine.container === undefined ? {} : { engine: server.engine.name }),
        port: server.port,
        ...(server.network.mode === "shared" ? { owner: server.network.owner.name } : {}),
        ...(server.losesPortTo === undefined ? {} : { losesPortTo: server.losesPortTo.name }),
        attachments:
          server.network.mode === "default-bridge"
            ? [{ network: DEFAULT_BRIDGE.name, names: [] }]
            : server.attachments.map(({ network, address, names }) => ({
                network: network.name,
                ...(address === undefined ? {} : { address }),
                names: [...names],
              })),
        publications: server.publications.map((publication) => ({ ...publication })),
      })),
      engines: this.engines
        .filter((engine) => engine instanceof NestedEngine)
        .map(({ name, container, lan, address }) => ({ name, container, lan: lan.name, address })),
      ...(this.services.length === 0 ? {} : { services: this.servicesAsData() }),
      remotes: this.remotes.map(({ name, container, hostAddress, wire }) => ({ name, container, hostAddress, wire })),
    };
  }

  private servicesAsData(): Topology["services"] {
    const swarm = this.engines.filter((engine) => engine instanceof NestedEngine);
    return this.services.map((service) => {
      const { name, token, props } = service;
      return {
        ...{ name, token, endpointMode: props.endpointMode ?? "vip" },
        ...(props.network === undefined ? {} : { network: props.network.name }),
        tasks: service.hosts(swarm).map((host) => ({ engine: host.name, name: service.on(host).name })),
        ...(props.publish === undefined ? {} : { publish: { ...props.publish } }),
      };
    });
  }

  /** Remote machines are beside the real host: their subnets are taken for networks on it as for others. */
  private refuseTakenSubnet(added: DeclaredNetwork | RemoteMachine): void {
    const { name, subnet } = added;
    const others = [
      ...this.networks.map((network) => ({ of: network, holder: `network "${network.name}"`, subnet: network.subnet })),
      ...this.remotes.map((remote) => ({
        of: remote,
        holder: `remote machine "${remote.name}"`,
        subnet: remote.subnet,
      })),
    ];
    const clash = others.find((other) => disjoint(added, other.of) && other.subnet.overlaps(subnet));
    if (clash === undefined) return;
    throw new Refusal(
      `${this.id}.${name}.subnet`,
      `${subnet.toString()} overlaps ${clash.subnet.toString()} of ${clash.holder}; subnets on one engine are disjoint`,
      subnet.nextFree(others.map((other) => other.subnet))?.toString(),
    );
  }

  /**
   * Engines, networks, servers and remote machines share their names: what is declared for them is addressed by name
   * alone.
   */
  private refuseTwice(property: string, name: string): void {
    const names = [...this.engines, ...this.networks, ...this.servers, ...this.remotes].map((other) => other.name);
    if (!names.includes(name)) return;
    const free = names
      .map((_, n) => `-${String(n + 2)}`)
      .map((ending) => name.slice(0, LONGEST_NAME - ending.length) + ending)
      .find((candidate) => !names.includes(candidate));
    throw new Refusal(`${this.id}.${property}`, `"${name}" is there already; a name is given once in a lab`, free);
  }

  /** What a server is on or in belongs to its lab. */
  private refuseStrangers(server: Server): void {
    const stranger = server.attachments.find(({ network }) => !this.networks.includes(network));
    if (stranger !== undefined) {
      throw new Refusal(
        `${this.id}.servers`,
        `network "${stranger.network.name}" is not of this lab; addNetwork makes one that is`,
      );
    }
    const owner = server.namespaceOwner;
    if (owner !== server && !this.servers.includes(owner)) {
      throw new Refusal(`${this.id}.servers`, `server "${owner.name}" is not of this lab; addServer makes one that is`);
    }
  }

  private refuseTakenHostPort(server: Server): void {
    const listeners = server.hostListeners;
    const others = this.on(server.engine).flatMap((other) =>
      other.hostListeners.map((listener) => ({ listener, other })),
    );
    const free = (port: number): string | undefined =>
      freePort(
        port,
        new Set([...others.map(({ listener }) => listener), ...listeners].map((one) => one.port)),
      )?.toString();
    const twice = listeners.find((one, index) => listeners.findIndex((other) => collide(one, other)) !== index);
    if (twice !== undefined) {
      throw new Refusal(
        `${this.id}.${server.name}.publish`,
        `${listenerText(twice)} is given twice; a host port leads to one place`,
        free(twice.port),
      );
    }
    for (const listener of listeners) {
      const holder = others.find((one) => collide(one.listener, listener));
      if (holder === undefined) continue;
      throw new Refusal(
        `${this.id}.${server.name}.${server.network.mode === "host" ? "port" : "publish"}`,
        `${takenText(listener, holder.listener)} on the host by server "${holder.other.name}"; one host port has one listener`,
        free(listener.port),
      );
    }
  }

  /** In one namespace a port has one listener. (That of the host is looked at with the published ports.) */
  private refuseTakenPort(server: Server): void {
    if (server.network.mode !== "shared") return;
    const { namespaceOwner: owner, port } = server;
    const inside = this.servers.filter((other) => other.namespaceOwner === owner);
    const holder = inside.find((other) => other.port === port);
    if (holder === undefined) return;
    throw new Refusal(
      `${this.id}.${server.name}.port`,
      `${String(port)} is taken in the namespace of "${owner.name}" by server "${holder.name}"; one port of a namespace has one listener`,
      freePort(port, new Set(inside.map((other) => other.port)))?.toString(),
    );
  }

  /** Engines know nothing of each other's addresses: on one and the same LAN, each gives out a part of its own. */
  private refuseSharedRange(added: UnderlayNetwork): void {
    const others = this.networks.filter(
      (one): one is UnderlayNetwork => one instanceof UnderlayNetwork && one.subnet.overlaps(added.subnet),
    );
    const property = `${this.id}.${added.name}.range`;
    const clash = others.find((one) => (one.range ?? one.subnet).overlaps(added.range ?? added.subnet));
    if (clash === undefined) return;
    const own = (added.range ?? clash.range)?.nextFree(others.map((one) => one.range ?? one.subnet));
    throw new Refusal(
      property,
      `${(added.range ?? added.subnet).toString()} overlaps ${(clash.range ?? clash.subnet).toString()} of network "${clash.name}"; on one LAN each engine gives addresses from a range of its own`,
      own !== undefined && added.subnet.contains(own.address(1)) ? own.toString() : undefined,
    );
  }

  private refuseTakenAddress(server: Server, { network, address }: Attachment): void {
    if (address === undefined) return;
    const others = [
      ...this.servers.flatMap((other) =>
        other.attachments
          .filter((one) => one.network === network || isOneLan(one.network, network))
          .map((one) => ({ holder: `server "${other.name}"`, address: one.address })),
      ),
      ...this.engines
        .filter((engine) => engine instanceof NestedEngine)
        .filter(({ lan }) => lan === network || isOneLan(lan, network))
        .map((engine) => ({ holder: `engine "${engine.name}"`, address: engine.address })),
    ];
    const taken = others.find((other) => other.address === address);
    if (taken === undefined) return;
    throw new Refusal(
      `${this.id}.${server.name}.address`,
      `${address} is the address of ${taken.holder}; an address is given once in a network`,
      network.subnet.freeAddress([network.gateway, ...others.flatMap((other) => other.address ?? [])]),
    );
  }

  /** An alias may be shared, but a server's own name leads to that server. */
  private refuseTakenName(server: Server, { network, names }: Attachment): void {
    for (const other of this.neighbours(network)) {
      const [alias, named] = names.includes(other.server.name) ? [server, other.server] : [other.server, server];
      if (!names.includes(other.server.name) && !other.names.includes(server.name)) continue;
      throw new Refusal(
        `${this.id}.${alias.name}.aliases`,
        `"${named.name}" is the name of another server on network "${network.name}"; several servers share an alias, none another's name`,
      );
    }
  }

  private on(engine: Engine): Server[] {
    return this.servers.filter((server) => server.engine === engine);
  }

  private neighbours(network: DeclaredNetwork): (Attachment & { readonly server: Server })[] {
    return this.servers.flatMap((server) =>
      server.attachments.filter((one) => one.network === network).map((one) => ({ ...one, server })),
    );
  }
}

/** Underlays of several engines lie on one and the same network; all others have a subnet of their own. */
function disjoint(one: DeclaredNetwork | RemoteMachine, other: DeclaredNetwork | RemoteMachine): boolean {
  const underlay = one instanceof UnderlayNetwork || other instanceof UnderlayNetwork;
  return !underlay || engineOf(one) === engineOf(other);
}

/** The network that stands for the VLAN which an underlay's parent is an interface of, if it is. */
function vlanOf({ engine, parent }: UnderlayNetwork): { vlan?: string } {
  const vlan = engine instanceof NestedEngine ? engine.vlanOf(parent) : undefined;
  return vlan === undefined ? {} : { vlan: vlan.access.name };
}

/** Whether two networks are parts of one LAN, on which their addresses meet. */
function isOneLan(one: DeclaredNetwork, other: DeclaredNetwork): boolean {
  return (one instanceof UnderlayNetwork || other instanceof UnderlayNetwork) && one.subnet.overlaps(other.subnet);
}

function engineOf(one: DeclaredNetwork | RemoteMachine): Engine {
  return "engine" in one ? one.engine : Engine.local;
}

/** The bridge that every engine has: its subnet is the engine's choice. */
const DEFAULT_BRIDGE = {
  // With a space, as no network of a lab is called.
  name: "default bridge",
  engineName: "bridge",
  internal: false,
  interContainerConnectivity: true,
} as const;

/** `8080 is taken`, or where one of the two is bound to an address, which. */
function takenText(wanted: HostListener, holder: HostListener): string {
  const by = wanted.on === holder.on ? "" : ` (as ${listenerText(holder)})`;
  return `${listenerText(wanted)} is taken${by}`;
}
