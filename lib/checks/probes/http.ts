import { z } from "zod";
import { type Command, toShell, Word } from "../command";
import { error, fail, type Findings, type Judgement, type Observation, pass, type ProbeKind } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

/** Where a request goes, and who should answer there. */
const Target = z.strictObject({
  /** A name, an address, or a reference to one that only the running engine knows. */
  host: Word,
  port: z.int().min(1).max(65535),
  server: z.strictObject({ name: z.string(), token: z.string(), container: z.string() }),
});
type Target = z.infer<typeof Target>;

const probe = { kind: z.literal("http"), from: Vantage, target: Target };

/** An HTTP request by curl: who answers, or how exactly it fails. */
export const HttpProbe = z.discriminatedUnion("outcome", [
  z.strictObject({ ...probe, outcome: z.literal("answers") }),
  /**
   * A failure counts only in the expected way, and only while `control` answers from the same vantage: otherwise a
   * missing tool or a dead server would look like a proof.
   */
  z.strictObject({ ...probe, outcome: z.literal("refused"), control: Target }),
]);
export type HttpProbe = z.infer<typeof HttpProbe>;

/**
 * How a request failed, by curl's exit code (man curl, EXIT CODES; measured on Engine 20.10, 26.1 and 28.5). Other codes
 * are curl's own troubles, and tell nothing about the network.
 */
const FAILURE: Readonly<Record<number, string>> = {
  1: "the answer is not HTTP",
  6: "no such name",
  7: "connection refused",
  18: "the answer ends too early",
  28: "no answer in time",
  52: "empty reply",
  55: "connection reset while sending",
  56: "connection reset by peer",
};

export const http: ProbeKind<HttpProbe> = {
  needs: (probe) => (probe.from.kind === "namespace" ? ["root"] : []),
  commands: (probe) => [
    { name: "request", command: request(probe.from, probe.target) },
    ...(probe.outcome === "answers" ? [] : [{ name: "control", command: request(probe.from, probe.control) }]),
  ],
  expected: (probe) =>
    probe.outcome === "answers"
      ? `HTTP 200 from ${probe.target.server.name} (token ${probe.target.server.token})`
      : `connection refused, while ${probe.control.server.name} answers on port ${String(probe.control.port)}`,
  judge: (probe, findings) =>
    probe.outcome === "answers" ? judgeAnswers(probe, findings) : judgeRefused(probe, findings),
};

/** `-4` and an address where there is one: `localhost` may be ::1; `--noproxy`: a proxy variable must not answer for a lab. */
function request(from: Vantage, target: Target): Command {
  const host = typeof target.host === "string" ? [target.host] : target.host;
  const url: Word = ["http://", ...host, `:${String(target.port)}/`];
  const joined = url.every((part) => typeof part === "string") ? url.join("") : url;
  return at(from, ["curl", "-4", "-sS", "-i", "--noproxy", "*", "--max-time", "3", joined]);
}

function judgeAnswers(probe: HttpProbe, findings: Findings): Judgement {
  const answers = findings.of("request");
  if (answers.length === 0) return error("no address to ask");
  const broken = answers.find(isBroken);
  if (broken !== undefined) return error(describe(broken), CURL_BROKEN);
  const wrong = answers.find((answer) => !isFrom(answer, probe.target));
  if (wrong === undefined) {
    const where = answers.length === 1 ? "" : ` on each of ${String(answers.length)} addresses`;
    return pass(`HTTP 200 from ${probe.target.server.name}${where}`);
  }
  return fail(
    describe(wrong),
    meaningOf(wrong, probe.target, probe.from),
    `docker logs ${probe.target.server.container}`,
    `docker ps --all --filter name=${probe.target.server.container}`,
    toShell(at(probe.from, ["netstat", "-tulpn"])),
  );
}

function judgeRefused(probe: Extract<HttpProbe, { outcome: "refused" }>, findings: Findings): Judgement {
  const [controls, answers] = [findings.of("control"), findings.of("request")];
  if (controls.length === 0 || answers.length === 0) return error("no address to ask");
  const silent = controls.find((control) => !isFrom(control, probe.control));
  if (silent !== undefined) {
    return error(
      `the control does not answer: ${describe(silent)}`,
      `${probe.control.server.name} should answer from ${describeVantage(probe.from)}; while it does not, a refusal proves nothing`,
    );
  }
  const broken = answers.find(isBroken);
  if (broken !== undefined) return error(describe(broken), CURL_BROKEN);
  const wrong = answers.find((answer) => !isRefused(answer));
  if (wrong === undefined) return pass(`connection refused; ${probe.control.server.name} answers`);
  return fail(
    describe(wrong),
    wrong.exit === 0
      ? "something listens where nothing should"
      : "it fails, but not in the expected way: another mechanism is at work",
    toShell(at(probe.from, ["netstat", "-tulpn"])),
  );
}

const CURL_BROKEN = "curl itself could not do it, so nothing is known about the network";

/** Whether what ran curl failed, rather than the request: with -sS, curl tells each failed request in its own words. */
function isBroken({ exit, stderr }: Observation): boolean {
  return exit !== 0 && !(exit in FAILURE && stderr.includes(`curl: (${String(exit)})`));
}

/** curl has one code for all failed connections; older ones say which. */
function isRefused({ exit, stderr }: Observation): boolean {
  return exit === 7 && !/unreachable|no route/i.test(stderr);
}

/** The first line of the body is `<name> <token>`: only the server itself knows the token. */
function isFrom(answer: Observation, target: Target): boolean {
  return statusOf(answer) === 200 && bodyOf(answer) === `${target.server.name} ${target.server.token}`;
}

function statusOf(answer: Observation): number | undefined {
  const status = /^HTTP\/[\d.]+ (\d{3})/.exec(answer.stdout)?.[1];
  return answer.exit === 0 && status !== undefined ? Number(status) : undefined;
}

function bodyOf(answer: Observation): string {
  const start = answer.stdout.indexOf("\r\n\r\n");
  return start < 0 ? "" : answer.stdout.slice(start + 4).trim();
}

function describe(answer: Observation): string {
  const url = answer.argv.at(-1) ?? "";
  if (answer.exit === 0) {
    const body = bodyOf(answer).split("\n")[0]?.slice(0, 60) ?? "";
    return `HTTP ${String(statusOf(answer) ?? "?")} from ${JSON.stringify(body)}, ${url}`;
  }
  const known = isBroken(answer) || (answer.exit === 7 && !isRefused(answer)) ? undefined : FAILURE[answer.exit];
  const failure = known ?? (answer.stderr.trim().split("\n").at(-1) || "failed");
  return `curl exit ${String(answer.exit)}: ${failure}, ${url}`;
}

function meaningOf(answer: Observation, target: Target, from: Vantage): string {
  const { name, container } = target.server;
  if (answer.exit === 0) {
    return statusOf(answer) === 200
      ? `somebody else answers in ${name}'s place`
      : `${name}'s address answers, but not as ${name} was told to`;
  }
  // Exit 28 as well as 6: a resolver that asks others in vain may take longer than the request has.
  if (/could not resolve|resolving timed out/i.test(answer.stderr)) {
    return `no resolver knows the name, seen from ${describeVantage(from)}`;
  }
  if (answer.exit === 7 && !isRefused(answer)) return `no way leads there from ${describeVantage(from)}`;
  switch (answer.exit) {
    case 7:
      return `nothing listens there: is container ${container} running, and on which port does it listen?`;
    case 28:
      return "the packets are dropped on the way: a firewall rule, or networks that are kept apart";
    case 52:
    case 56:
      return `docker-proxy accepted the connection, but nothing listens on the port that it leads to inside ${container}`;
    default:
      return "the connection came about, and broke; the server's log may say why";
  }
}
