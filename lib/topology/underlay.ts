import type { Engine } from "./engine";
import type { Identity } from "./identity";
import { DeclaredNetwork } from "./declared-network";
import { Refusal } from "./refusal";
import { Subnet } from "./subnet";

/** How the drivers treat frames: between children of one parent (macvlan), or at which layer (ipvlan). */
const DRIVER_MODES = {
  macvlan: ["bridge", "private", "vepa", "passthru"],
  ipvlan: ["l2", "l3", "l3s"],
} as const;

export interface MacvlanProps {
  readonly driver: "macvlan";
  /** @default bridge */
  readonly driverMode?: (typeof DRIVER_MODES)["macvlan"][number];
}

export interface IpvlanProps {
  readonly driver: "ipvlan";
  /** @default l2 */
  readonly driverMode?: (typeof DRIVER_MODES)["ipvlan"][number];
}

export type UnderlayNetworkProps = (MacvlanProps | IpvlanProps) & {
  readonly engine: Engine;
  /** The host's interface that containers sit on: `eth0`, or `eth0.10` for a VLAN. */
  readonly parent: string;
  /** The subnet of the network that the parent is part of (in ipvlan's l3 modes: a new one). */
  readonly subnet: string;
  /** That network's router. @default the subnet's first address */
  readonly gateway?: string;
  /** The part of the subnet that this engine gives addresses from. @default the whole subnet */
  readonly range?: string;
  /** More subnets on the same parent, which has one network only: containers choose one by their address. @default none */
  readonly moreSubnets?: readonly string[];
};

/** A network without any bridge: containers sit on an interface of the host, beside it, directly on its network. */
export class UnderlayNetwork extends DeclaredNetwork {
  readonly mode: "macvlan" | "ipvlan";
  readonly driverMode: string;
  readonly parent: string;
  readonly range: Subnet | undefined;
  readonly moreSubnets: readonly Subnet[];

  /** @throws Refusal for a bad name, subnet, gateway or range */
  constructor(identity: Identity, name: string, props: UnderlayNetworkProps) {
    const { subnet, gateway, engine } = props;
    super(identity, name, { subnet, engine, ...(gateway === undefined ? {} : { gateway }) });
    this.mode = props.driver;
    this.driverMode = props.driverMode ?? DRIVER_MODES[props.driver][0];
    this.parent = props.parent;
    this.moreSubnets = (props.moreSubnets ?? []).map((text) =>
      Subnet.parse(`${identity.lab}.${name}.moreSubnets`, text),
    );
    const property = `${identity.lab}.${name}.range`;
    this.range = props.range === undefined ? undefined : Subnet.parse(property, props.range);
    if (this.range !== undefined && !this.subnet.contains(this.range.address(1))) {
      throw new Refusal(
        property,
        `${this.range.toString()} lies outside ${this.subnet.toString()}; an engine gives addresses of its network's subnet`,
      );
    }
  }

  override get subnets(): readonly Subnet[] {
    return [this.subnet, ...this.moreSubnets];
  }
}
