import { z } from "zod";
import { type Interface, parseInterfaces } from "../interfaces";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

/** The interface that has an address: what fits into a packet on it. */
export const LinkProbe = z.strictObject({
  kind: z.literal("link"),
  from: Vantage,
  address: z.string(),
  /** The largest packet, in bytes. */
  mtu: z.number(),
});
export type LinkProbe = z.infer<typeof LinkProbe>;

export const link: ProbeKind<LinkProbe> = {
  needs: rootFor,
  commands: ({ from }) => [{ name: "addresses", command: at(from, ["ip", "-j", "addr", "show"]) }],
  expected: ({ address, mtu }) => `MTU ${String(mtu)} on the interface with ${address}`,
  judge: judgeLink,
};

function judgeLink({ from, address, mtu }: LinkProbe, findings: Findings): Judgement {
  const trouble = failed("ip", findings.one("addresses"));
  if (trouble !== undefined) return trouble;
  const interfaces = parseInterfaces(findings.one("addresses").stdout);
  if (interfaces === undefined) return error("ip printed no JSON", "iproute2 4.13 or newer is needed");
  const found = interfaces.find((one: Interface) => one.addr_info.some(({ local }) => local === address));
  if (found === undefined)
    return fail(`nothing has ${address}`, `seen from ${describeVantage(from)} there is no such address`);
  const actual = `MTU ${String(found.mtu)} on ${found.ifname}`;
  if (found.mtu === mtu) return pass(actual);
  return fail(actual, "packets of another size than the lab declares: large ones may get lost on the way, or be cut");
}
