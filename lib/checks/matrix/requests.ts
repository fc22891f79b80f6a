import type { Executed } from "../../engine/execute";
import type { Outcome } from "./record";

/** Long enough for the kernel to find out that nobody has an address (3 s), which is another failure than a drop. */
const SECONDS = 4;
/** The most that curl takes; all that are dropped then share one waiting window. */
const AT_ONCE = 300;

const FIELDS = ["%{urlnum}", "%{exitcode}", "%{http_code}", "%{time_connect}", "%header{x-lab-server}", "%{errormsg}"];
const MARK = "cell";

/**
 * One curl for many requests at once. What each answer says stands in its headers, since bodies of parallel transfers
 * may mix on their way out. -v tells why a connection failed.
 */
export function requestAll(urls: readonly string[]): string[] {
  return [
    ...["curl", "-q", "-4", "-sv", "--no-progress-meter", "--noproxy", "*", "--max-time", String(SECONDS)],
    ...["--parallel", "--parallel-immediate", "--parallel-max", String(AT_ONCE)],
    ...["--write-out", `${[MARK, ...FIELDS].join("\\t")}\\n`],
    ...urls.flatMap((url) => ["--output", "/dev/null", url]),
  ];
}

/** Who says what: a server's name by `name token`. */
export type Signatures = ReadonlyMap<string, string>;

/**
 * What came of each request, in the order of the URLs.
 * @param addressesOf the addresses that a URL's host may lead to: itself, or those behind a name
 */
export function outcomesOf(
  urls: readonly string[],
  { stdout, stderr, missing }: Executed,
  signatures: Signatures,
  addressesOf: (url: string) => readonly string[],
): Outcome[] {
  const lines = new Map(
    stdout.split("\n").flatMap((line) => {
      const [mark, index = "", ...fields] = line.split("\t");
      return mark === MARK ? [[Number(index), fields] as const] : [];
    }),
  );
  const reasons = connectionFailures(stderr);
  return urls.map((url, index) => {
    const fields = lines.get(index);
    if (fields === undefined) return { kind: "other", said: missing ?? lastLine(stderr) };
    const port = new URL(url).port || "80";
    const why = addressesOf(url).flatMap((address) => [
      ...(reasons.get(`${address}:${port}`) ?? []),
      ...(reasons.get(address) ?? []),
    ]);
    return outcomeOf(fields, why, signatures);
  });
}

const REFUSED = /connect to (\S+) port (\d+)(?: from \S+ port \d+)? failed: (.*)/g;
const AT_ONCE_REFUSED = /Immediate connect fail for (\S+): (.*)/g;

/**
 * The reasons in `* connect to 10.77.0.2 port 80 failed: Connection refused`, by address and port, and those in
 * `* Immediate connect fail for 10.77.0.2: Network is unreachable`, by address.
 */
function connectionFailures(stderr: string): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  const note = (key: string, reason: string): void => {
    reasons.set(key, [...(reasons.get(key) ?? []), reason]);
  };
  for (const [, address = "", port = "", reason = ""] of stderr.matchAll(REFUSED)) note(`${address}:${port}`, reason);
  for (const [, address = "", reason = ""] of stderr.matchAll(AT_ONCE_REFUSED)) note(address, reason);
  return reasons;
}

function outcomeOf(fields: readonly string[], why: readonly string[], signatures: Signatures): Outcome {
  const [exit = "", status = "", connected = "", signature = "", message = ""] = fields;
  const said = `curl exit ${exit}: ${message}`;
  switch (Number(exit)) {
    case 0: {
      const by = status === "200" ? signatures.get(signature) : undefined;
      return by === undefined
        ? { kind: "other", said: `HTTP ${status} from ${JSON.stringify(signature)}` }
        : { kind: "answers", by: [by] };
    }
    case 6:
      return { kind: "no-name" };
    case 7:
      if (why.some((one) => /unreachable|no route to host/i.test(one))) return { kind: "unreachable" };
      return why.some((one) => /refused/i.test(one)) ? { kind: "refused" } : { kind: "other", said };
    case 28:
      if (/resolving timed out/i.test(message)) return { kind: "no-name" };
      return Number(connected) === 0 ? { kind: "dropped" } : { kind: "other", said };
    case 52:
    case 55:
    case 56:
      return { kind: "reset" };
    default:
      return { kind: "other", said };
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) || "curl said nothing";
}
