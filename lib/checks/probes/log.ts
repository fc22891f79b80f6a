import { z } from "zod";
import { fail, failed, type Findings, type Judgement, NOTHING, pass, type ProbeKind } from "../probe";

/** What a container has said, on either stream, in its last thousand lines. */
export const LogProbe = z.strictObject({ kind: z.literal("log"), container: z.string(), contains: z.string().min(1) });
export type LogProbe = z.infer<typeof LogProbe>;

export const log: ProbeKind<LogProbe> = {
  needs: NOTHING,
  commands: ({ container }) => [{ name: "logs", command: ["docker", "logs", "--tail", "1000", container] }],
  expected: ({ container, contains }) => `${container} has said: ${contains}`,
  judge: judgeLog,
};

function judgeLog({ container, contains }: LogProbe, findings: Findings): Judgement {
  const logs = findings.one("logs");
  const trouble = failed("docker logs", logs);
  if (trouble !== undefined) return trouble;
  const lines = `${logs.stdout}\n${logs.stderr}`.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((one) => one.includes(contains));
  if (line !== undefined) return pass(line.trim().slice(0, 200));
  return fail(
    `${String(lines.length)} lines, the last: ${lines.at(-1)?.trim().slice(0, 200) ?? "none"}`,
    `${container} has not said it, or long ago`,
    `docker logs ${container}`,
  );
}
