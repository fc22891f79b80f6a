import type { Check } from "../../lib/checks/check";
import { selected } from "../../lib/checks/select";
import { refused } from "../topology/refused";

const check = (id: string, ...claims: string[]): Check => ({
  id,
  what: "it holds",
  why: "because",
  claims,
  probe: { kind: "inspect", container: "c", expectation: "nothing-published" },
});
const CHECKS = [
  check("host/web/answers", "A4", "A11"),
  check("host/web/owner", "A13"),
  check("bridge/web-1/answers", "B8"),
];
const ids = (pattern: string): string[] => selected(CHECKS, pattern).map(({ id }) => id);

test("a pattern means ids, with * for anything", () => {
  expect(ids("host/web/owner")).toEqual(["host/web/owner"]);
  expect(ids("host/*")).toEqual(["host/web/answers", "host/web/owner"]);
  expect(ids("*answers")).toEqual(["host/web/answers", "bridge/web-1/answers"]);
});

test("a pattern means a claim, in either case", () => {
  expect(ids("A4")).toEqual(["host/web/answers"]);
  expect(ids("b8")).toEqual(["bridge/web-1/answers"]);
});

test("nothing else in a pattern has a meaning", () => {
  expect(refused(() => selected(CHECKS, "host.web.owner"))).toContain("means no check");
  expect(refused(() => selected(CHECKS, "answers"))).toBe(
    '--only: "answers" means no check of these labs; ids are like: host/web/answers, host/web/owner, bridge/web-1/answers',
  );
});
