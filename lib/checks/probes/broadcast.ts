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
  commands: ({ from, asksFor, engine, heardOn, notOn }) => [
    { name: "heard", command: onEngine(engine, capture(heardOn, asksFor)), together: true },
    { name: "elsewhere", command: onEngine(engine, capture(notOn, asksFor)), together: true },
    // Asks each second, and ends without an answer.
    { name: "ask", command: at(from, ["ping", "-n", "-c", "3", "-W", "1", asksFor]), together: true },
  ],
  expected: ({ asksFor, heardOn, notOn }) => `who asks for ${asksFor} is heard on ${heardOn}, and not on ${notOn}`,
  judge: judgeBroadcast,
};

/** As long as is asked, and longer: that nothing is heard says something only then. */
const capture = (wire: string, asksFor: string): Command => {
  return ["timeout", "4", "tcpdump", "-ln", "-i", wire, "arp", "host", asksFor];
};

function judgeBroadcast({ asksFor, heardOn, notOn }: BroadcastProbe, findings: Findings): Judgement {
  const captures = [findings.one("heard"), findings.one("elsewhere")] as const;
  for (const { stderr } of captures) {
    if (!/listening on/.test(stderr)) return error(`tcpdump did not listen: ${stderr.trim()}`);
  }
  if (findings.one("ask").exit === 0) {
    return error(`somebody answers at ${asksFor}, which nobody should have`, "who knows an address asks nobody for it");
  }
  const [heard, elsewhere] = captures.map(({ stdout }) => stdout.split(`who-has ${asksFor} `).length - 1);
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
