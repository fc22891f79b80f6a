import type { Identity } from "./identity";
import { checkedName } from "./name";
import { Refusal } from "./refusal";
import { isAddress, Subnet } from "./subnet";

/** The engine that a lab's parts live on. Today there is one: the local one. */
export class Engine {
  static readonly local = new Engine("local");
  private constructor(readonly name: string) {}
}

/** The host's own network namespace. A server on it publishes nothing: it listens on the host itself. */
export class HostNetwork {
  readonly mode = "host" as const;
  /** What the engine calls it. */
  readonly engineName = "host";
  private constructor(readonly engine: Engine) {}
  static of(engine: Engine): HostNetwork {
    return new HostNetwork(engine);
  }
}

/** The bridge that every engine has from the start (docker0): no names, no addresses of one's choice. */
export class DefaultBridge {
  readonly mode = "default-bridge" as const;
  /** What the engine calls it. */
  readonly engineName = "bridge";
  private constructor(readonly engine: Engine) {}
  static of(engine: Engine): DefaultBridge {
    return new DefaultBridge(engine);
  }
}

export interface BridgeNetworkProps {
  /** Its IPv4 subnet, e.g. 10.77.0.0/24. Explicit, so that a plan is the same on every engine. */
  readonly subnet: string;
  /** The bridge's own address in it. @default the subnet's first address */
  readonly gateway?: string;
}

/** A bridge network that a lab declares, with the embedded resolver for names. */
export class BridgeNetwork {
  readonly mode = "bridge" as const;
  /** What the engine calls it. */
  readonly engineName: string;
  readonly subnet: Subnet;
  readonly gateway: string;

  /**
   * @param identity the lab it belongs to
   * @throws Refusal for a bad name, subnet or gateway
   */
  constructor(
    identity: Identity,
    readonly name: string,
    props: BridgeNetworkProps,
  ) {
    const { lab } = identity;
    checkedName(`${lab}.networks`, name);
    this.engineName = identity.nameOf(name);
    this.subnet = Subnet.parse(`${lab}.${name}.subnet`, props.subnet);
    this.gateway = props.gateway ?? this.subnet.address(1);
    checkedAddress(`${lab}.${name}.gateway`, this.gateway, this.subnet, []);
  }
}

export type Network = HostNetwork | DefaultBridge | BridgeNetwork;

/**
 * @param taken addresses in the subnet that are not proposed
 * @throws Refusal when a machine in the subnet cannot have the address
 */
export function checkedAddress(property: string, address: string, subnet: Subnet, taken: readonly string[]): string {
  const refuse = (problem: string): never => {
    throw new Refusal(property, problem, subnet.freeAddress(taken));
  };
  if (!isAddress(address)) refuse(`${JSON.stringify(address)} is not an IPv4 address; one is four numbers up to 255`);
  if (!subnet.contains(address)) {
    refuse(`${address} lies outside ${subnet.toString()}; an address lies in its network's subnet`);
  }
  if (subnet.isReserved(address)) {
    refuse(
      `${address} is reserved in ${subnet.toString()}; the first address names the network, the last is broadcast`,
    );
  }
  return address;
}
