import { z } from "zod";
import { type Command, EngineContainer, toShell, Word } from "../command";
import {
  describeFailure,
  FAILURE_MEANING,
  FAILURE_NAME,
  FailureMode,
  failureMode,
  isConnected,
  isCurlBroken,
} from "../curl";
import { absent, whetherRuns } from "../presence";
import { error, fail, type Findings, type Judgement, type Observation, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

const Target = z.strictObject({
  host: Word,
  port: z.int().min(1).max(65535),
  /** Who should accept there, where it is a server of the lab's: then a failure can be followed to what is wrong. */
  server: z.strictObject({ name: z.string(), container: z.string(), engine: EngineContainer }).optional(),
});
type Target = z.infer<typeof Target>;

const probe = { kind: z.literal("tcp"), from: Vantage, target: Target };

/**
 * Whether a TCP connection comes about, whatever is said on it: a port that accepts is not yet a service (docker-proxy
 * accepts for a container in which nothing listens). curl's trace tells; that it then speaks HTTP does not matter.
 */
export const TcpProbe = z.discriminatedUnion("outcome", [
  z.strictObject({ ...probe, outcome: z.literal("connects") }),
  /** Fails in this way, while `control` can be connected to from the same vantage, and the server itself runs: see http. */
  z.strictObject({
    ...{ ...probe, outcome: FailureMode.exclude(["reset"]), control: Target },
    ended: z.literal(true).optional(),
  }),
]);
export type TcpProbe = z.infer<typeof TcpProbe>;

export const tcp: ProbeKind<TcpProbe> = {
  needs: rootFor,
  commands: (probe) => [
    { name: "connection", command: connect(probe.from, probe.target) },
    ...(probe.outcome === "connects" ? [] : [{ name: "control", command: connect(probe.from, probe.control) }]),
    ...[mustRun(probe)].flatMap((server) => (server === undefined ? [] : [whetherRuns(server)])),
  ],
  expected: (probe) =>
    probe.outcome === "connects"
      ? `a TCP connection to port ${String(probe.target.port)}`
      : `${FAILURE_NAME[probe.outcome]}, while port ${String(probe.control.port)} accepts connections`,
  judge: (probe, findings) =>
    probe.outcome === "connects" ? judgeConnects(probe, findings) : judgeFails(probe, findings),
};

function mustRun(probe: TcpProbe): Target["server"] {
  return probe.outcome === "connects" || probe.ended === true ? undefined : probe.target.server;
}

/** Four seconds: see the same of http. */
function connect(from: Vantage, { host, port }: Target): Command {
  const parts = typeof host === "string" ? [host] : host;
  const url = ["http://", ...parts, `:${String(port)}/`];
  const word = url.every((part) => typeof part === "string") ? url.join("") : url;
  return at(from, ["curl", "-4", "-sSv", "--noproxy", "*", "--max-time", "4", word]);
}

function judgeConnects(probe: TcpProbe, findings: Findings): Judgement {
  const attempts = findings.of("connection");
  if (attempts.length === 0) return error("no address to connect to");
  const without = attempts.find((attempt) => !isConnected(attempt));
  if (without === undefined) return pass(`connected to port ${String(probe.target.port)}`);
  if (isBroken(without)) return error(describe(without), BROKEN);
  const mode = failureMode(without);
  return fail(
    describe(without),
    mode === undefined ? "no connection came about" : FAILURE_MEANING[mode],
    toShell(at(probe.from, ["netstat", "-tuln"])),
  );
}

function judgeFails(probe: Exclude<TcpProbe, { outcome: "connects" }>, findings: Findings): Judgement {
  const [controls, attempts] = [findings.of("control"), findings.of("connection")];
  if (controls.length === 0 || attempts.length === 0) return error("no address to connect to");
  const silent = controls.find((control) => !isConnected(control));
  if (silent !== undefined) {
    return error(
      `the control accepts no connection: ${describe(silent)}`,
      `it should, seen from ${describeVantage(probe.from)}; while it does not, a failure proves nothing`,
    );
  }
  const broken = attempts.find(isBroken);
  if (broken !== undefined) return error(describe(broken), BROKEN);
  const server = mustRun(probe);
  const missing = server === undefined ? undefined : absent(server, findings);
  if (missing !== undefined) return missing;
  const wrong = attempts.find((attempt) => isConnected(attempt) || failureMode(attempt) !== probe.outcome);
  if (wrong === undefined) return pass(`${FAILURE_NAME[probe.outcome]}; port ${String(probe.control.port)} accepts`);
  return fail(
    describe(wrong),
    isConnected(wrong)
      ? "something accepts connections where nothing should"
      : `it fails, but not in the expected way; "${FAILURE_NAME[probe.outcome]}" would mean: ${FAILURE_MEANING[probe.outcome]}`,
    toShell(at(probe.from, ["netstat", "-tuln"])),
  );
}

const BROKEN = "curl itself could not do it, so nothing is known about the network";

/** What is connected is connected, however curl ends after that. */
function isBroken(attempt: Observation): boolean {
  return !isConnected(attempt) && (attempt.exit === 0 || isCurlBroken(attempt));
}

function describe(attempt: Observation): string {
  const url = attempt.argv.at(-1) ?? "";
  return isConnected(attempt) ? `connected, ${url}` : `${describeFailure(attempt)}, ${url}`;
}
