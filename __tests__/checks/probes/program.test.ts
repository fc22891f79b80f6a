import { toShell } from "../../../lib/checks/command";
import { changes, commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import { ProgramProbe } from "../../../lib/checks/probes/program";
import { findings, type Output } from "../findings";

const from = { kind: "container", container: "lab-x-web" } as const;
const succeeds: ProgramProbe = {
  ...{ kind: "program", from, outcome: "succeeds", words: "uid=0" },
  argv: ["id"],
};
const fails: ProgramProbe = {
  ...{ kind: "program", from, outcome: "fails", words: "Operation not permitted", changes: true },
  argv: ["ip", "link", "add", "x", "type", "veth"],
  control: ["ip", "link", "show", "lo"],
};
const DENIED: Output = { exit: 2, stderr: "RTNETLINK answers: Operation not permitted\n" };

test("runs what a person can, and says what it expects", () => {
  expect(commandsOf(fails).map(({ command }) => toShell(command))).toEqual([
    "docker exec lab-x-web ip link add x type veth",
    "docker exec lab-x-web ip link show lo",
  ]);
  expect([succeeds, fails].map(expectedOf)).toEqual([
    "id succeeds: uid=0",
    "ip link add x type veth fails: Operation not permitted",
  ]);
  expect([changes(succeeds), changes(fails)]).toEqual([false, true]);
});

test("passes where it ends as expected", () => {
  expect(judge(succeeds, findings({ run: { stdout: "uid=0(root)\n" } }))).toEqual({
    verdict: "pass",
    actual: "exit 0: uid=0(root)",
  });
  expect(judge(fails, findings({ run: DENIED, control: { stdout: "1: lo\n" } }))).toEqual({
    verdict: "pass",
    actual: "exit 2: RTNETLINK answers: Operation not permitted",
  });
});

test.each<[ProgramProbe, Output, string]>([
  [succeeds, { stdout: "uid=101(nginx)\n" }, "it ends in another way"],
  [succeeds, { exit: 1, stdout: "uid=0\n" }, "it ends in another way"],
  [fails, {}, "it could do what it must not be able to do"],
  [fails, { exit: 2, stderr: "RTNETLINK answers: File exists\n" }, "it ends in another way"],
])("fails where it ends otherwise", (probe, run, meaning) => {
  expect(judge(probe, findings({ run, control: {} }))).toMatchObject({ verdict: "fail", meaning });
});

test("is no verdict without the control", () => {
  expect(judge(fails, findings({ run: DENIED, control: DENIED }))).toMatchObject({
    verdict: "error",
    actual: "the control fails too: ip link show lo: exit 2: RTNETLINK answers: Operation not permitted",
  });
  expect(ProgramProbe.safeParse({ ...fails, control: undefined }).success).toBe(false);
  expect(ProgramProbe.safeParse({ ...succeeds, words: "" }).success).toBe(false);
});
