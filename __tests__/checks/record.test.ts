import { type CheckRecord, count, exitCodeOf, type Verdict } from "../../lib/checks/record";

function records(...verdicts: Verdict[]): CheckRecord[] {
  return verdicts.map((verdict, n) => ({
    schema: "check-record/1",
    id: `x/${String(n)}`,
    lab: "x",
    what: "it holds",
    claims: [],
    verdict,
    expected: "this",
    actual: "that",
    seeIt: [],
    lookAt: [],
    attempts: 1,
    durationMs: 1,
    evidence: [],
  }));
}

test.each<[Verdict[], 0 | 1 | 2]>([
  [[], 0],
  [["pass", "pass"], 0],
  [["pass", "skip"], 0],
  [["pass", "fail", "pass"], 1],
  [["pass", "error"], 2],
  [["error", "skip", "fail"], 1],
])("%j ends with %d", (verdicts, code) => {
  expect(exitCodeOf(records(...verdicts))).toBe(code);
});

test("counts by verdict", () => {
  expect(count(records("pass", "fail", "pass", "skip", "error", "pass"))).toEqual({
    pass: 3,
    fail: 1,
    skip: 1,
    error: 1,
  });
});
