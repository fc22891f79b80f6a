import { checkedPort } from "./port";
import { Refusal } from "./refusal";
import { isAddress } from "./subnet";

/** Every address that the host has. */
export const EVERY_ADDRESS = "0.0.0.0";

/** A port of the host that leads to a server. */
export interface PublicationProps {
  /** The host's port. */
  readonly port: string | number;
  /** The host's address that it is bound to. @default 0.0.0.0: every address that the host has */
  readonly on?: string;
  /** The port that it leads to, in the server's namespace. @default the port that the server listens on */
  readonly to?: string | number;
}

/** A host port alone, or with the address that it is bound to, or with the port that it leads to. */
export type Publish = string | number | PublicationProps;

/** A place on the host where a server is found: a port, on one of the host's addresses or on every one. */
export interface HostListener {
  readonly port: number;
  readonly on: string;
}

/** A published port: where on the host, and where it leads. */
export interface Publication extends HostListener {
  readonly to: number;
}

/**
 * @param own the port that the server listens on
 * @throws Refusal for a bad port or address
 */
export function publicationOf(property: string, publish: Publish, own: number): Publication {
  const { port, on = EVERY_ADDRESS, to = own } = typeof publish === "object" ? publish : { port: publish };
  if (!isAddress(on)) {
    throw new Refusal(
      property,
      `${JSON.stringify(on)} is not an IPv4 address; a port is published on one of the host's`,
      "127.0.0.1",
    );
  }
  return { port: checkedPort(property, port, 8080), on, to: checkedPort(property, to, own) };
}

/** Whether both would listen in one place: on one port, and one of them on every address or both on the same. */
export function collide(one: HostListener, other: HostListener): boolean {
  return one.port === other.port && (one.on === other.on || [one.on, other.on].includes(EVERY_ADDRESS));
}

/** As people write it: `8080`, or `127.0.0.1:8080`. */
export function listenerText({ port, on }: HostListener): string {
  return on === EVERY_ADDRESS ? String(port) : `${on}:${String(port)}`;
}
