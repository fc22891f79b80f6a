import type { Identity } from "./identity";
import { checkedName } from "./name";
import { type BridgeNetwork, checkedAddress } from "./network";

/** A Docker engine that containers and networks of a lab live on; its machine is what a lab calls a host. */
export class Engine {
  /** The one that Docker's own tools find: DOCKER_HOST, or the local socket. */
  static readonly local = new Engine("local");
  protected constructor(
    readonly name: string,
    /** The container of the local engine that it runs in; undefined for the local engine itself. */
    readonly container?: string,
  ) {}
}

export interface NestedEngineProps {
  /** The network that it meets the other hosts on. */
  readonly lan: BridgeNetwork;
  /** Its address there. */
  readonly address: string;
}

/**
 * A throw-away engine: a container that runs a dockerd of its own, and so plays a host. What it holds (containers,
 * networks, ports, addresses) is nobody else's, and goes with it.
 */
export class NestedEngine extends Engine {
  declare readonly container: string;
  /** The lab that it belongs to. */
  readonly lab: string;
  readonly lan: BridgeNetwork;
  readonly address: string;

  /** @throws Refusal for a bad name or address */
  constructor(identity: Identity, name: string, { lan, address }: NestedEngineProps) {
    super(checkedName(`${identity.lab}.engines`, name), identity.nameOf(name));
    this.lab = identity.lab;
    this.lan = lan;
    this.address = checkedAddress(`${identity.lab}.${name}.address`, address, lan.subnet, [lan.gateway]);
  }
}
