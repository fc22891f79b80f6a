import { z } from "zod";
import { type Command, toShell, Word } from "../command";
import { FAILURE_MEANING, FAILURE_NAME, FailureMode } from "../curl";
import { error, fail, type Findings, type Judgement, type Observation, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

const Target = z.strictObject({ host: Word, port: z.int().min(1).max(65535) });

const probe = {
  kind: z.literal("udp"),
  from: Vantage,
  target: Target,
  /** The name that is asked for: one that the resolver knows itself, so that it asks nobody else. */
  question: z.string().regex(/^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/, "a name is labels with dots between"),
  /** Four hexadecimal digits that the answer must repeat: what answers has read this very question. */
  token: z.string().regex(/^[0-9a-f]{4}$/, "a token is four hexadecimal digits"),
};

/**
 * Whether something answers by UDP, where there is no connection to see: a question as DNS asks it goes out with a token
 * (its id), and counts as answered when an answer brings the token back with the question. bash sends it, which every
 * Debian and Ubuntu has; its `/dev/udp` connects the socket, so that the kernel tells of a port that is closed (ICMP).
 */
export const UdpProbe = z.discriminatedUnion("outcome", [
  z.strictObject({ ...probe, outcome: z.literal("answers") }),
  /**
   * Fails in this way, while `control` answers the same question from the same vantage. Without a connection, an address
   * that nobody has looks as one whose packets are dropped.
   */
  z.strictObject({ ...probe, outcome: FailureMode.exclude(["reset"]), control: Target }),
]);
export type UdpProbe = z.infer<typeof UdpProbe>;

export const udp: ProbeKind<UdpProbe> = {
  needs: rootFor,
  commands: (probe) => [
    { name: "question", command: ask(probe, probe.target) },
    ...(probe.outcome === "answers" ? [] : [{ name: "control", command: ask(probe, probe.control) }]),
  ],
  expected: ({ token, question, ...probe }) =>
    probe.outcome === "answers"
      ? `UDP port ${String(probe.target.port)} answers a question for ${question}, with its token ${token}`
      : `${FAILURE_NAME[probe.outcome]}, while the control answers a question for ${question}`,
  judge: (probe, findings) =>
    probe.outcome === "answers" ? judgeAnswers(probe, findings) : judgeFails(probe, findings),
};

/**
 * The program is always this one, and what differs comes to it as arguments: nothing of them is interpreted. dd reads one
 * datagram; od prints it, as bash can hold no zeros.
 */
const SEND =
  'exec 3<>"/dev/udp/$1/$2" && printf %b "$3" >&3 && timeout 3 dd bs=1500 count=1 status=none <&3 | od -An -v -tx1';

function ask({ from, question, token }: UdpProbe, { host, port }: z.infer<typeof Target>): Command {
  return at(from, [
    "bash",
    "-o",
    "pipefail",
    "-c",
    SEND,
    "udp",
    host,
    String(port),
    escaped(datagram(token, question)),
  ]);
}

/** A question for a name's IPv4 addresses (RFC 1035, 4.1), in hexadecimal digits. */
function datagram(token: string, name: string): string {
  return `${token}01000001000000000000${questionOf(name)}`;
}

/** For printf %b, with letters and digits as they are, for people. */
function escaped(bytes: string): string {
  return bytes.replace(/../g, (byte) => {
    const character = String.fromCharCode(Number.parseInt(byte, 16));
    return /[A-Za-z0-9.-]/.test(character) ? character : `\\x${byte}`;
  });
}

function questionOf(name: string): string {
  const labels = name.split(".").map((label) => {
    const bytes = Buffer.from(label, "latin1");
    return bytes.length.toString(16).padStart(2, "0") + bytes.toString("hex");
  });
  return `${labels.join("")}0000010001`;
}

/** Twelve bytes of header: the id, flags of which the first says that this is an answer, and four numbers. */
const HEADER = /^([0-9a-f]{4})[89a-f][0-9a-f]{3}[0-9a-f]{16}/;

function isAnswered({ token, question }: UdpProbe, { exit, stdout }: Observation): boolean {
  const answer = stdout.replace(/\s/g, "");
  return exit === 0 && HEADER.exec(answer)?.[1] === token && answer.slice(24).startsWith(questionOf(question));
}

/** How it failed, by the words of bash and dd, or undefined where they could not do it, or something else answered. */
function failureMode({ exit, stderr }: Observation): FailureMode | undefined {
  if (exit === 0) return undefined;
  if (/^dd: .*: Connection refused$/m.test(stderr)) return "refused";
  if (/connect: (?:Network is unreachable|No route to host)$/m.test(stderr)) return "unreachable";
  if (
    /: (?:Name or service not known|Temporary failure in name resolution|No address associated with hostname)$/m.test(
      stderr,
    )
  )
    return "no-name";
  // timeout ended dd, which has nothing to say to that.
  return exit === 124 && stderr === "" ? "dropped" : undefined;
}

function judgeAnswers(probe: UdpProbe, findings: Findings): Judgement {
  const answers = findings.of("question");
  if (answers.length === 0) return error("no address to ask");
  const without = answers.find((answer) => !isAnswered(probe, answer));
  if (without === undefined) return pass(`answered by UDP, with the token ${probe.token}`);
  const mode = failureMode(without);
  if (mode === undefined && without.exit !== 0) return error(describe(without), BROKEN);
  return fail(describe(without), mode === undefined ? OTHER : FAILURE_MEANING[mode], sockets(probe));
}

function judgeFails(probe: Exclude<UdpProbe, { outcome: "answers" }>, findings: Findings): Judgement {
  const [controls, answers] = [findings.of("control"), findings.of("question")];
  if (controls.length === 0 || answers.length === 0) return error("no address to ask");
  const silent = controls.find((control) => !isAnswered(probe, control));
  if (silent !== undefined) {
    return error(
      `the control does not answer: ${describe(silent)}`,
      `it should, seen from ${describeVantage(probe.from)}; while it does not, a failure proves nothing`,
    );
  }
  const broken = answers.find((answer) => answer.exit !== 0 && failureMode(answer) === undefined);
  if (broken !== undefined) return error(describe(broken), BROKEN);
  const wrong = answers.find((answer) => failureMode(answer) !== probe.outcome);
  if (wrong === undefined) return pass(`${FAILURE_NAME[probe.outcome]}; the control answers`);
  return fail(
    describe(wrong),
    wrong.exit === 0
      ? "something answers where nothing should"
      : `it fails, but not in the expected way; "${FAILURE_NAME[probe.outcome]}" would mean: ${FAILURE_MEANING[probe.outcome]}`,
    sockets(probe),
  );
}

const BROKEN = "bash itself could not ask, so nothing is known about the network";
const OTHER = "what answers does not know the question: it is another service, or no resolver";

function sockets({ from }: UdpProbe): string {
  return toShell(at(from, ["netstat", "-uln"]));
}

function describe(answer: Observation): string {
  const [host = "", port = ""] = answer.argv.slice(-3);
  const where = `udp ${host}:${port}`;
  if (answer.exit === 0) return `an answer of ${String(answer.stdout.split(/\s+/).length - 2)} bytes, ${where}`;
  const mode = failureMode(answer);
  const said = answer.stderr.trim().split("\n").at(-1) || `exit ${String(answer.exit)}`;
  return `${mode === undefined ? said.slice(0, 200) : FAILURE_NAME[mode]}, ${where}`;
}
