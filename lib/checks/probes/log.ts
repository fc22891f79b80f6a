import { z } from "zod";
import { EngineContainer, onEngine, toShell } from "../command";
import { FAILURE_MEANING, failureMode, isCurlBroken } from "../curl";
import {
  error,
  fail,
  failed,
  type Findings,
  type Judgement,
  type NamedCommand,
  type Observation,
  pass,
  type ProbeKind,
  rootFor,
} from "../probe";
import { Vantage } from "../vantage";
import { CURL_BROKEN, describe, isFrom, request, Target } from "./http";

const probe = { kind: z.literal("log") };

/** What a container has said, on either stream, in its last thousand lines. */
export const LogProbe = z.discriminatedUnion("expectation", [
  z.strictObject({
    ...{ ...probe, expectation: z.literal("words"), container: z.string(), engine: EngineContainer },
    contains: z.string().min(1),
  }),
  /**
   * As whose a server logs a request. The probe makes one itself, for a path that no other look asks for, and looks for
   * that line alone: what is in the log from earlier proves nothing.
   */
  z.strictObject({ ...probe, expectation: z.literal("client"), from: Vantage, target: Target, client: z.ipv4() }),
]);
export type LogProbe = z.infer<typeof LogProbe>;
type Logged = Extract<LogProbe, { expectation: "client" }>;

export const log: ProbeKind<LogProbe> = {
  needs: (probe) => (probe.expectation === "words" ? [] : rootFor(probe)),
  commands: (probe) =>
    probe.expectation === "words"
      ? [logsOf(probe)]
      : [requestOf(probe), logsOf(probe), { ...logsOf(probe), due: isLate }],
  expected: (probe) =>
    probe.expectation === "words"
      ? `${probe.container} has said: ${probe.contains}`
      : `${probe.target.server.name} logs the request as one of ${probe.client}`,
  judge: (probe, findings) =>
    probe.expectation === "words" ? judgeWords(probe, findings) : judgeClient(probe, findings),
};

function logsOf(probe: LogProbe): NamedCommand {
  const { container, engine } = probe.expectation === "words" ? probe : probe.target.server;
  return { name: "logs", command: onEngine(engine, ["docker", "logs", "--tail", "1000", container]) };
}

function requestOf({ from, target }: Logged): NamedCommand {
  return { name: "request", command: request(from, target, 3, { path: [{ ref: "this-look" }] }) };
}

/** A server may write the line a moment after the answer. */
function isLate(before: Findings["of"]): boolean {
  const [asked] = before("request");
  return asked?.exit === 0 && lineOf(asked, before("logs")) === undefined;
}

function linesOf({ stdout, stderr }: Observation): string[] {
  return `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
}

/** The line of the log about this very request. */
function lineOf(asked: Observation, logs: readonly Observation[]): string | undefined {
  const path = /^http:\/\/[^/]+(\/\w+)$/.exec(asked.argv.at(-1) ?? "")?.[1];
  if (path === undefined) return undefined;
  return logs.flatMap(linesOf).find((line) => line.includes(` ${path} `));
}

function judgeWords(probe: Extract<LogProbe, { expectation: "words" }>, findings: Findings): Judgement {
  const logs = findings.one("logs");
  const trouble = failed("docker logs", logs);
  if (trouble !== undefined) return trouble;
  const lines = linesOf(logs);
  const line = lines.find((one) => one.includes(probe.contains));
  if (line !== undefined) return pass(line.trim().slice(0, 200));
  return fail(
    `${String(lines.length)} lines, the last: ${lines.at(-1)?.trim().slice(0, 200) ?? "none"}`,
    `${probe.container} has not said it, or long ago`,
    toShell(logsOf(probe).command),
  );
}

function judgeClient(probe: Logged, findings: Findings): Judgement {
  const asked = findings.one("request");
  if (isCurlBroken(asked)) return error(describe(asked), CURL_BROKEN);
  const show = toShell(logsOf(probe).command);
  if (!isFrom(asked, probe.target)) {
    const mode = failureMode(asked);
    const meaning = mode === undefined ? `it is not ${probe.target.server.name} that answers` : FAILURE_MEANING[mode];
    return fail(describe(asked), `${meaning}; a request that does not arrive is not logged`, show);
  }
  const logs = findings.of("logs");
  const trouble = logs.map((one) => failed("docker logs", one)).find((one) => one !== undefined);
  if (trouble !== undefined) return trouble;
  const line = lineOf(asked, logs)?.trim().slice(0, 200);
  if (line === undefined) {
    return fail("the request is answered, and not logged", "the server writes its log elsewhere, or none", show);
  }
  if (line.startsWith(`${probe.client} `)) return pass(line);
  return fail(
    line,
    "the server takes somebody else for its client: the address is translated on the way, or a proxy asks in its place",
    show,
  );
}
