import { z } from "zod";
import { parseJson } from "../../engine/json";
import { containerStart } from "../command";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, NOTHING } from "../probe";

/** A container whose process has ended: with which exit code, and with which last words. */
export const ExitedProbe = z.strictObject({
  kind: z.literal("exited"),
  container: z.string(),
  /** 128 + n where signal n ended it. */
  code: z.int().min(0).max(255),
  /** What its log must hold since its last start: words of an earlier life prove nothing. */
  saying: z.string().optional(),
});
export type ExitedProbe = z.infer<typeof ExitedProbe>;

const Inspected = z.tuple([z.object({ State: z.object({ Status: z.string(), ExitCode: z.number() }) })]);

export const exited: ProbeKind<ExitedProbe> = {
  needs: NOTHING,
  commands: ({ container, saying }) => [
    { name: "inspect", command: ["docker", "inspect", "--type", "container", container] },
    ...(saying === undefined
      ? []
      : [{ name: "log", command: ["docker", "logs", "--since", [containerStart(container)], container] }]),
  ],
  expected: ({ container, code, saying }) =>
    `${container} has exited with code ${String(code)}${saying === undefined ? "" : `, saying "${saying}"`}`,
  judge: judgeExited,
};

function judgeExited({ container, code, saying }: ExitedProbe, findings: Findings): Judgement {
  const inspected = findings.one("inspect");
  const trouble = failed("docker inspect", inspected);
  if (trouble !== undefined) return trouble;
  const state = parseJson(Inspected, inspected.stdout)?.[0].State;
  if (state === undefined) return error("the engine's answer has another form than expected");
  const look = [`docker logs ${container}`, `docker ps --all --filter name=${container}`];
  if (state.Status !== "exited") {
    return fail(`${container} is ${state.Status}`, "what should have ended it did not happen", ...look);
  }
  const actual = `exit code ${String(state.ExitCode)}`;
  if (state.ExitCode !== code) return fail(actual, "it ended for another reason than expected", ...look);
  if (saying === undefined) return pass(actual);
  const log = findings.one("log");
  const noLog = failed("docker logs", log);
  if (noLog !== undefined) return noLog;
  const line = `${log.stdout}\n${log.stderr}`.split("\n").find((one) => one.includes(saying));
  if (line !== undefined) return pass(`${actual}: ${line.replace(/^.*?\[/, "[").trim()}`);
  return fail(`${actual}, without saying "${saying}"`, "it ended for another reason than expected", ...look);
}
