import type { Identity } from "./identity";
import type { BridgeNetwork } from "./network";
import { LONGEST_NAME } from "./name";
import { freePort } from "./port";
import { Refusal } from "./refusal";
import type { Server } from "./server";

/** A lab as it is described: its networks and servers. Pure data with rules; no Docker, no Terraform. */
export class Lab {
  readonly networks: BridgeNetwork[] = [];
  readonly servers: Server[] = [];

  readonly id: string;

  constructor(readonly identity: Identity) {
    this.id = identity.lab;
  }

  /** @throws Refusal when its name or its subnet is taken by another of this lab */
  addNetwork(network: BridgeNetwork): BridgeNetwork {
    this.refuseTwice("networks", network.name);
    const clash = this.networks.find((other) => other.subnet.overlaps(network.subnet));
    if (clash !== undefined) {
      throw new Refusal(
        `${this.id}.${network.name}.subnet`,
        `${network.subnet.toString()} overlaps ${clash.subnet.toString()} of network "${clash.name}"; subnets on one engine are disjoint`,
        network.subnet.nextFree(this.networks.map((other) => other.subnet))?.toString(),
      );
    }
    this.networks.push(network);
    return network;
  }

  /** @throws Refusal when its name, its address or a host port that it takes is taken by another of this lab */
  addServer(server: Server): Server {
    this.refuseTwice("servers", server.name);
    this.refuseTakenPort(server);
    this.refuseTakenAddress(server);
    this.servers.push(server);
    return server;
  }

  /** Networks and servers share their names: what is declared for them is addressed by name alone. */
  private refuseTwice(property: string, name: string): void {
    const names = [...this.networks, ...this.servers].map((other) => other.name);
    if (!names.includes(name)) return;
    const free = names
      .map((_, n) => `-${String(n + 2)}`)
      .map((ending) => name.slice(0, LONGEST_NAME - ending.length) + ending)
      .find((candidate) => !names.includes(candidate));
    throw new Refusal(`${this.id}.${property}`, `"${name}" is there already; a name is given once in a lab`, free);
  }

  private refuseTakenPort(server: Server): void {
    const taken = new Map(this.servers.flatMap((other) => other.hostPorts.map((port) => [port, other] as const)));
    const twice = server.hostPorts.find((port, index) => server.hostPorts.indexOf(port) !== index);
    if (twice !== undefined) {
      throw new Refusal(
        `${this.id}.${server.name}.publish`,
        `${String(twice)} is given twice; a host port leads to one place`,
        freePort(twice, new Set([...taken.keys(), ...server.hostPorts]))?.toString(),
      );
    }
    for (const port of server.hostPorts) {
      const holder = taken.get(port);
      if (holder === undefined) continue;
      const property = `${this.id}.${server.name}.${server.network.mode === "host" ? "port" : "publish"}`;
      throw new Refusal(
        property,
        `${String(port)} is taken on the host by server "${holder.name}"; one host port has one listener`,
        freePort(port, new Set([...taken.keys(), ...server.hostPorts]))?.toString(),
      );
    }
  }

  private refuseTakenAddress(server: Server): void {
    const { address, network } = server;
    if (address === undefined || network.mode !== "bridge") return;
    const neighbours = this.servers.filter((other) => other.network === network);
    const holder = neighbours.find((other) => other.address === address);
    if (holder === undefined) return;
    throw new Refusal(
      `${this.id}.${server.name}.address`,
      `${address} is the address of server "${holder.name}"; an address is given once in a network`,
      network.subnet.freeAddress([network.gateway, ...neighbours.flatMap((other) => other.address ?? [])]),
    );
  }
}
