import { checkedAddress } from "./address";
import { Engine } from "./engine";
import type { Identity } from "./identity";
import { checkedName } from "./name";
import { Refusal } from "./refusal";
import { Subnet } from "./subnet";

interface DeclaredNetworkProps {
  /** Its IPv4 subnet, e.g. 10.77.0.0/24. Explicit, so that a plan is the same on every engine. */
  readonly subnet: string;
  /** The router's address in it; that of a bridge is the bridge's own. @default the subnet's first address */
  readonly gateway?: string;
  /** No way out: neither to other networks nor to the outside; containers and the host still meet. @default false */
  readonly internal?: boolean;
  /** @default the local one */
  readonly engine?: Engine;
}

/** A network that a lab declares, with the embedded resolver for names. */
export abstract class DeclaredNetwork {
  abstract readonly mode: "bridge" | "overlay" | "macvlan" | "ipvlan";
  /** What the engine calls it. */
  readonly engineName: string;
  readonly subnet: Subnet;
  readonly gateway: string;
  readonly internal: boolean;
  /** Where it is created. */
  readonly engine: Engine;

  /**
   * @param identity the lab it belongs to
   * @throws Refusal for a bad name, subnet or gateway
   */
  constructor(
    identity: Identity,
    readonly name: string,
    props: DeclaredNetworkProps,
  ) {
    const { lab } = identity;
    checkedName(`${lab}.networks`, name);
    this.engineName = identity.nameOf(name);
    this.subnet = Subnet.parse(`${lab}.${name}.subnet`, props.subnet);
    this.gateway = props.gateway ?? this.subnet.address(1);
    checkedAddress(`${lab}.${name}.gateway`, this.gateway, this.subnet, []);
    this.internal = props.internal ?? false;
    this.engine = props.engine ?? Engine.local;
  }

  /** All of them: one, but for a network without a bridge. */
  get subnets(): readonly Subnet[] {
    return [this.subnet];
  }
}

export interface BridgeNetworkProps extends DeclaredNetworkProps {
  /** Whether containers on it reach each other (the bridge driver's `enable_icc`). @default true */
  readonly interContainerConnectivity?: boolean;
  /** The largest packet, in bytes. @default the engine's, as a rule 1500 */
  readonly mtu?: number;
}

/** IPv4 lets no link carry less; a packet's length has 16 bits. */
const SMALLEST_MTU = 68;
const LARGEST_MTU = 65535;

/** A bridge network that a lab declares. */
export class BridgeNetwork extends DeclaredNetwork {
  readonly mode = "bridge" as const;
  readonly interContainerConnectivity: boolean;
  /** The largest packet, in bytes; undefined where that is left to the engine. */
  readonly mtu: number | undefined;

  /** @throws Refusal for a bad name, subnet, gateway or MTU */
  constructor(identity: Identity, name: string, props: BridgeNetworkProps) {
    super(identity, name, props);
    this.interContainerConnectivity = props.interContainerConnectivity ?? true;
    this.mtu = props.mtu === undefined ? undefined : checkedMtu(`${identity.lab}.${name}.mtu`, props.mtu);
  }
}

function checkedMtu(property: string, mtu: number): number {
  if (Number.isInteger(mtu) && mtu >= SMALLEST_MTU && mtu <= LARGEST_MTU) return mtu;
  const nearest = Math.min(LARGEST_MTU, Math.max(SMALLEST_MTU, Math.round(Number.isFinite(mtu) ? mtu : 1500)));
  throw new Refusal(
    property,
    `${String(mtu)} is no size of a packet; an MTU is a whole number of bytes from ${String(SMALLEST_MTU)} to ${String(LARGEST_MTU)}`,
    String(nearest),
  );
}
