import { z } from "zod";
import { parseJson } from "../../engine/json";
import { type Command, containerStart, toShell } from "../command";
import { error, fail, failed, type Findings, type Judgement, NOTHING, pass, type ProbeKind } from "../probe";

const probe = { kind: z.literal("process"), container: z.string() };

/** What became of a container's process: it runs, it ended, or it was never started; and its last words. */
export const ProcessProbe = z.discriminatedUnion("state", [
  z.strictObject({ ...probe, state: z.literal("running") }),
  /** Ended with `exit`, 128 + n where signal n ended it; and said `words` since its last start, where they are given. */
  z.strictObject({
    ...{ ...probe, state: z.literal("exited") },
    exit: z.int().min(0).max(255),
    words: z.string().min(1).optional(),
  }),
  /** Created, but the engine could not start it, and said `words`. */
  z.strictObject({ ...probe, state: z.literal("not-started"), words: z.string().min(1) }),
]);
export type ProcessProbe = z.infer<typeof ProcessProbe>;

const Inspected = z.tuple([
  z.object({ State: z.object({ Status: z.string(), ExitCode: z.int(), Error: z.string().default("") }) }),
]);
type State = z.infer<typeof Inspected>[0]["State"];

/** How many of a container's last lines count as its last words. */
const LAST_LINES = 20;

export const processState: ProbeKind<ProcessProbe> = {
  needs: NOTHING,
  commands: (probe) => [
    { name: "inspect", command: ["docker", "inspect", probe.container] },
    { name: "logs", command: logsOf(probe) },
  ],
  expected: (probe) => {
    switch (probe.state) {
      case "running":
        return `${probe.container} runs`;
      case "exited":
        return `${probe.container} has ended with exit code ${String(probe.exit)}${probe.words === undefined ? "" : `, saying: ${probe.words}`}`;
      case "not-started":
        return `${probe.container} could not be started: ${probe.words}`;
    }
  },
  judge: judgeProcess,
};

/** Of what has ended all that it said since its last start: words of an earlier life prove nothing. */
function logsOf({ container, state }: ProcessProbe): Command {
  const since = state === "exited" ? ["--since", [containerStart(container)]] : ["--tail", String(LAST_LINES)];
  return ["docker", "logs", ...since, container];
}

function judgeProcess(probe: ProcessProbe, findings: Findings): Judgement {
  const [inspected, logs] = [findings.one("inspect"), findings.one("logs")];
  const trouble = failed("docker inspect", inspected) ?? failed("docker logs", logs);
  if (trouble !== undefined) return trouble;
  const state = parseJson(Inspected, inspected.stdout)?.[0].State;
  if (state === undefined) return error("the engine's answer has another form than expected");
  const words = `${logs.stdout}\n${logs.stderr}`;
  const actual = describe(probe, state, words);
  if (isAsExpected(probe, state, words)) return pass(actual);
  return fail(
    actual,
    meaningOf(probe, state),
    toShell(["docker", "logs", "--tail", String(LAST_LINES), probe.container]),
  );
}

function isAsExpected(probe: ProcessProbe, { Status, ExitCode, Error: problem }: State, words: string): boolean {
  switch (probe.state) {
    case "running":
      return Status === "running";
    case "exited":
      return Status === "exited" && ExitCode === probe.exit && words.includes(probe.words ?? "");
    case "not-started":
      return Status === "created" && problem.includes(probe.words);
  }
}

function describe(probe: ProcessProbe, { Status, ExitCode, Error: problem }: State, words: string): string {
  if (Status === "running") return `${probe.container} runs`;
  const lines = words.trim().split("\n");
  const asked = "words" in probe ? probe.words : undefined;
  const line = lines.find((one) => asked !== undefined && one.includes(asked)) ?? lines.at(-1);
  const said = (problem || line || "nothing").trim().slice(0, 200);
  return `${probe.container} is ${Status} with exit code ${String(ExitCode)}; it said: ${said}`;
}

function meaningOf(probe: ProcessProbe, { Status, ExitCode }: State): string {
  switch (probe.state) {
    case "running":
      return "its process has ended, or was never started: nobody answers there";
    case "exited":
      if (Status !== "exited") return "it should have ended by itself";
      return ExitCode === probe.exit ? "it ended for another reason" : "it ended in another way";
    case "not-started":
      return "the engine should have refused to start it";
  }
}
