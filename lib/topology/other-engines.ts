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
  /** The VLANs that its interface on the LAN has a sub-interface for: `eth0.10` for the VLAN with id 10. @default none */
  readonly vlans?: readonly Vlan[];
}

/** An 802.1Q VLAN: an Ethernet of its own on the wires of another. */
export interface Vlan {
  /** The id in its frames' tags: 1 to 4094. */
  readonly id: number;
  /**
   * Stands in for it where the kernel knows no tags: as on the access port of a switch, a host is plugged into the VLAN by
   * one more interface. Its subnet is the VLAN's; no server is on it.
   */
  readonly access: BridgeNetwork;
}

/** A throw-away host's interface on its LAN. */
const UPLINK = "eth0";
/** 0 and 4095 are reserved (IEEE 802.1Q). */
const LAST_VLAN = 4094;

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
  readonly vlans: readonly Vlan[];

  /** @throws Refusal for a bad name, address or VLAN */
  constructor(identity: Identity, name: string, { lan, address, vlans = [] }: NestedEngineProps) {
    super(checkedName(`${identity.lab}.engines`, name), identity.nameOf(name));
    this.lab = identity.lab;
    this.lan = lan;
    this.address = checkedAddress(`${identity.lab}.${name}.address`, address, lan.subnet, [lan.gateway]);
    this.vlans = vlans;
    for (const [index, { id }] of vlans.entries()) {
      const property = `${identity.lab}.${name}.vlans`;
      if (!Number.isInteger(id) || id < 1 || id > LAST_VLAN) {
        throw new Refusal(property, `${String(id)} is no VLAN; ids go from 1 to ${String(LAST_VLAN)}`, "10");
      }
      if (vlans.findIndex((one) => one.id === id) < index) {
        throw new Refusal(property, `${String(id)} is there already; an interface has one sub-interface for a VLAN`);
      }
    }
  }

  /** The VLAN that one of its interfaces is for; undefined for the LAN's own. */
  vlanOf(parent: string): Vlan | undefined {
    return this.vlans.find(({ id }) => subInterface(id) === parent);
  }
}

/** What a throw-away host's interface for a VLAN is called. */
export function subInterface(vlan: number): string {
  return `${UPLINK}.${String(vlan)}`;
}

/** An engine on a machine of its own, which is there already: it is used by ssh, or by TCP with TLS, and nothing of it is declared. */
export class RemoteEngine extends Engine {
  declare readonly container: string;
  readonly lab: string;

  /**
   * @param address `ssh://user@host`, `ssh://user@host:port` or `tcp://host:port`
   * @throws Refusal for a bad name or address
   */
  constructor(identity: Identity, name: string, address: string) {
    super(checkedName(`${identity.lab}.engines`, name), checkedRemote(`${identity.lab}.engines`, address));
    this.lab = identity.lab;
  }
}

/** An engine that a lab may have besides the local one. */
export type OtherEngine = NestedEngine | RemoteEngine;

/** What is after the name of a user is no option of ssh's, and is one word. */
const SSH_ADDRESS = /^ssh:\/\/(?:[A-Za-z_][\w.-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*(?::[1-9]\d{0,4})?$/;
const TCP_ADDRESS = /^(tcp|https?):\/\/([A-Za-z0-9][A-Za-z0-9.-]*)(?::([1-9]\d{0,4}))?$/;
/** Docker's ports (IANA: docker, docker-s). */
const [WITHOUT_TLS, WITH_TLS] = ["2375", "2376"];

/** @throws Refusal for anything but ssh://[user@]host[:port] and tcp://host:port, with the nearest that is one */
function checkedRemote(property: string, address: string): string {
  if (SSH_ADDRESS.test(address)) return address;
  const said = JSON.stringify(address);
  const [, scheme, host, port = ""] = TCP_ADDRESS.exec(address) ?? [];
  if (host === undefined) {
    const problem = `${said} is no address of a remote engine; one looks like`;
    throw new Refusal(property, problem, "ssh://root@192.0.2.5 or tcp://192.0.2.5:2376");
  }
  if (port === WITHOUT_TLS || scheme === "http") {
    throw new Refusal(
      property,
      `${said} is without TLS: whoever reaches it is root on that machine. With TLS (dockerd --tlsverify) it is`,
      `tcp://${host}:${WITH_TLS}`,
    );
  }
  if (scheme === "tcp" && port !== "") return address;
  throw new Refusal(property, `${said} is not how an engine is named`, `tcp://${host}:${port || WITH_TLS}`);
}
