import { Engine } from "../topology/engine";
import type { Identity } from "../topology/identity";
import { checkedName } from "../topology/name";
import type { BridgeNetwork } from "../topology/declared-network";
import type { DefaultBridge, HostNetwork } from "../topology/network";
import type { UnderlayNetwork } from "../topology/underlay";

interface Apart {
  /** The network that it is on, on that one's engine. @default none: it has a namespace with a loopback interface only */
  readonly network?: BridgeNetwork | DefaultBridge | UnderlayNetwork;
  /** A port of the host that is to lead to its port 80; what comes of it is the network's matter. @default none */
  readonly publish?: number;
  /** Capabilities beyond those that the engine gives to every container, e.g. NET_ADMIN. @default none */
  readonly capabilities?: readonly string[];
  readonly sharesWith?: never;
}

/** In another throw-away's namespace. Not in a server's: capabilities there could change what the lab declares. */
interface Joined {
  readonly sharesWith: ThrowAway;
  readonly capabilities?: readonly string[];
  readonly network?: never;
  readonly publish?: never;
}

/** In the host's namespace, and so without capabilities of its own: it must not be able to change the host. */
interface OnHost {
  readonly network: HostNetwork;
  readonly capabilities?: never;
  readonly sharesWith?: never;
  readonly publish?: never;
}

export type ThrowAwayProps = Apart | Joined | OnHost;

/** A container that only a lab's steps know, from being run to being removed. It does nothing but be there. */
export class ThrowAway {
  /** The container's name on the engine. */
  readonly container: string;
  readonly lab: string;
  readonly instance: string;
  /** What `docker run --network` takes. */
  readonly network: string;
  readonly capabilities: readonly string[];
  /** A port of the host that is to lead to its port 80. */
  readonly publish: number | undefined;
  /** The engine that it is run on. */
  readonly engine: Engine;

  /** @throws Refusal for a bad name */
  constructor(
    identity: Identity,
    readonly name: string,
    readonly image: string,
    props: ThrowAwayProps,
  ) {
    checkedName(`${identity.lab}.throwAways`, name);
    this.container = identity.nameOf(name);
    this.lab = identity.lab;
    this.instance = identity.instance;
    this.network =
      props.sharesWith === undefined
        ? (props.network?.engineName ?? "none")
        : `container:${props.sharesWith.container}`;
    this.capabilities = props.capabilities ?? [];
    this.publish = props.publish;
    this.engine = props.sharesWith === undefined ? (props.network?.engine ?? Engine.local) : props.sharesWith.engine;
  }
}
