import { toShell } from "../../../lib/checks/command";
import { FAILURE_NAME } from "../../../lib/checks/curl";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import { TcpProbe } from "../../../lib/checks/probes/tcp";
import { HOST } from "../../../lib/checks/vantage";
import { findings, type Output } from "../findings";

const target = { host: "10.77.0.2", port: 81 };
const control = { host: "10.77.0.2", port: 80 };
const connects: TcpProbe = { kind: "tcp", from: HOST, target, outcome: "connects" };
const WAYS = ["refused", "dropped", "unreachable", "no-name"] as const;
const probe = (outcome: (typeof WAYS)[number]): TcpProbe => ({ kind: "tcp", from: HOST, target, outcome, control });

/** Recorded with curl 7.88. */
const URL = "http://10.77.0.2:81/";
const curl = (exit: number, stderr: string): Output => ({ argv: ["curl", URL], exit, stderr });
const CONNECTED = "* Connected to 10.77.0.2 (10.77.0.2) port 81 (#0)\n";
const FAILED = {
  refused: curl(7, "* connect to 10.77.0.2 port 81 failed: Connection refused\ncurl: (7) Failed to connect"),
  dropped: curl(28, "*   Trying 10.77.0.2:81...\ncurl: (28) Connection timed out after 4001 milliseconds"),
  unreachable: curl(7, "* Immediate connect fail for 10.77.0.2: Network is unreachable\ncurl: (7) Failed to connect"),
  "no-name": curl(6, "curl: (6) Could not resolve host: web"),
};
const ANSWERED = curl(0, CONNECTED);
const RESET = curl(56, `${CONNECTED}curl: (56) Recv failure: Connection reset by peer`);
const MUTE = curl(28, `${CONNECTED}curl: (28) Operation timed out after 4001 milliseconds with 0 bytes received`);

test("runs curl as a person can, and says what it expects", () => {
  expect(commandsOf(probe("refused")).map(({ command }) => toShell(command))).toEqual([
    "curl -4 -sSv --noproxy '*' --max-time 4 http://10.77.0.2:81/",
    "curl -4 -sSv --noproxy '*' --max-time 4 http://10.77.0.2:80/",
  ]);
  expect([connects, probe("refused")].map(expectedOf)).toEqual([
    "a TCP connection to port 81",
    "connection refused, while port 80 accepts connections",
  ]);
});

test.each([ANSWERED, RESET, MUTE])("is connected, whatever comes after that", (connection) => {
  expect(judge(connects, findings({ connection }))).toEqual({ verdict: "pass", actual: "connected to port 81" });
  expect(judge(probe("refused"), findings({ connection, control: ANSWERED }))).toMatchObject({
    verdict: "fail",
    meaning: "something accepts connections where nothing should",
  });
});

test.each(WAYS)("%s is no connection, and passes only where it is expected", (way) => {
  expect(judge(connects, findings({ connection: FAILED[way] }))).toMatchObject({ verdict: "fail" });
  for (const expected of WAYS) {
    expect(judge(probe(expected), findings({ connection: FAILED[way], control: ANSWERED }))).toMatchObject(
      expected === way ? { verdict: "pass", actual: `${FAILURE_NAME[way]}; port 80 accepts` } : { verdict: "fail" },
    );
  }
});

test("is no verdict where curl is broken, or the control does not accept", () => {
  const broken = [curl(2, "curl: (2) Failed initialization"), curl(139, ""), curl(0, "")];
  for (const connection of broken) {
    expect(judge(connects, findings({ connection }))).toMatchObject({ verdict: "error" });
    expect(judge(probe("refused"), findings({ connection, control: ANSWERED }))).toMatchObject({ verdict: "error" });
    expect(judge(probe("refused"), findings({ connection: FAILED.refused, control: connection }))).toMatchObject({
      verdict: "error",
    });
  }
  expect(judge(probe("refused"), findings({ connection: FAILED.refused, control: FAILED.refused }))).toMatchObject({
    verdict: "error",
  });
  expect(judge(connects, findings({}))).toMatchObject({ verdict: "error" });
  expect(TcpProbe.safeParse({ ...probe("refused"), control: undefined }).success).toBe(false);
});

test("is no verdict where the server does not run, unless it is said to have ended", () => {
  const server = { name: "one", container: "lab-x-one" };
  const refused: TcpProbe = { ...probe("refused"), target: { ...target, server } };
  const judged = (one: TcpProbe, stdout: string) =>
    judge(one, findings({ connection: FAILED.refused, control: ANSWERED, state: { stdout } })).verdict;
  expect(commandsOf(refused).map(({ name }) => name)).toEqual(["connection", "control", "state"]);
  expect([judged(refused, "running\n"), judged(refused, "exited\n")]).toEqual(["pass", "error"]);
  expect(judged({ ...refused, ended: true } as TcpProbe, "exited\n")).toBe("pass");
});
