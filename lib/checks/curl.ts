import { z } from "zod";
import type { Observation } from "./probe";

/** The ways in which a connection can fail, each by another mechanism. What is expected to fail must say in which. */
export const FailureMode = z.enum(["refused", "dropped", "unreachable", "reset", "no-name"]);
export type FailureMode = z.infer<typeof FailureMode>;

/** A failure mode in a few words. */
export const FAILURE_NAME: Readonly<Record<FailureMode, string>> = {
  refused: "connection refused",
  dropped: "dropped, no answer in time",
  unreachable: "unreachable",
  reset: "connection reset",
  "no-name": "no such name",
};

/** What a failure mode tells of the network. */
export const FAILURE_MEANING: Readonly<Record<FailureMode, string>> = {
  refused: "a machine is there, and nothing listens on that port",
  dropped: "packets vanish on the way: a firewall rule, or networks that are kept apart",
  unreachable: "no way leads there: no route, or nobody has the address",
  reset: "something accepts the connection and gives it up: a proxy with no server behind it",
  "no-name": "no resolver knows the name",
};

/**
 * The exit codes by which curl tells that a request failed (man curl, EXIT CODES). Others are curl's own troubles, and
 * tell nothing about the network.
 */
const REQUEST_FAILED: Readonly<Record<number, string>> = {
  1: "the answer is not HTTP",
  6: "no such name",
  7: "no connection",
  18: "the answer ends too early",
  28: "no answer in time",
  52: "empty reply",
  55: "connection reset while sending",
  56: "connection reset by peer",
};

/** Whether what ran curl failed, rather than the request: with -S, curl tells each failed request in its own words. */
export function isCurlBroken({ exit, stderr }: Observation): boolean {
  return exit !== 0 && !(exit in REQUEST_FAILED && stderr.includes(`curl: (${String(exit)})`));
}

/**
 * How a request by `curl -v` failed, or undefined where it did not, or in no way that has a name. Measured with curl
 * 7.88 against Engine 20.10, 26.1 and 28.5; only -v tells the reason of exit 7, and whether exit 28 came before or after
 * the connection.
 */
export function failureMode(answer: Observation): FailureMode | undefined {
  if (isCurlBroken(answer)) return undefined;
  const { exit, stderr } = answer;
  switch (exit) {
    case 6:
      return "no-name";
    case 7:
      if (/unreachable|no route to host/i.test(stderr)) return "unreachable";
      return /refused/i.test(stderr) ? "refused" : undefined;
    case 28:
      // The embedded resolver passes on what it does not know, and whom it asks may be out of reach.
      if (isResolving(answer)) return "no-name";
      return isConnected(answer) ? undefined : "dropped";
    case 52:
    case 55:
    case 56:
      return "reset";
    default:
      return undefined;
  }
}

/** Whether the connection came about, whatever became of it. */
export function isConnected({ stderr }: Observation): boolean {
  return /^\* *(?:Connected to|Established connection)|Operation timed out/m.test(stderr);
}

/** Whether the time was over while a resolver was still being asked. */
function isResolving({ stderr }: Observation): boolean {
  return /resolving timed out/i.test(stderr);
}

/** What came of a request that failed, with curl's exit code. */
export function describeFailure(answer: Observation): string {
  return `curl exit ${String(answer.exit)}: ${failureInWords(answer)}`;
}

function failureInWords(answer: Observation): string {
  const { exit, stderr } = answer;
  const said = stderr.trim().split("\n").at(-1) || "failed";
  const mode = failureMode(answer);
  if (isCurlBroken(answer) || (exit === 7 && mode === undefined)) return said;
  if (mode === "unreachable")
    return /network is unreachable/i.test(stderr) ? "network is unreachable" : "no route to host";
  if (mode === "refused" || mode === "dropped") return FAILURE_NAME[mode];
  if (isResolving(answer)) return "no resolver answers in time";
  return exit === 28 ? "connected, and no answer in time" : (REQUEST_FAILED[exit] ?? said);
}
