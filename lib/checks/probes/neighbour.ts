import { z } from "zod";
import { toShell } from "../command";
import { parseJson } from "../../engine/json";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

const probe = { kind: z.literal("neighbour"), from: Vantage, address: z.ipv4() };

/**
 * Whether the kernel at a vantage knows the MAC address behind an IPv4 address on the same link, by `ip neigh`. It knows
 * only whom it has sent something to, or has got something from, a short time ago.
 */
export const NeighbourProbe = z.discriminatedUnion("expectation", [
  z.strictObject({ ...probe, expectation: z.literal("known"), mac: z.mac().optional() }),
  /** Nobody answers for the address; `control` is known meanwhile. */
  z.strictObject({ ...probe, expectation: z.literal("unknown"), control: z.ipv4() }),
]);
export type NeighbourProbe = z.infer<typeof NeighbourProbe>;

const Neighbours = z.array(
  z.object({ dst: z.string(), lladdr: z.string().optional(), state: z.array(z.string()).default([]) }),
);
type Neighbour = z.infer<typeof Neighbours>[number];

export const neighbour: ProbeKind<NeighbourProbe> = {
  needs: rootFor,
  commands: ({ from }) => [{ name: "neighbours", command: at(from, ["ip", "-j", "-4", "neigh", "show"]) }],
  expected: (probe) =>
    probe.expectation === "unknown"
      ? `no MAC address is known for ${probe.address}, while one is for ${probe.control}`
      : `${probe.mac === undefined ? "a MAC address" : `MAC address ${probe.mac}`} is known for ${probe.address}`,
  judge: judgeNeighbour,
};

function judgeNeighbour(probe: NeighbourProbe, findings: Findings): Judgement {
  const shown = findings.one("neighbours");
  const trouble = failed("ip", shown);
  if (trouble !== undefined) return trouble;
  const all = parseJson(Neighbours, shown.stdout);
  if (all === undefined) return error("ip printed no JSON", "iproute2 4.13 or newer is needed");
  const found = all.find(({ dst }) => dst === probe.address);
  const lookAt = toShell(at(probe.from, ["ip", "neigh"]));
  if (probe.expectation === "known") {
    if (!isKnown(found)) {
      return fail(describe(probe.address, found), `nobody on the link answers for ${probe.address}`, lookAt);
    }
    if (probe.mac === undefined || found.lladdr === probe.mac.toLowerCase())
      return pass(describe(probe.address, found));
    return fail(describe(probe.address, found), `another machine than expected answers for ${probe.address}`, lookAt);
  }
  const control = all.find(({ dst }) => dst === probe.control);
  if (!isKnown(control)) {
    return error(
      describe(probe.control, control),
      `${probe.control} should be known from ${describeVantage(probe.from)}; while it is not, nothing is proven`,
    );
  }
  if (!isKnown(found)) return pass(describe(probe.address, found));
  return fail(describe(probe.address, found), `somebody on the link answers for ${probe.address}`, lookAt);
}

function isKnown(one: Neighbour | undefined): one is Neighbour & { lladdr: string } {
  return one?.lladdr !== undefined && !one.state.some((state) => state === "FAILED" || state === "INCOMPLETE");
}

function describe(address: string, one: Neighbour | undefined): string {
  if (one === undefined) return `${address} is not in the table of neighbours`;
  return `${address} is ${one.lladdr ?? "without MAC address"} (${one.state.join(", ") || "no state"})`;
}
