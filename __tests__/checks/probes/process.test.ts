import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import type { ProcessProbe } from "../../../lib/checks/probes/process";
import { findings } from "../findings";

const container = "lab-x-web-2";
const running: ProcessProbe = { kind: "process", container, state: "running" };
const exited: ProcessProbe = { kind: "process", container, state: "exited", exit: 1, words: "Address already in use" };
const killed: ProcessProbe = { kind: "process", container, state: "exited", exit: 137 };
const notStarted: ProcessProbe = {
  kind: "process",
  container,
  state: "not-started",
  words: "port is already allocated",
};

const state = (Status: string, ExitCode: number, problem = "") => ({
  stdout: JSON.stringify([{ Id: "a", State: { Status, ExitCode, Error: problem, Pid: 0 }, Name: `/${container}` }]),
});
const EMERGENCY = "2026/11/21 nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n";
const REFUSED =
  "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated";
const judged = (probe: ProcessProbe, inspect: object, stderr = "") =>
  judge(probe, findings({ inspect, logs: { stderr } }));

test("asks the engine as a person can, and says what it expects", () => {
  expect([running, notStarted].map((one) => commandsOf(one).map(({ command }) => toShell(command)))).toEqual(
    Array.from({ length: 2 }, () => ["docker inspect lab-x-web-2", "docker logs --tail 20 lab-x-web-2"]),
  );
  expect([running, exited, killed, notStarted].map(expectedOf)).toEqual([
    "lab-x-web-2 runs",
    "lab-x-web-2 has ended with exit code 1, saying: Address already in use",
    "lab-x-web-2 has ended with exit code 137",
    "lab-x-web-2 could not be started: port is already allocated",
  ]);
});

test("asks what has ended for its words since its last start: those of an earlier life prove nothing", () => {
  for (const probe of [exited, killed]) {
    expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual([
      "docker inspect lab-x-web-2",
      `docker logs --since "$(docker inspect -f '{{.State.StartedAt}}' lab-x-web-2)" lab-x-web-2`,
    ]);
  }
});

test("passes where it is as expected", () => {
  expect(judged(running, state("running", 0))).toEqual({ verdict: "pass", actual: "lab-x-web-2 runs" });
  expect(judged(killed, state("exited", 137), "")).toMatchObject({ verdict: "pass" });
  expect(judged(exited, state("exited", 1), `${EMERGENCY}nginx: [emerg] still could not bind()\n`)).toEqual({
    verdict: "pass",
    actual: `lab-x-web-2 is exited with exit code 1; it said: ${EMERGENCY.trim()}`,
  });
  expect(judged(notStarted, state("created", 128, REFUSED))).toMatchObject({ verdict: "pass" });
});

test.each<[ProcessProbe, object, string, string]>([
  [running, state("exited", 1), EMERGENCY, "its process has ended, or was never started: nobody answers there"],
  [running, state("created", 128, REFUSED), "", "its process has ended, or was never started: nobody answers there"],
  [exited, state("running", 0), "", "it should have ended by itself"],
  [exited, state("exited", 137), EMERGENCY, "it ended in another way"],
  [killed, state("exited", 0), "", "it ended in another way"],
  [killed, state("created", 137), "", "it should have ended by itself"],
  [exited, state("exited", 1), "no such file\n", "it ended for another reason"],
  [notStarted, state("running", 0), "", "the engine should have refused to start it"],
  [notStarted, state("created", 0), "", "the engine should have refused to start it"],
])("fails where it is not", (probe, inspect, stderr, meaning) => {
  expect(judged(probe, inspect, stderr)).toMatchObject({ verdict: "fail", meaning });
});

test.each([running, exited, killed, notStarted])("is no verdict where the engine does not tell", (probe) => {
  expect(judged(probe, { stdout: "[]" })).toMatchObject({ verdict: "error" });
  expect(judged(probe, { exit: 1, stderr: "timeout\n" })).toMatchObject({ verdict: "error" });
  const silent = { inspect: state("exited", 1), logs: { exit: 1, stderr: "configured logging driver does not\n" } };
  expect(judge(probe, findings(silent))).toMatchObject({ verdict: "error" });
});
