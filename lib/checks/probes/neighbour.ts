import { z } from "zod";
import { type Command, EngineContainer, toShell } from "../command";
import { parseJson } from "../../engine/json";
import { absent, whetherRuns } from "../presence";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

const probe = { kind: z.literal("neighbour"), from: Vantage, address: z.ipv4() };

/**
 * Whether the kernel at a vantage knows the MAC address behind an IPv4 address on the same link, by `ip neigh`. It asks
 * (ARP) only for whom it has something to send to, so something is sent first; what becomes of that does not matter.
 */
export const NeighbourProbe = z.discriminatedUnion("expectation", [
  z.strictObject({ ...probe, expectation: z.literal("known"), mac: z.mac().optional() }),
  /** Nobody answers for the address; `control` is known meanwhile, and the server, whose address it is, runs. */
  z.strictObject({
    ...{ ...probe, expectation: z.literal("unknown"), control: z.ipv4() },
    server: z.strictObject({ container: z.string(), engine: EngineContainer }).optional(),
  }),
]);
export type NeighbourProbe = z.infer<typeof NeighbourProbe>;

const Neighbours = z.array(
  z.object({ dst: z.string(), lladdr: z.string().optional(), state: z.array(z.string()).default([]) }),
);
type Neighbour = z.infer<typeof Neighbours>[number];

export const neighbour: ProbeKind<NeighbourProbe> = {
  needs: rootFor,
  commands: (probe) => [
    { name: "sent", command: send(probe, probe.address), together: true },
    ...(probe.expectation === "unknown"
      ? [{ name: "sent", command: send(probe, probe.control), together: true } as const]
      : []),
    { name: "neighbours", command: at(probe.from, ["ip", "-j", "-4", "neigh", "show"]) },
    ...("server" in probe && probe.server !== undefined ? [whetherRuns(probe.server)] : []),
  ],
  expected: (probe) =>
    probe.expectation === "unknown"
      ? `no MAC address is known for ${probe.address}, while one is for ${probe.control}`
      : `${probe.mac === undefined ? "a MAC address" : `MAC address ${probe.mac}`} is known for ${probe.address}`,
  judge: judgeNeighbour,
};

/** To a port that nobody has (discard). Who has the address answers at once; that nobody has it the kernel knows after 3 s. */
function send({ from, expectation }: NeighbourProbe, address: string): Command {
  const seconds = expectation === "known" ? "1" : "4";
  return at(from, ["curl", "-4", "-sS", "--noproxy", "*", "--max-time", seconds, `http://${address}:9/`]);
}

function judgeNeighbour(probe: NeighbourProbe, findings: Findings): Judgement {
  const shown = findings.one("neighbours");
  const trouble = failed("ip", shown);
  if (trouble !== undefined) return trouble;
  const all = parseJson(Neighbours, shown.stdout);
  if (all === undefined) return error("ip printed no JSON", "iproute2 4.13 or newer is needed");
  const [found, control] = [probe.address, "control" in probe ? probe.control : undefined].map((address) =>
    entryOf(all, address),
  );
  const lookAt = toShell(at(probe.from, ["ip", "neigh"]));
  if (probe.expectation === "known") {
    if (!isKnown(found)) {
      return fail(describe(probe.address, found), `nobody on the link answers for ${probe.address}`, lookAt);
    }
    if (probe.mac === undefined || found.lladdr === probe.mac.toLowerCase())
      return pass(describe(probe.address, found));
    return fail(describe(probe.address, found), `another machine than expected answers for ${probe.address}`, lookAt);
  }
  if (!isKnown(control)) {
    return error(
      describe(probe.control, control),
      `${probe.control} should be known from ${describeVantage(probe.from)}; while it is not, nothing is proven`,
    );
  }
  const missing = probe.server === undefined ? undefined : absent(probe.server, findings);
  if (missing !== undefined) return missing;
  if (found === undefined || isStillAsked(found)) {
    return error(describe(probe.address, found), "nobody was asked for it, or the time for an answer is not over");
  }
  if (!isKnown(found)) return pass(describe(probe.address, found));
  return fail(describe(probe.address, found), `somebody on the link answers for ${probe.address}`, lookAt);
}

/** On a link on which nobody answers for it there is an entry too, of a question in vain. */
function entryOf(all: readonly Neighbour[], address: string | undefined): Neighbour | undefined {
  const entries = all.filter(({ dst }) => dst === address);
  return entries.find(isKnown) ?? entries[0];
}

function isKnown(one: Neighbour | undefined): one is Neighbour & { lladdr: string } {
  return one?.lladdr !== undefined && !one.state.some((state) => state === "FAILED" || state === "INCOMPLETE");
}

function isStillAsked({ state }: Neighbour): boolean {
  return state.includes("INCOMPLETE");
}

function describe(address: string, one: Neighbour | undefined): string {
  if (one === undefined) return `${address} is not in the table of neighbours`;
  return `${address} is ${one.lladdr ?? "without MAC address"} (${one.state.join(", ") || "no state"})`;
}
