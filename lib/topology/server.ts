import { Engine } from "./engine";
import type { Identity } from "./identity";
import { checkedName } from "./name";
import { type BridgeNetwork, DeclaredNetwork } from "./declared-network";
import { checkedAddress } from "./address";
import { type DefaultBridge, type HostNetwork, type Network, type NoneNetwork, SharedNetwork } from "./network";
import { OverlayNetwork } from "./overlay";
import { checkedPort } from "./port";
import {
  collide,
  EVERY_ADDRESS,
  type HostListener,
  listenerText,
  type Publication,
  publicationOf,
  type Publish,
} from "./publication";
import { Refusal } from "./refusal";
import { isAddress } from "./subnet";
import type { UnderlayNetwork } from "./underlay";

interface ListeningProps {
  /** The port that it listens on: in host mode on the host itself, else in its own namespace. @default 80 */
  readonly port?: string | number;
  /** The environment variable that changes its host port, for messages. @default none */
  readonly portOption?: string;
}

/** What a server can only have where there is a bridge between it and the host; the types of the others say so. */
interface NoBridgeProps {
  readonly publish?: never;
  readonly address?: never;
  readonly aliases?: never;
  readonly alsoOn?: never;
}

/** A server in the host's namespace. It has no ports to publish: it listens on the host itself. */
export interface HostServerProps extends ListeningProps, NoBridgeProps {
  readonly network: HostNetwork;
  /**
   * The host-mode server of the lab that holds the very port that this one wants: this one cannot get it, gives up, and
   * that is the lesson. The one exception to the rule that a host port has one listener.
   */
  readonly losesPortTo?: Server;
}

/** A server without any network. Nobody reaches it but itself. */
export interface NoneServerProps extends ListeningProps, NoBridgeProps {
  readonly network: NoneNetwork;
  readonly losesPortTo?: never;
}

/** A server in another one's namespace: addresses, names and published ports are the other's. */
export interface SharedServerProps extends ListeningProps, NoBridgeProps {
  readonly network: SharedNetwork;
  readonly losesPortTo?: never;
}

interface PublishingProps extends ListeningProps {
  /** Host ports that lead to it. @default none */
  readonly publish?: readonly Publish[];
  readonly losesPortTo?: never;
}

/** A server on the default bridge: the engine chooses its address, and knows no names. */
export interface DefaultBridgeServerProps extends PublishingProps {
  readonly network: DefaultBridge;
  readonly address?: never;
  readonly aliases?: never;
  readonly alsoOn?: never;
}

/** A connection to a bridge that the lab declares. */
export interface AttachmentProps {
  readonly network: BridgeNetwork;
  /** Its address in the network's subnet. @default the engine chooses one */
  readonly address?: string;
  /** More names that it has on the network; several servers may share one. @default its own name alone */
  readonly aliases?: readonly string[];
}

/** A server on a bridge that the lab declares. */
export interface BridgeServerProps extends PublishingProps, AttachmentProps {
  /** More networks that it is on. @default none */
  readonly alsoOn?: readonly AttachmentProps[];
}

/** A server on a network without a bridge: there is nothing that could publish its ports, and it needs none. */
export interface UnderlayServerProps extends ListeningProps {
  readonly network: UnderlayNetwork;
  /** Its address in the network's subnet. @default the engine chooses one */
  readonly address?: string;
  readonly publish?: never;
  readonly aliases?: never;
  readonly alsoOn?: never;
  readonly losesPortTo?: never;
}

/** A server on a network across several hosts. */
export interface OverlayServerProps extends ListeningProps {
  readonly network: OverlayNetwork;
  /** The engine that it runs on: one of those that the network spans. */
  readonly engine: Engine;
  /** Its address in the network's subnet. @default the engine chooses one */
  readonly address?: string;
  /** More names that it has on the network. @default its own name alone */
  readonly aliases?: readonly string[];
  /** Whether the engine starts it again when it has ended, or the engine was restarted. @default no */
  readonly restart?: RestartPolicy;
  readonly publish?: never;
  readonly alsoOn?: never;
  readonly losesPortTo?: never;
}

/** Docker's names of the policies by which an engine starts a container again. */
export type RestartPolicy = "always" | "unless-stopped";

export type ServerProps =
  | HostServerProps
  | NoneServerProps
  | SharedServerProps
  | DefaultBridgeServerProps
  | BridgeServerProps
  | UnderlayServerProps
  | OverlayServerProps;

/** A server's place on a network that the lab declares. */
export interface Attachment {
  readonly network: DeclaredNetwork;
  /** Undefined where the engine chooses. */
  readonly address: string | undefined;
  /** Its names on the network, its own first. */
  readonly names: readonly string[];
}

/** A container that answers HTTP requests, and says who it is. */
export class Server {
  readonly network: Network;
  /** The engine that it runs on. */
  readonly engine: Engine;
  readonly port: number;
  /** What leads to it from the host, in ascending order of the host's ports. */
  readonly publications: readonly Publication[];
  /** Where it is on networks that the lab declares, `network` first. */
  readonly attachments: readonly Attachment[];
  /** Its address on `network`; undefined where the engine chooses, or there is none. */
  readonly address: string | undefined;
  /** The environment variable that changes its host port, if there is one. */
  readonly portOption: string | undefined;
  /** The server that holds the port which this one wants too. */
  readonly losesPortTo: Server | undefined;
  /** When the engine starts it again by itself; undefined for never. */
  readonly restart: RestartPolicy | undefined;
  /** The container's name on the engine. */
  readonly container: string;
  /** The word in its answers that no other server has. */
  readonly token: string;

  /** @throws Refusal for a bad name, port, address or alias, or what its networks cannot do */
  constructor(
    identity: Identity,
    readonly name: string,
    props: ServerProps,
  ) {
    const { lab } = identity;
    const property = `${lab}.${name}`;
    checkedName(`${lab}.servers`, name);
    this.network = props.network;
    this.engine = engineOf(property, props);
    if (props.network instanceof SharedNetwork) refuseOwner(property, props.network.owner);
    this.port = checkedPort(`${property}.port`, props.port ?? 80);
    this.portOption = props.portOption;
    this.losesPortTo = props.losesPortTo;
    this.restart = "restart" in props ? props.restart : undefined;
    if (this.losesPortTo !== undefined) refuseOtherPort(`${property}.port`, this.port, this.losesPortTo);
    this.attachments = attachmentsOf(props).map((one) => attachment(property, name, one));
    refuseNetworkTwice(property, this.attachments);
    this.address = this.attachments[0]?.address;
    this.publications = (props.publish ?? [])
      .map((publish) => publicationOf(`${property}.publish`, publish, this.port))
      .sort((a, b) => a.port - b.port);
    refuseLedToTwice(`${property}.publish`, this.publications);
    this.refuseInternal(property);
    this.container = identity.nameOf(name);
    this.token = identity.tokenOf(name);
  }

  /** Where it listens on the host: on its own port in host mode (if it gets it), else where it is published. */
  get hostListeners(): readonly HostListener[] {
    if (this.losesPortTo !== undefined) return [];
    if (this.network.mode === "host") return [{ port: this.port, on: EVERY_ADDRESS }];
    return this.publications.map(({ port, on }) => ({ port, on }));
  }

  /** The server whose network namespace it is in: itself, unless it joined another's. */
  get namespaceOwner(): Server {
    return this.network.mode === "shared" ? this.network.owner : this;
  }

  /** The engine would publish nothing, without a word (and the provider would replace the server on every plan). */
  private refuseInternal(property: string): void {
    const [first] = this.attachments;
    if (this.publications.length === 0 || first === undefined) return;
    if (this.attachments.some(({ network }) => !network.internal)) return;
    throw new Refusal(
      `${property}.publish`,
      `network "${first.network.name}" is internal; a port is published by a network that has a way out`,
      "alsoOn, with a network that is not internal",
    );
  }
}

/** @throws Refusal for an engine that the network does not reach */
function engineOf(property: string, { network, ...props }: ServerProps): Engine {
  if (network instanceof SharedNetwork) return network.owner.engine;
  if (!(network instanceof OverlayNetwork)) return network.engine;
  const { engine } = props as OverlayServerProps;
  if (network.engines.some((one) => one === engine)) return engine;
  throw new Refusal(
    `${property}.engine`,
    `network "${network.name}" does not span engine "${engine.name}"; a server runs on one of its network's engines`,
    network.engines[0].name,
  );
}

type AnyAttachmentProps = Omit<AttachmentProps, "network"> & { readonly network: DeclaredNetwork };

function attachmentsOf(props: ServerProps): AnyAttachmentProps[] {
  if (!(props.network instanceof DeclaredNetwork)) return [];
  const { network, address, aliases, alsoOn = [] } = props as BridgeServerProps;
  return [
    { network, ...(address === undefined ? {} : { address }), ...(aliases === undefined ? {} : { aliases }) },
    ...alsoOn,
  ];
}

/** @throws Refusal for an address that it cannot have in the network, or an alias that is no name */
function attachment(
  property: string,
  name: string,
  { network, address, aliases = [] }: AnyAttachmentProps,
): Attachment {
  for (const alias of aliases) checkedName(`${property}.aliases`, alias);
  if (address !== undefined) refuseAddress(`${property}.address`, address, network);
  return { network, address, names: [...new Set([name, ...aliases])] };
}

function refuseNetworkTwice(property: string, attachments: readonly Attachment[]): void {
  const networks = attachments.map(({ network }) => network);
  const twice = networks.find((network, index) => networks.indexOf(network) !== index);
  if (twice === undefined) return;
  throw new Refusal(
    `${property}.alsoOn`,
    `network "${twice.name}" is given twice; a server is on a network once, with as many aliases as it likes`,
  );
}

/** The provider tells publications apart by where they lead: with two to one port, every plan would replace the server. */
function refuseLedToTwice(property: string, publications: readonly Publication[]): void {
  const twice = publications.find((one, index) => publications.findIndex(({ to }) => to === one.to) !== index);
  if (twice === undefined) return;
  const first = publications.find(({ to }) => to === twice.to);
  // One host port given twice is refused as what it is, with the other servers' ports.
  if (first === undefined || collide(first, twice)) return;
  throw new Refusal(
    property,
    `${listenerText(first)} and ${listenerText(twice)} both lead to port ${String(twice.to)}; a server's port is published once`,
  );
}

function refuseAddress(property: string, address: string, { subnets, subnet: first, gateway }: DeclaredNetwork): void {
  const subnet = subnets.find((one) => isAddress(address) && one.contains(address)) ?? first;
  checkedAddress(property, address, subnet, [gateway]);
  if (address !== gateway) return;
  throw new Refusal(
    property,
    `${gateway} is the gateway's; an address is given once in a network`,
    subnet.freeAddress([gateway]),
  );
}

/** @throws Refusal for a server that has no namespace of its own to share */
function refuseOwner(property: string, { name, network }: Server): void {
  if (network.mode === "host") {
    throw new Refusal(
      `${property}.network`,
      `server "${name}" is in the host's namespace; a server shares that by`,
      "HostNetwork.of(engine)",
    );
  }
  if (network.mode === "shared") {
    throw new Refusal(
      `${property}.network`,
      `server "${name}" is in the namespace of "${network.owner.name}" itself; a namespace is shared by its owner`,
      `SharedNetwork.of(${network.owner.name})`,
    );
  }
}

/** @throws Refusal where the holder holds another port, or none of the host's: then nobody would lose anything */
function refuseOtherPort(property: string, port: number, holder: Server): void {
  if (holder.network.mode === "host" && holder.port === port) return;
  const held = holder.network.mode === "host" ? `port ${String(holder.port)}` : "no port of the host itself";
  throw new Refusal(
    property,
    `${String(port)} is not lost to server "${holder.name}", which holds ${held}; two servers in host mode contend for one port`,
    holder.network.mode === "host" ? String(holder.port) : undefined,
  );
}
