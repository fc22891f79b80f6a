import { z } from "zod";
import { toShell } from "./command";
import { FACTS } from "./facts";
import { Need } from "./need";
import { commandsOf, expectedOf, needsOf, Probe, vantageOf } from "./probes";

/** Source of the claims: see docs/claims.md. */
export const ClaimId = z
  .string()
  .regex(/^(?:A(?:[1-9]|1[0-5])|B(?:[1-9]|1\d|2[0-2]))$/, "a claim is A1 to A15 or B1 to B22");

/** See FACTS. */
const FactId = z.string().refine((id) => Object.hasOwn(FACTS, id), "a fact is one of the catalogue, like H1 or U7");

/** A word by which checks are chosen. It must not look like a claim. */
export const Tag = z
  .string()
  .regex(/^[a-z][a-z-]+[a-z0-9-]*$/, "a tag is a word of lower-case letters, digits and hyphens");

/** A statement about a lab that a probe can prove or refute. Plain data: it lies in the stack, and travels as JSON. */
export const Check = z.strictObject({
  /** `<lab>/<server or network>/<name>`, or `<lab>/<name>`. */
  id: z
    .string()
    .regex(
      /^[a-z0-9-]+(?:\/[a-z0-9-]+){1,2}$/,
      "an id is a name, or a server's and a name with a slash between, of lower-case letters, digits and hyphens",
    ),
  /** What holds, in one short sentence. */
  what: z.string().min(1, "what holds is said in one short sentence"),
  /** Why it holds, for someone who learns. */
  why: z.string().min(1, "why it holds is said for someone who learns"),
  /** The sentences of the articles that it proves. */
  claims: z.array(ClaimId),
  /** The facts of the catalogue that it shows. */
  facts: z.array(FactId).optional(),
  /** What must be given besides what the probe needs itself; without it the check is skipped. */
  needs: z.array(Need).optional(),
  /**
   * For how many seconds it must hold, at each look: for what is only true for a moment where something is wrong.
   * @default until it is true once
   */
  consistently: z.number().positive().max(60).optional(),
  /** Words by which the check can be chosen, besides those that follow from it. */
  tags: z.array(Tag).optional(),
  probe: Probe,
});
export type Check = z.infer<typeof Check>;

/**
 * The command lines that a person can type to see the same.
 * @param lacking why a need is not met. @default that of an engine with iptables and docker-proxy, as most are
 */
export function commandLines(check: Check, lacking: (need: Need) => unknown = unusual): string[] {
  const lines = commandsOf(check.probe)
    .filter(({ needs = [] }) => needs.every((need) => lacking(need) === undefined))
    .map(({ command }) => toShell(command));
  // What is looked at once more is typed once.
  return [...new Set(lines)];
}

function unusual(need: Need): string | undefined {
  if (typeof need !== "object") return undefined;
  if ("userlandProxy" in need) return need.userlandProxy === "on" ? undefined : "userland-proxy on";
  return "firewall" in need && need.firewall !== "iptables" ? need.firewall : undefined;
}

/** What is expected, in words: also for how long. */
export function expectedOfCheck({ probe, consistently }: Pick<Check, "probe" | "consistently">): string {
  const window = consistently === undefined ? "" : `, at each look for ${String(consistently)} s`;
  return `${expectedOf(probe)}${window}`;
}

/** All that must be given before the check makes sense. */
export function needsOfCheck(check: Check): readonly Need[] {
  return [...(check.needs ?? []), ...needsOf(check.probe)];
}

/**
 * By which words a check can be chosen: its own, and what follows from it: its lab and its server, the kind of its
 * probe, from where it looks (`from-host`), and `negative` where something must not work.
 */
export function tagsOf(check: Check): readonly string[] {
  const given = [...(check.tags ?? []), ...check.id.split("/").slice(0, -1), check.probe.kind];
  // What must not work is measured beside a control that must.
  const negative = "control" in check.probe ? ["negative"] : [];
  return [...new Set([...given, `from-${vantageOf(check.probe).kind}`, ...negative])];
}
