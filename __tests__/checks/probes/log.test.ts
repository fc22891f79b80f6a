import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import type { LogProbe } from "../../../lib/checks/probes/log";
import { findings } from "../findings";

const probe: LogProbe = { kind: "log", container: "lab-x-web", contains: "10.77.0.1 - -" };
const LINE = '10.77.0.1 - - [21/Nov/2026:13:30:21 +0000] "GET / HTTP/1.1" 200 15';

test("asks the engine as a person can, and says what it expects", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual(["docker logs --tail 1000 lab-x-web"]);
  expect(expectedOf(probe)).toBe("lab-x-web has said: 10.77.0.1 - -");
});

test("passes with the words on either stream", () => {
  expect(judge(probe, findings({ logs: { stdout: `start\n${LINE}\n` } }))).toEqual({ verdict: "pass", actual: LINE });
  expect(judge(probe, findings({ logs: { stderr: `${LINE}\n` } }))).toEqual({ verdict: "pass", actual: LINE });
});

test("fails without them, and tells the last words", () => {
  expect(judge(probe, findings({ logs: { stdout: "start\nstop\n" } }))).toMatchObject({
    verdict: "fail",
    actual: "2 lines, the last: stop",
  });
  expect(judge(probe, findings({ logs: {} }))).toMatchObject({ verdict: "fail", actual: "0 lines, the last: none" });
});

test("is no verdict where the engine does not tell", () => {
  expect(judge(probe, findings({ logs: { exit: 1, stderr: "no logs\n" } }))).toMatchObject({ verdict: "error" });
});
