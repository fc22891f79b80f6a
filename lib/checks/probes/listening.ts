import { isIPv4 } from "net";
import { z } from "zod";
import { fail, error, failed, type Findings, type Judgement, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";
import { type Listener, parseNetstat } from "./listener";

const probe = {
  kind: z.literal("listening"),
  from: Vantage,
  protocol: z.enum(["tcp", "udp"]),
  port: z.int().min(1).max(65535),
};

/** On which addresses something accepts at a port, seen from a vantage, by netstat; whoever it is. */
export const ListeningProbe = z.discriminatedUnion("expectation", [
  /** On every IPv4 address that there is or will be. */
  z.strictObject({ ...probe, expectation: z.literal("every-address") }),
  /** On loopback addresses, so that nobody else can reach it. */
  z.strictObject({ ...probe, expectation: z.literal("loopback-only") }),
  /** On these IPv4 addresses, and no other. */
  z.strictObject({ ...probe, expectation: z.literal("addresses"), addresses: z.array(z.ipv4()).min(1) }),
  z.strictObject({ ...probe, expectation: z.literal("nothing") }),
]);
export type ListeningProbe = z.infer<typeof ListeningProbe>;

/** Where the engine's embedded resolver listens inside containers, on ports of its choice. It is none of the lab's. */
const EMBEDDED_RESOLVER = "127.0.0.11";
/** netstat's first lines, and the end of its last one: without them the table is none, or not all of it. */
const TABLE = /^Active Internet connections.*\nProto .*\n(?:.*\n)*$/;

export const listening: ProbeKind<ListeningProbe> = {
  needs: rootFor,
  commands: ({ from }) => [{ name: "listeners", command: at(from, ["netstat", "-tulpn"]) }],
  expected: (probe) => {
    const what = `${probe.protocol.toUpperCase()} port ${String(probe.port)}`;
    switch (probe.expectation) {
      case "every-address":
        return `something listens on ${what}, on every address`;
      case "loopback-only":
        return `something listens on ${what}, on loopback only`;
      case "addresses":
        return `something listens on ${what}, on ${probe.addresses.join(", ")} only`;
      case "nothing":
        return `nothing listens on ${what}`;
    }
  },
  judge: judgeListening,
};

function judgeListening(probe: ListeningProbe, findings: Findings): Judgement {
  const shown = findings.one("listeners");
  const trouble = failed("netstat", shown);
  if (trouble !== undefined) return trouble;
  if (!TABLE.test(shown.stdout)) return error("netstat printed something else than its table");
  const addresses = addressesAt(probe, parseNetstat(shown.stdout));
  const actual =
    addresses.length === 0
      ? `nothing listens on ${probe.protocol.toUpperCase()} port ${String(probe.port)}`
      : `${probe.protocol.toUpperCase()} port ${String(probe.port)} on ${addresses.join(", ")}`;
  if (isAsExpected(probe, addresses)) return pass(actual);
  return fail(actual, meaningOf(probe, addresses));
}

/**
 * The addresses of all listeners at the port. A socket for `::` takes IPv4 too unless net.ipv6.bindv6only is set, which
 * nobody does; so it stands for every address.
 */
function addressesAt({ protocol, port }: ListeningProbe, listeners: readonly Listener[]): string[] {
  const found = listeners.filter(
    (one) => one.port === port && one.protocol.startsWith(protocol) && one.address !== EMBEDDED_RESOLVER,
  );
  return [...new Set(found.map(({ address }) => address))];
}

const isEvery = (address: string): boolean => address === "0.0.0.0" || address === "::";
const isLoopback = (address: string): boolean => /^127\./.test(address) || address === "::1";

function isAsExpected(probe: ListeningProbe, addresses: readonly string[]): boolean {
  switch (probe.expectation) {
    case "every-address":
      return addresses.some(isEvery);
    case "loopback-only":
      return addresses.length > 0 && addresses.every(isLoopback);
    case "addresses": {
      const found = addresses.filter((address) => isIPv4(address) || isEvery(address));
      return found.length === probe.addresses.length && found.every((address) => probe.addresses.includes(address));
    }
    case "nothing":
      return addresses.length === 0;
  }
}

function meaningOf(probe: ListeningProbe, addresses: readonly string[]): string {
  if (probe.expectation === "nothing") return "something listens where nothing should";
  if (addresses.length === 0) {
    return `no server has opened the port there, seen from ${describeVantage(probe.from)}: it does not run, or listens on another`;
  }
  if (addresses.every(isLoopback)) return "it listens on loopback only: nobody but its own namespace can reach it";
  if (addresses.some(isEvery)) return "it listens on every address, so on more than it should";
  return "it listens on other addresses than it should";
}
