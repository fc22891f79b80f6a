import { z } from "zod";
import { toShell } from "../command";
import { error, fail, type Findings, type Judgement, type Observation, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

const Arguments = z.tuple([z.string().min(1)], z.string());

const probe = {
  kind: z.literal("program"),
  from: Vantage,
  argv: Arguments,
  /** Whether it changes something when it does what it is asked: it is then run alone. */
  changes: z.boolean().optional(),
};

/** What comes of running some program: for what no other kind of probe looks at. */
export const ProgramProbe = z.discriminatedUnion("outcome", [
  /** It ends well, and says `words`. */
  z.strictObject({ ...probe, outcome: z.literal("succeeds"), words: z.string().min(1) }),
  /** It fails and says `words`, while the same tool does what `control` asks for: so that it is there, and able. */
  z.strictObject({ ...probe, outcome: z.literal("fails"), words: z.string().min(1), control: Arguments }),
]);
export type ProgramProbe = z.infer<typeof ProgramProbe>;

export const program: ProbeKind<ProgramProbe> = {
  needs: rootFor,
  commands: (probe) => [
    { name: "run", command: at(probe.from, probe.argv) },
    ...(probe.outcome === "fails" ? [{ name: "control", command: at(probe.from, probe.control) }] : []),
  ],
  expected: ({ argv, outcome, words }) => `${toShell(argv)} ${outcome}: ${words}`,
  judge: judgeProgram,
};

function judgeProgram(probe: ProgramProbe, findings: Findings): Judgement {
  const ran = findings.one("run");
  if (probe.outcome === "fails") {
    const control = findings.one("control");
    if (control.exit !== 0) {
      return error(
        `the control fails too: ${toShell(probe.control)}: ${describe(control)}`,
        `it should do its work, seen from ${describeVantage(probe.from)}; while it does not, a failure proves nothing`,
      );
    }
  }
  const said = `${ran.stdout}\n${ran.stderr}`.includes(probe.words);
  if ((ran.exit === 0) === (probe.outcome === "succeeds") && said) return pass(describe(ran));
  return fail(
    describe(ran),
    probe.outcome === "fails" && ran.exit === 0
      ? "it could do what it must not be able to do"
      : "it ends in another way",
  );
}

function describe({ exit, stdout, stderr }: Observation): string {
  const said = (stderr.trim() || stdout.trim()).split("\n").at(-1) || "it said nothing";
  return `exit ${String(exit)}: ${said.slice(0, 200)}`;
}
