import { checkedAddress } from "./address";
import type { BridgeNetwork } from "./declared-network";
import { Engine } from "./engine";
import type { Identity } from "./identity";
import { checkedName } from "./name";
import { Refusal } from "./refusal";

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

/** An engine on a machine of its own, which is there already: it is used over ssh, and nothing of it is declared. */
export class RemoteEngine extends Engine {
  declare readonly container: string;
  readonly lab: string;

  /**
   * @param address `ssh://user@host` or `ssh://user@host:port`
   * @throws Refusal for a bad name or address
   */
  constructor(identity: Identity, name: string, address: string) {
    super(checkedName(`${identity.lab}.engines`, name), checkedSshAddress(`${identity.lab}.engines`, address));
    this.lab = identity.lab;
  }
}

/** An engine that a lab may have besides the local one. */
export type OtherEngine = NestedEngine | RemoteEngine;

/** What is after the name of a user is no option of ssh's, and is one word. */
const SSH_ADDRESS = /^ssh:\/\/(?:[A-Za-z_][\w.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*(?::[1-9]\d{0,4})?$/;

/** @throws Refusal for anything but ssh://[user@]host[:port] */
function checkedSshAddress(property: string, address: string): string {
  if (SSH_ADDRESS.test(address)) return address;
  throw new Refusal(
    property,
    `${JSON.stringify(address)} is no address of a remote engine; one looks like`,
    "ssh://root@192.0.2.5",
  );
}
