import { z } from "zod";
import { Subnet } from "../../topology/subnet";
import { toShell, type Command } from "../command";
import { type Interface, parseInterfaces } from "../interfaces";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

const probe = { kind: z.literal("addresses"), from: Vantage };

/** Which IPv4 addresses there are at a vantage, by `ip`. */
export const AddressesProbe = z.discriminatedUnion("expectation", [
  /** These and no other, in any order. */
  z.strictObject({ ...probe, expectation: z.literal("exactly"), addresses: z.array(z.ipv4()).min(1) }),
  z.strictObject({ ...probe, expectation: z.literal("has"), address: z.ipv4() }),
  /** Not this one; that there are others shows that `ip` has looked. */
  z.strictObject({ ...probe, expectation: z.literal("lacks"), address: z.ipv4() }),
  /** One that lies in a subnet. */
  z.strictObject({ ...probe, expectation: z.literal("within"), subnet: z.cidrv4() }),
]);
export type AddressesProbe = z.infer<typeof AddressesProbe>;

const SHOW: Command = ["ip", "-j", "-4", "addr", "show"];

export const addresses: ProbeKind<AddressesProbe> = {
  needs: rootFor,
  commands: (probe) => [{ name: "addresses", command: at(probe.from, SHOW) }],
  expected: (probe) => {
    switch (probe.expectation) {
      case "exactly":
        return `the addresses ${probe.addresses.join(", ")}, and no other`;
      case "has":
        return `the address ${probe.address}`;
      case "lacks":
        return `other addresses than ${probe.address}`;
      case "within":
        return `an address in ${probe.subnet}`;
    }
  },
  judge: judgeAddresses,
};

function judgeAddresses(probe: AddressesProbe, findings: Findings): Judgement {
  const shown = findings.one("addresses");
  const trouble = failed("ip", shown);
  if (trouble !== undefined) return trouble;
  const found = parseInterfaces(shown.stdout)?.flatMap(addressesOf);
  if (found === undefined) return error("ip printed no JSON", "iproute2 4.13 or newer is needed");
  // Every namespace has 127.0.0.1, so none at all is no answer.
  if (found.length === 0) return error(`no address at all, seen from ${describeVantage(probe.from)}`);
  if (isAsExpected(probe, found)) return pass(found.join(", "));
  return fail(found.join(", "), meaningOf(probe, found), toShell(at(probe.from, ["ip", "addr", "show"])));
}

function addressesOf({ addr_info }: Interface): string[] {
  return addr_info.flatMap(({ family, local }) => (family === "inet" && local !== undefined ? [local] : []));
}

function isAsExpected(probe: AddressesProbe, found: readonly string[]): boolean {
  switch (probe.expectation) {
    case "exactly":
      return differences(probe.addresses, found).length === 0;
    case "has":
      return found.includes(probe.address);
    case "lacks":
      return !found.includes(probe.address);
    case "within":
      return found.some((one) => Subnet.observed(probe.subnet)?.contains(one));
  }
}

function differences(expected: readonly string[], found: readonly string[]): string[] {
  return [
    ...expected.filter((one) => !found.includes(one)).map((one) => `${one} is missing`),
    ...found.filter((one) => !expected.includes(one)).map((one) => `${one} is not expected`),
  ];
}

function meaningOf(probe: AddressesProbe, found: readonly string[]): string {
  switch (probe.expectation) {
    case "exactly":
      return differences(probe.addresses, found).join("; ");
    case "has":
      return `no interface there has ${probe.address}: another network, or another mode`;
    case "lacks":
      return `${probe.address} should belong to somebody else`;
    case "within":
      return `no address there lies in ${probe.subnet}: it was given from another range`;
  }
}
