import { z } from "zod";
import { type Command, EngineContainer, onEngine, toShell, Word } from "../command";
import { describeFailure, FAILURE_MEANING, FAILURE_NAME, FailureMode, failureMode, isCurlBroken } from "../curl";
import { absent, whetherRuns } from "../presence";
import { error, fail, type Findings, type Judgement, type Observation, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

/** Where a request goes, and who should answer there. */
export const Target = z.strictObject({
  /** A name, an address, or a reference to one that only the running engine knows. */
  host: Word,
  port: z.int().min(1).max(65535),
  server: z.strictObject({
    name: z.string(),
    token: z.string(),
    /** The container, or the service of a swarm whose task it is. */
    container: z.string(),
    engine: EngineContainer,
    service: z.literal(true).optional(),
  }),
});
export type Target = z.infer<typeof Target>;

const probe = { kind: z.literal("http"), from: Vantage, target: Target };

const answer = {
  /** The address from which the request seems to come, to the server. */
  client: z.string().optional(),
  /** The address from which it is sent, where it is sent: the kernel's choice of a route and a source. */
  localAddress: z.ipv4().optional(),
  /** The address that is asked: the resolver's choice, for a name. */
  remoteAddress: z.ipv4().optional(),
  /** What the answer has in these headers; their names in any case. */
  headers: z.record(z.string().regex(/^[\w-]+$/), z.string()).optional(),
  /** How long the whole request may take, in milliseconds. */
  withinMs: z.int().min(1).max(2999).optional(),
};

/** An HTTP request by curl: who answers, or how exactly it fails. */
export const HttpProbe = z.discriminatedUnion("outcome", [
  z.strictObject({ ...probe, ...answer, outcome: z.literal("answers") }),
  /**
   * A failure counts only in the expected way, and only while `control` answers from the same vantage and the server
   * itself runs (but where it is said to have ended): otherwise a missing tool or a dead server would look like a proof.
   */
  z.strictObject({ ...probe, outcome: FailureMode, control: Target, ended: z.literal(true).optional() }),
]);
export type HttpProbe = z.infer<typeof HttpProbe>;
type Answered = Extract<HttpProbe, { outcome: "answers" }>;
/** What else has to be so when a server answers. */
export type Answer = Pick<Answered, keyof typeof answer>;

export const http: ProbeKind<HttpProbe> = {
  needs: rootFor,
  commands: (probe) => [
    {
      name: "request",
      command: request(probe.from, probe.target, SECONDS[probe.outcome], {
        details: probe.outcome === "answers" && asksCurl(probe),
      }),
    },
    ...(probe.outcome === "answers" ? [] : [{ name: "control", command: request(probe.from, probe.control, 3) }]),
    ...(mustRun(probe) ? [whetherRuns(probe.target.server)] : []),
  ],
  expected: (probe) =>
    probe.outcome === "answers"
      ? [`HTTP 200 from ${probe.target.server.name} (token ${probe.target.server.token})`, ...asExpected(probe)].join(
          ", ",
        )
      : `${FAILURE_NAME[probe.outcome]}, while ${probe.control.server.name} answers on port ${String(probe.control.port)}`,
  judge: (probe, findings) =>
    probe.outcome === "answers" ? judgeAnswers(probe, findings) : judgeFails(probe, findings),
};

/** Of a service it is known only while it runs where its tasks are. */
function mustRun(probe: HttpProbe): boolean {
  return probe.outcome !== "answers" && probe.ended !== true && probe.target.server.service !== true;
}

/**
 * How long a request may take, in seconds. The kernel needs three to find out that nobody has an address: a shorter wait
 * could not tell that from packets that are dropped (measured on macvlan and on bridges, kernel 6.18).
 */
const SECONDS: Readonly<Record<HttpProbe["outcome"], number>> = {
  answers: 3,
  refused: 3,
  reset: 3,
  dropped: 4,
  unreachable: 4,
  "no-name": 4,
};

/** What curl alone knows of a request, as one more line of what -v says. */
const CURL_KNOWS = ["--write-out", "%{stderr}* from %{local_ip} to %{remote_ip} in %{time_total} s\\n"];
const KNOWN_BY_CURL = /^\* from (?<local>\S+) to (?<remote>\S+) in (?<seconds>\d+[.,]\d+) s$/m;

function asksCurl({ localAddress, remoteAddress, withinMs }: Answer): boolean {
  return localAddress !== undefined || remoteAddress !== undefined || withinMs !== undefined;
}

/** `-4` and an address where there is one: `localhost` may be ::1; `--noproxy`: a proxy variable must not answer for a lab; `-v`: see failureMode. */
export function request(
  from: Vantage,
  target: Target,
  seconds: number,
  { path = [], details = false }: { readonly path?: Exclude<Word, string>; readonly details?: boolean } = {},
): Command {
  const host = typeof target.host === "string" ? [target.host] : target.host;
  const url: Word = ["http://", ...host, `:${String(target.port)}/`, ...path];
  const joined = url.every((part) => typeof part === "string") ? url.join("") : url;
  const knows = details ? CURL_KNOWS : [];
  return at(from, ["curl", "-4", "-sSiv", "--noproxy", "*", "--max-time", String(seconds), ...knows, joined]);
}

function judgeAnswers(probe: Answered, findings: Findings): Judgement {
  const answers = findings.of("request");
  if (answers.length === 0) return error("no address to ask");
  const broken = answers.find(isCurlBroken);
  if (broken !== undefined) return error(describe(broken), CURL_BROKEN);
  const wrong = answers.find((answer) => !isFrom(answer, probe.target));
  if (wrong === undefined) {
    const other = answers.map((answer) => judgeAnswer(probe, answer)).find((judgement) => judgement !== undefined);
    if (other !== undefined) return other;
    const where = answers.length === 1 ? "" : ` on each of ${String(answers.length)} addresses`;
    return pass([`HTTP 200 from ${probe.target.server.name}${where}`, ...asExpected(probe)].join(", "));
  }
  return fail(
    describe(wrong),
    meaningOf(wrong, probe.target, probe.from),
    ...looksAt(probe.target).map((command) => toShell(onEngine(probe.target.server.engine, command))),
    toShell(at(probe.from, ["netstat", "-tulpn"])),
  );
}

/** What its engine knows of who should have answered. */
function looksAt({ server: { container, service } }: Target): string[][] {
  if (service === true) return [["docker", "service", "ps", container]];
  return [
    ["docker", "logs", container],
    ["docker", "ps", "--all", "--filter", `name=${container}`],
  ];
}

/** One thing that has to be so when a server answers. */
interface Detail {
  /** In a few words, with the value that is expected or was seen. */
  readonly says: (value: string) => string;
  readonly expected: string;
  /** Undefined where the answer does not tell. */
  readonly seen: (answer: Observation) => string | undefined;
  /** @default equal */
  readonly holds?: (seen: string) => boolean;
  readonly meaning: string;
  /** What shows more of it. */
  readonly look: Command;
}

function detailsOf({ from, target, client, localAddress, remoteAddress, headers = {}, withinMs }: Answered): Detail[] {
  const { container } = target.server;
  const docker = (...words: string[]): Command => onEngine(target.server.engine, ["docker", ...words]);
  const details: (Detail | false)[] = [
    client !== undefined && {
      says: (address) => `asked by ${address}`,
      expected: client,
      seen: (answer) => headerOf(answer, "X-Lab-Peer") ?? "nobody",
      meaning: "the address is translated in another way than it should be, or by somebody else, or not at all",
      look: ["iptables", "-t", "nat", "-S"],
    },
    localAddress !== undefined && {
      says: (address) => `sent from ${address}`,
      expected: localAddress,
      seen: (answer) => knownByCurl(answer)?.["local"],
      meaning: "the request leaves by another address: another route leads there, or the interface has more addresses",
      look: at(from, ["ip", "route", "show", "table", "all"]),
    },
    remoteAddress !== undefined && {
      says: (address) => `sent to ${address}`,
      expected: remoteAddress,
      seen: (answer) => knownByCurl(answer)?.["remote"],
      meaning: "another address is asked: the name means that one, seen from there",
      look: docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", container),
    },
    ...Object.entries(headers).map(([name, value]): Detail => ({
      says: (seen) => `${name}: ${seen}`,
      expected: value,
      seen: (answer) => headerOf(answer, name) ?? "(not there)",
      meaning: "the server itself answers, and says something else there than it should",
      look: docker("logs", container),
    })),
    withinMs !== undefined && {
      says: (ms) => `in ${ms} ms`,
      expected: `at most ${String(withinMs)}`,
      seen: (answer) => millisecondsOf(knownByCurl(answer)?.["seconds"]),
      holds: (ms) => Number(ms) <= withinMs,
      meaning:
        "the server itself answers, and it takes longer than it should: who is asked first, or what is tried in vain?",
      look: docker("stats", "--no-stream", container),
    },
  ];
  return details.filter((detail) => detail !== false);
}

function asExpected(probe: Answered): string[] {
  return detailsOf(probe).map(({ says, expected }) => says(expected));
}

/** What is otherwise than expected in the answer of the server itself, or undefined where nothing is. */
function judgeAnswer(probe: Answered, answer: Observation): Judgement | undefined {
  for (const { says, expected, seen, holds, meaning, look } of detailsOf(probe)) {
    const value = seen(answer);
    if (value === undefined)
      return error(`HTTP 200 from ${probe.target.server.name}, and curl does not tell more`, OLD_CURL);
    if (holds?.(value) ?? value === expected) continue;
    return fail(`HTTP 200 from ${probe.target.server.name}, ${says(value)}`, meaning, toShell(look));
  }
  return undefined;
}

const OLD_CURL = "--write-out to stderr needs curl 7.63 or newer, where the request is made";

function headerOf(answer: Observation, name: string): string | undefined {
  const [head = ""] = answer.stdout.split("\r\n\r\n");
  const line = head.split("\r\n").find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim();
}

function knownByCurl({ stderr }: Observation): Record<string, string> | undefined {
  return KNOWN_BY_CURL.exec(stderr)?.groups;
}

function millisecondsOf(seconds: string | undefined): string | undefined {
  return seconds === undefined ? undefined : String(Math.round(Number(seconds.replace(",", ".")) * 1000));
}

function judgeFails(probe: Exclude<HttpProbe, { outcome: "answers" }>, findings: Findings): Judgement {
  const [controls, answers] = [findings.of("control"), findings.of("request")];
  if (controls.length === 0 || answers.length === 0) return error("no address to ask");
  const silent = controls.find((control) => !isFrom(control, probe.control));
  if (silent !== undefined) {
    return error(
      `the control does not answer: ${describe(silent)}`,
      `${probe.control.server.name} should answer from ${describeVantage(probe.from)}; while it does not, a failure proves nothing`,
    );
  }
  const broken = answers.find(isCurlBroken);
  if (broken !== undefined) return error(describe(broken), CURL_BROKEN);
  const missing = mustRun(probe) ? absent(probe.target.server, findings) : undefined;
  if (missing !== undefined) return missing;
  const wrong = answers.find((answer) => failureMode(answer) !== probe.outcome);
  if (wrong === undefined) return pass(`${FAILURE_NAME[probe.outcome]}; ${probe.control.server.name} answers`);
  return fail(describe(wrong), otherwise(probe.outcome, wrong), toShell(at(probe.from, ["netstat", "-tulpn"])));
}

/** What it means that a request ended in another way than it should have. */
function otherwise(expected: FailureMode, answer: Observation): string {
  if (answer.exit === 0) return "something answers where nothing should";
  const mode = failureMode(answer);
  const seen = mode === undefined ? "" : ` (${FAILURE_MEANING[mode]})`;
  return `it fails, but not in the expected way${seen}; "${FAILURE_NAME[expected]}" would mean: ${FAILURE_MEANING[expected]}`;
}

export const CURL_BROKEN = "curl itself could not do it, so nothing is known about the network";

/** The first line of the body is `<name> <token>`: only the server itself knows the token. */
export function isFrom(answer: Observation, target: Target): boolean {
  return statusOf(answer) === 200 && bodyOf(answer) === `${target.server.name} ${target.server.token}`;
}

function statusOf(answer: Observation): number | undefined {
  const status = /^HTTP\/[\d.]+ (\d{3})/.exec(answer.stdout)?.[1];
  return answer.exit === 0 && status !== undefined ? Number(status) : undefined;
}

/** What stands behind the headers of an answer by `curl -i`. */
export function bodyOf(answer: Pick<Observation, "stdout">): string {
  const start = answer.stdout.indexOf("\r\n\r\n");
  return start < 0 ? "" : answer.stdout.slice(start + 4).trim();
}

export function describe(answer: Observation): string {
  const url = answer.argv.at(-1) ?? "";
  if (answer.exit === 0) {
    const body = bodyOf(answer).split("\n")[0]?.slice(0, 60) ?? "";
    return `HTTP ${String(statusOf(answer) ?? "?")} from ${JSON.stringify(body)}, ${url}`;
  }
  return `${describeFailure(answer)}, ${url}`;
}

function meaningOf(answer: Observation, target: Target, from: Vantage): string {
  const { name, container } = target.server;
  if (answer.exit === 0) {
    return statusOf(answer) === 200
      ? `somebody else answers in ${name}'s place`
      : `${name}'s address answers, but not as ${name} was told to`;
  }
  const mode = failureMode(answer);
  if (mode === "no-name") {
    return `no resolver knows the name, seen from ${describeVantage(from)}`;
  }
  switch (mode) {
    case "refused":
      return `nothing listens there: is container ${container} running, and on which port does it listen?`;
    case "unreachable":
      return `no way leads there from ${describeVantage(from)}`;
    case "dropped":
      return "the packets are dropped on the way: a firewall rule, or networks that are kept apart";
    case "reset":
      return `docker-proxy accepted the connection, but nothing listens on the port that it leads to inside ${container}`;
    default:
      return answer.exit === 7
        ? "no connection came about"
        : "the connection came about, and broke; the server's log may say why";
  }
}
