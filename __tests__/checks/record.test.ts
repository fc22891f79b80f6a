import { readFileSync } from "fs";
import { recordSchema } from "../../scripts/record-schema";
import { CheckRecord, count, exitCodeOf, type Verdict } from "../../lib/checks/record";
import { BASE } from "../report/records";

function records(...verdicts: Verdict[]): CheckRecord[] {
  return verdicts.map((verdict) => ({ ...BASE, verdict }));
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

test("strictly, what was skipped counts as not measured", () => {
  expect(exitCodeOf(records("pass", "skip"), true)).toBe(2);
  expect(exitCodeOf(records("pass", "skip", "fail"), true)).toBe(1);
  expect(exitCodeOf(records("pass"), true)).toBe(0);
});

test("counts by verdict", () => {
  expect(count(records("pass", "fail", "pass", "skip", "error", "pass"))).toEqual({
    pass: 3,
    fail: 1,
    skip: 1,
    error: 1,
  });
});

test("its JSON Schema is kept as it is (npm run schema)", () => {
  const kept: unknown = JSON.parse(readFileSync("docs/schema/check-record.schema.json", "utf8"));
  expect(kept).toEqual(JSON.parse(JSON.stringify(recordSchema())));
});

test("a record with a key that nobody knows is none", () => {
  expect(CheckRecord.safeParse(BASE).success).toBe(true);
  expect(CheckRecord.safeParse({ ...BASE, mood: "good" }).success).toBe(false);
});
