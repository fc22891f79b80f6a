import { exited, type ExitedProbe } from "../../../lib/checks/probes/exited";
import { toShell } from "../../../lib/checks/command";
import { findings } from "../findings";

const LOST: ExitedProbe = { kind: "exited", container: "lab-x-web2", code: 1, saying: "Address already in use" };
const KILLED: ExitedProbe = { kind: "exited", container: "lab-x-web1", code: 137 };

const state = (Status: string, ExitCode: number): { stdout: string } => ({
  stdout: JSON.stringify([{ State: { Status, ExitCode } }]),
});
const LOG = {
  stderr:
    "2026/11/21 13:00:00 [emerg] 1#1: bind() to 0.0.0.0:8088 failed (98: Address already in use)\n2026/11/21 13:00:02 [emerg] 1#1: still could not bind()\n",
};

test("asks for the exit code, and for the log since the last start only", () => {
  expect(exited.commands(LOST).map(({ command }) => toShell(command))).toEqual([
    "docker inspect --type container lab-x-web2",
    `docker logs --since "$(docker inspect -f '{{.State.StartedAt}}' lab-x-web2)" lab-x-web2`,
  ]);
  expect(exited.commands(KILLED)).toHaveLength(1);
  expect(exited.expected(LOST)).toBe('lab-x-web2 has exited with code 1, saying "Address already in use"');
});

test("passes with code and words, and cites the line", () => {
  expect(exited.judge(LOST, findings({ inspect: state("exited", 1), log: LOG }))).toEqual({
    verdict: "pass",
    actual: "exit code 1: [emerg] 1#1: bind() to 0.0.0.0:8088 failed (98: Address already in use)",
  });
  expect(exited.judge(KILLED, findings({ inspect: state("exited", 137) })).verdict).toBe("pass");
});

test.each([
  ["it still runs", state("running", 0), LOG, /lab-x-web2 is running/],
  ["it was never started", state("created", 0), LOG, /is created/],
  ["another code", state("exited", 137), LOG, /exit code 137/],
  ["other words", state("exited", 1), { stderr: "[emerg] unknown directive" }, /without saying/],
])("fails: %s", (_name, inspect, log, actual) => {
  const judgement = exited.judge(LOST, findings({ inspect, log }));
  expect(judgement.verdict).toBe("fail");
  expect(judgement.actual).toMatch(actual);
});

test("is an error where docker cannot tell", () => {
  const down = { exit: 1, stderr: "error during connect" };
  expect(exited.judge(LOST, findings({ inspect: down, log: LOG })).verdict).toBe("error");
  expect(exited.judge(LOST, findings({ inspect: state("exited", 1), log: down })).verdict).toBe("error");
  expect(exited.judge(KILLED, findings({ inspect: { stdout: "[]" } })).verdict).toBe("error");
});
