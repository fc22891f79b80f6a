import { createHash } from "crypto";
import type { Identity } from "./identity";
import { checkedName } from "./name";
import { Subnet } from "./subnet";

/**
 * Where remote machines have their addresses unless LAB_REMOTE_RANGE says otherwise: the range that RFC 2544 sets aside
 * for measurements between machines, which no network in use has.
 */
export const REMOTE_RANGE = "198.18.0.0/16";

/** The smallest subnet that a lab knows: room for the host, the machine and a few more. */
const WIRE_PREFIX_LENGTH = 29;

/**
 * What the host's ends of all wires are called, of any lab and any checkout: so that one is known for what it is. Linux
 * takes no name of an interface longer than 15 characters.
 */
export const WIRE_NAME = /^wire-[0-9a-f]{8}$/;

export interface RemoteMachineProps {
  /** The subnet of the wire between the host and the machine. @default one of LAB_REMOTE_RANGE, by the lab's and the machine's name */
  readonly subnet?: string;
}

/**
 * A machine beside the host, to look at the host from outside: a container with a network stack of its own that no
 * network of the engine connects, and one wire (a veth pair) to the host, which is its gateway. It answers HTTP requests
 * as servers do, and so tells from which address they seem to come.
 */
export class RemoteMachine {
  /** The container's name on the engine. */
  readonly container: string;
  /** The word in its answers that no server has. */
  readonly token: string;
  /** The port that it answers on. */
  readonly port = 80;
  readonly subnet: Subnet;
  /** The host's address, as the machine sees it. */
  readonly hostAddress: string;
  /** The machine's own address. */
  readonly address: string;
  /** The host's end of the wire. */
  readonly wire: string;

  /**
   * @param identity the lab it belongs to
   * @param range where its subnet is taken from, unless one is given
   * @throws Refusal for a bad name, subnet or range
   */
  constructor(
    readonly identity: Identity,
    readonly name: string,
    props: RemoteMachineProps = {},
    range = REMOTE_RANGE,
  ) {
    checkedName(`${identity.lab}.remotes`, name);
    this.container = identity.nameOf(name);
    this.token = identity.tokenOf(name);
    this.subnet =
      props.subnet === undefined
        ? wireSubnet(Subnet.parse("LAB_REMOTE_RANGE", range), `${identity.lab}/${name}`)
        : Subnet.parse(`${identity.lab}.${name}.subnet`, props.subnet);
    this.hostAddress = this.subnet.address(1);
    this.address = this.subnet.address(2);
    this.wire = `wire-${this.token}`;
  }
}

/** The same for every machine of that name, so that plans are; another lab's is very likely another one. */
function wireSubnet(range: Subnet, of: string): Subnet {
  const number = createHash("sha256").update(of).digest().readUInt32BE();
  return range.part(WIRE_PREFIX_LENGTH, number);
}
