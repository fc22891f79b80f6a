import { z } from "zod";
import { type Command, onEngine } from "../command";
import { error, fail, type Findings, type Judgement, pass, type ProbeKind } from "../probe";
import { at, Vantage } from "../vantage";

/**
 * How far a broadcast goes: a container asks everybody on its link for an address that nobody has (ARP), which is heard
 * on one interface of a host, and on another is not.
 */
export const BroadcastProbe = z.strictObject({
  kind: z.literal("broadcast"),
  from: Vantage,
  /** The address that is asked for; nobody has it. */
  asksFor: z.string(),
  /** On whose interfaces is listened. */
  engine: z.string(),
  heardOn: z.string(),
  notOn: z.string(),
});
export type BroadcastProbe = z.infer<typeof BroadcastProbe>;

export const broadcast: ProbeKind<BroadcastProbe> = {
  needs: () => [],
  commands: ({ from, asksFor, engine }) => [
    { name: "heard", command: onEngine(engine, capture(asksFor)), together: true },
    // Asks each second, until that was heard; ends without an answer.
    { name: "ask", command: at(from, ["ping", "-n", "-c", "10", "-W", "1", asksFor]), together: true, until: "heard" },
  ],
  expected: ({ asksFor, heardOn, notOn }) => `who asks for ${asksFor} is heard on ${heardOn}, and not on ${notOn}`,
  judge: judgeBroadcast,
};

/**
 * One program listens on all interfaces of the host, and says for each packet on which: so what it heard on one, it would
 * have heard on the other. Four questions are the whole of one asking, also where it crosses the trunk twice.
 */
const capture = (asksFor: string): Command => {
  const question = ["arp", "dst", "host", asksFor, "and", "arp[7]", "==", "1"];
  return ["timeout", "15", "tcpdump", "-ln", "-i", "any", "-c", "4", ...question];
};

function judgeBroadcast({ asksFor, heardOn, notOn }: BroadcastProbe, findings: Findings): Judgement {
  const { stdout, stderr } = findings.one("heard");
  if (!/listening on/.test(stderr)) return error(`tcpdump did not listen: ${stderr.trim()}`);
  if (findings.one("ask").exit === 0) {
    return error(`somebody answers at ${asksFor}, which nobody should have`, "who knows an address asks nobody for it");
  }
  const on = (wire: string): number =>
    stdout.split("\n").filter((line) => line.split(" ")[1] === wire && line.includes(`who-has ${asksFor} `)).length;
  const [heard, elsewhere] = [on(heardOn), on(notOn)];
  if (elsewhere !== 0) {
    return fail(
      `who asks for ${asksFor} is heard on ${notOn} too`,
      "both are one link: who is on one hears what is sent on the other",
      "ip -d link",
    );
  }
  if (heard === 0) return fail(`nobody is heard asking for ${asksFor} on ${heardOn}`, "the link does not lead there");
  return pass(`heard ${String(heard)} times on ${heardOn}, never on ${notOn}`);
}
