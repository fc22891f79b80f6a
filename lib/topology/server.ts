import type { Identity } from "./identity";
import { checkedName } from "./name";
import { BridgeNetwork, checkedAddress, type DefaultBridge, type HostNetwork, type Network } from "./network";
import { checkedPort } from "./port";
import { Refusal } from "./refusal";

/** A server in the host's namespace. It has no ports to publish, and the type says so. */
export interface HostServerProps {
  readonly network: HostNetwork;
  /** The port that it listens on, on the host itself. @default 80 */
  readonly port?: string | number;
  /** The environment variable that changes its host port, for messages. @default none */
  readonly portOption?: string;
  readonly publish?: never;
  readonly address?: never;
}

/** A server on the default bridge: the engine chooses its address. */
export interface DefaultBridgeServerProps {
  readonly network: DefaultBridge;
  /** The port that it listens on, inside its own namespace. @default 80 */
  readonly port?: string | number;
  /** Host ports that lead to it. @default none */
  readonly publish?: readonly (string | number)[];
  /** The environment variable that changes its host port, for messages. @default none */
  readonly portOption?: string;
  readonly address?: never;
}

/** A server on a bridge that the lab declares. */
export interface BridgeServerProps {
  readonly network: BridgeNetwork;
  /** The port that it listens on, inside its own namespace. @default 80 */
  readonly port?: string | number;
  /** Host ports that lead to it. @default none */
  readonly publish?: readonly (string | number)[];
  /** The environment variable that changes its host port, for messages. @default none */
  readonly portOption?: string;
  /** Its address in the network's subnet. @default the engine chooses one */
  readonly address?: string;
}

export type ServerProps = HostServerProps | DefaultBridgeServerProps | BridgeServerProps;

/** A container that answers HTTP requests, and says who it is. */
export class Server {
  readonly network: Network;
  readonly port: number;
  /** Host ports that lead to it, in ascending order (the provider compares them in that order). */
  readonly publish: readonly number[];
  readonly address: string | undefined;
  /** The environment variable that changes its host port, if there is one. */
  readonly portOption: string | undefined;
  /** The container's name on the engine. */
  readonly container: string;
  /** The word in its answers that no other server has. */
  readonly token: string;

  /** @throws Refusal for a bad name, port or address */
  constructor(
    identity: Identity,
    readonly name: string,
    props: ServerProps,
  ) {
    const { lab } = identity;
    checkedName(`${lab}.servers`, name);
    this.network = props.network;
    this.port = checkedPort(`${lab}.${name}.port`, props.port ?? 80);
    this.publish = (props.publish ?? [])
      .map((port) => checkedPort(`${lab}.${name}.publish`, port, 8080))
      .sort((a, b) => a - b);
    this.portOption = props.portOption;
    this.address = props.address;
    if (props.address !== undefined && props.network instanceof BridgeNetwork) {
      const { subnet, gateway } = props.network;
      checkedAddress(`${lab}.${name}.address`, props.address, subnet, [gateway]);
      if (props.address === gateway) {
        throw new Refusal(
          `${lab}.${name}.address`,
          `${gateway} is the gateway's; an address is given once in a network`,
          subnet.freeAddress([gateway]),
        );
      }
    }
    this.container = identity.nameOf(name);
    this.token = identity.tokenOf(name);
  }

  /** The ports that it takes on the host: the one it listens on in host mode, else the published ones. */
  get hostPorts(): readonly number[] {
    return this.network.mode === "host" ? [this.port] : this.publish;
  }
}
