import type { Identity } from "./identity";
import type { BridgeNetwork } from "./network";
import { HIGHEST_PORT } from "./port";
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
    this.refuseTwice("networks", network.name, this.networks);
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
    this.refuseTwice("servers", server.name, this.servers);
    this.refuseTakenPort(server);
    this.refuseTakenAddress(server);
    this.servers.push(server);
    return server;
  }

  private refuseTwice(property: string, name: string, others: readonly { name: string }[]): void {
    if (!others.some((other) => other.name === name)) return;
    const free = Array.from({ length: others.length + 1 }, (_, n) => `${name}-${String(n + 2)}`).find(
      (candidate) => !others.some((other) => other.name === candidate),
    );
    throw new Refusal(`${this.id}.${property}`, `"${name}" is there already; a name is given once in a lab`, free);
  }

  private refuseTakenPort(server: Server): void {
    const taken = new Map(this.servers.flatMap((other) => other.hostPorts.map((port) => [port, other] as const)));
    const twice = server.hostPorts.find((port, index) => server.hostPorts.indexOf(port) !== index);
    if (twice !== undefined) {
      throw new Refusal(
        `${this.id}.${server.name}.publish`,
        `${String(twice)} is given twice; a host port leads to one place`,
      );
    }
    for (const port of server.hostPorts) {
      const holder = taken.get(port);
      if (holder === undefined) continue;
      let free = port + 1;
      while (taken.has(free) && free < HIGHEST_PORT) free += 1;
      const property = `${this.id}.${server.name}.${server.network.mode === "host" ? "port" : "publish"}`;
      throw new Refusal(
        property,
        `${String(port)} is taken on the host by server "${holder.name}"; one host port has one listener`,
        String(free),
      );
    }
  }

  private refuseTakenAddress(server: Server): void {
    if (server.address === undefined) return;
    const holder = this.servers.find((other) => other.network === server.network && other.address === server.address);
    if (holder === undefined) return;
    throw new Refusal(
      `${this.id}.${server.name}.address`,
      `${server.address} is the address of server "${holder.name}"`,
    );
  }
}
