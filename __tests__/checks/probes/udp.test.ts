import { toShell } from "../../../lib/checks/command";
import { FAILURE_NAME } from "../../../lib/checks/curl";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import { UdpProbe } from "../../../lib/checks/probes/udp";
import { HOST } from "../../../lib/checks/vantage";
import { findings, type Output } from "../findings";

const asked = {
  ...{ kind: "udp" as const, from: HOST, target: { host: "10.77.0.2", port: 53 } },
  ...{ question: "web.lan", token: "1234" },
};
const control = { host: "127.0.0.11", port: 53 };
const WAYS = ["refused", "dropped", "unreachable", "no-name"] as const;
const answers: UdpProbe = { ...asked, outcome: "answers" };
const probe = (outcome: (typeof WAYS)[number]): UdpProbe => ({ ...asked, outcome, control });

/** Recorded with bash 5.2 and coreutils 9.1, the answer from Engine 20.10's resolver. */
const ARGV = ["bash", "10.77.0.2", "53", "\\x12"];
const ANSWER = {
  argv: ARGV,
  stdout: ` 12 34 81 80 00 01 00 01 00 00 00 00 03 77 65 62
 03 6c 61 6e 00 00 01 00 01 03 77 65 62 03 6c 61
 6e 00 00 01 00 01 00 00 02 58 00 04 0a 4d 00 02
`,
};
const said = (exit: number, stderr: string): Output => ({ argv: ARGV, exit, stderr });
const FAILED = {
  refused: said(1, "dd: error reading 'standard input': Connection refused\n"),
  dropped: said(124, ""),
  unreachable: said(
    1,
    "udp: connect: Network is unreachable\nudp: line 1: /dev/udp/203.0.113.1/53: Network is unreachable\n",
  ),
  "no-name": said(
    1,
    "udp: line 1: nobody: Temporary failure in name resolution\nudp: line 1: /dev/udp/nobody/53: Invalid argument\n",
  ),
};

test("asks as a person can, with the words as arguments, and says what it expects", () => {
  const program = `'exec 3<>"/dev/udp/$1/$2" && printf %b "$3" >&3 && timeout 3 dd bs=1500 count=1 status=none <&3 | od -An -v -tx1'`;
  const datagram = String.raw`\x124\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03web\x03lan\x00\x00\x01\x00\x01`;
  expect(commandsOf(probe("refused")).map(({ command }) => toShell(command))).toEqual([
    `bash -o pipefail -c ${program} udp 10.77.0.2 53 '${datagram}'`,
    `bash -o pipefail -c ${program} udp 127.0.0.11 53 '${datagram}'`,
  ]);
  expect([answers, probe("refused")].map(expectedOf)).toEqual([
    "UDP port 53 answers a question for web.lan, with its token 1234",
    "connection refused, while the control answers a question for web.lan",
  ]);
});

test("is answered by what repeats token and question, found or not", () => {
  for (const stdout of [ANSWER.stdout, ANSWER.stdout.replace("81 80", "81 83")]) {
    expect(judge(answers, findings({ question: { ...ANSWER, stdout } }))).toEqual({
      verdict: "pass",
      actual: "answered by UDP, with the token 1234",
    });
  }
});

test.each([
  ["another token", ANSWER.stdout.replace("12 34", "12 35")],
  ["another question", ANSWER.stdout.replace("77 65 62", "77 65 63")],
  ["the question itself, as an echo brings it back", ANSWER.stdout.replace("81 80", "01 00")],
  ["nothing", ""],
])("is not answered by %s", (_what, stdout) => {
  const question = { ...ANSWER, stdout };
  expect(judge(answers, findings({ question }))).toMatchObject({
    verdict: "fail",
    meaning: "what answers does not know the question: it is another service, or no resolver",
  });
  expect(judge(probe("refused"), findings({ question: FAILED.refused, control: question }))).toMatchObject({
    verdict: "error",
  });
});

test.each(WAYS)("%s is no answer, and passes only where it is expected", (way) => {
  expect(judge(answers, findings({ question: FAILED[way] }))).toMatchObject({
    verdict: "fail",
    actual: `${FAILURE_NAME[way]}, udp 10.77.0.2:53`,
    lookAt: ["netstat -uln"],
  });
  for (const expected of WAYS) {
    expect(judge(probe(expected), findings({ question: FAILED[way], control: ANSWER }))).toMatchObject(
      expected === way ? { verdict: "pass", actual: `${FAILURE_NAME[way]}; the control answers` } : { verdict: "fail" },
    );
  }
});

test("something that answers where nothing should is a failure", () => {
  expect(judge(probe("refused"), findings({ question: ANSWER, control: ANSWER }))).toMatchObject({
    verdict: "fail",
    actual: "an answer of 48 bytes, udp 10.77.0.2:53",
    meaning: "something answers where nothing should",
  });
});

test("is no verdict where bash could not ask, or the control does not answer", () => {
  for (const question of [said(127, "timeout: failed to run command 'dd'"), said(139, ""), said(124, "nonsense")]) {
    expect(judge(answers, findings({ question }))).toMatchObject({ verdict: "error" });
    expect(judge(probe("refused"), findings({ question, control: ANSWER }))).toMatchObject({ verdict: "error" });
  }
  expect(judge(probe("refused"), findings({ question: FAILED.refused, control: FAILED.refused }))).toMatchObject({
    verdict: "error",
    actual: "the control does not answer: connection refused, udp 10.77.0.2:53",
  });
  expect(judge(answers, findings({}))).toMatchObject({ verdict: "error" });
  expect(UdpProbe.safeParse({ ...probe("refused"), control: undefined }).success).toBe(false);
});
