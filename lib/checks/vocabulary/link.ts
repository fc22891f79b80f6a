import { NestedEngine } from "../../topology/other-engines";
import type { Server } from "../../topology/server";
import type { Subnet } from "../../topology/subnet";
import type { UnderlayNetwork } from "../../topology/underlay";
import type { Probe } from "../probes";
import type { Vantage } from "../vantage";
import { givenAddress } from "./answering";
import { on } from "./place";
import { host, inside } from "./vantages";

/** The IPv4 addresses at a vantage. */
export const addresses = (
  from: Vantage,
): {
  are: (...addresses: string[]) => Probe;
  have: (address: string) => Probe;
  lack: (address: string) => Probe;
  haveOneIn: (subnet: Subnet) => Probe;
} => ({
  are: (...addresses) => ({ kind: "addresses", from, expectation: "exactly", addresses }),
  have: (address) => ({ kind: "addresses", from, expectation: "has", address }),
  lack: (address) => ({ kind: "addresses", from, expectation: "lacks", address }),
  haveOneIn: (subnet) => ({ kind: "addresses", from, expectation: "within", subnet: subnet.toString() }),
});

/** The IPv4 routes at a vantage. */
export const routes = (
  from: Vantage,
): {
  areNone: () => Probe;
  haveNoDefault: () => Probe;
  leadOutBy: (gateway: string) => Probe;
  leadStraightTo: (network: string) => Probe;
} => ({
  areNone: () => ({ kind: "routes", from, expectation: "none" }),
  haveNoDefault: () => ({ kind: "routes", from, expectation: "no-default" }),
  leadOutBy: (gateway) => ({ kind: "routes", from, expectation: "default", gateway }),
  leadStraightTo: (network) => ({ kind: "routes", from, expectation: "connected", network }),
});

/** Whether the kernel at a vantage finds out the MAC address behind an IPv4 address on the same link: it is made to ask. */
export const neighbour = (
  one: Server | string,
  from: Vantage,
): { isKnown: (mac?: string) => Probe; isUnknownWhile: (control: Server | string) => Probe } => {
  const addressOf = (server: Server | string): string => (typeof server === "string" ? server : givenAddress(server));
  const asked = { kind: "neighbour", from, address: addressOf(one) } as const;
  return {
    isKnown: (mac) => ({ ...asked, expectation: "known", ...(mac === undefined ? {} : { mac }) }),
    isUnknownWhile: (control) => ({
      ...{ ...asked, expectation: "unknown", control: addressOf(control) },
      ...(typeof one === "string" ? {} : { server: { container: one.container, ...on(one.engine) } }),
    }),
  };
};

/** A setting of the kernel at a vantage. */
export const sysctl = (key: string, from: Vantage): { is: (value: string | number) => Probe } => ({
  is: (value) => ({ kind: "sysctl", from, key, value: String(value) }),
});

/**
 * How far a broadcast of a server goes: it asks everybody for an address that nobody has.
 * @param engine on whose interfaces is listened
 */
export const broadcastOf = (
  server: Server,
  asksFor: string,
  { container }: NestedEngine,
): { isHeardOnlyOn: (heardOn: string, notOn: string) => Probe } => ({
  isHeardOnlyOn: (heardOn, notOn) => ({
    ...{ kind: "broadcast", from: inside(server), asksFor, engine: container, heardOn, notOn },
  }),
});

/** Which MAC address a neighbour sees behind a server's address: its own, or that of the interface it sits on. */
export const macOf = (server: Server, from: Vantage): { isItsOwn: () => Probe; isItsParents: () => Probe } => {
  const { parent } = server.network as UnderlayNetwork;
  const seen = {
    kind: "mac",
    from,
    address: givenAddress(server),
    of: inside(server),
    host: host(server.engine),
    parent,
  } as const;
  return { isItsOwn: () => ({ ...seen, whose: "own" }), isItsParents: () => ({ ...seen, whose: "parents" }) };
};
