import { type Check, tagsOf } from "../../lib/checks/check";
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

test("a pattern means a tag: the lab, the server, the kind of probe, the vantage, what was given", () => {
  expect(ids("host")).toEqual(["host/web/answers", "host/web/owner"]);
  expect(ids("from-host")).toHaveLength(3);
  expect(ids("web")).toEqual(["host/web/answers", "host/web/owner"]);
  expect(ids("web-1")).toEqual(["bridge/web-1/answers"]);
  expect(ids("inspect")).toHaveLength(3);
  const slow = { ...check("host/slow", "A1"), tags: ["slow"] };
  expect(selected([...CHECKS, slow], "slow")).toEqual([slow]);
});

test("what must not work is tagged negative", () => {
  const target = { host: "127.0.0.1", port: 80, server: { name: "web", token: "t", container: "c" } };
  const probe = { kind: "http", from: { kind: "namespace", container: "c" }, target, control: target } as const;
  const refused = { ...check("host/web/closed"), probe: { ...probe, outcome: "refused" } as const };
  expect(tagsOf(refused)).toEqual(["host", "web", "http", "from-namespace", "negative"]);
  expect(selected([...CHECKS, refused], "negative")).toEqual([refused]);
});

test("several with commas, in the order of declaration, each once", () => {
  expect(ids("bridge/*, A4,*owner").join()).toBe(ids("*").join());
});

test("each part must mean something", () => {
  expect(refused(() => selected(CHECKS, "A4,A15"))).toContain('"A15" means no check');
  expect(refused(() => selected(CHECKS, ""))).toContain('"" means no check');
});

test("nothing else in a pattern has a meaning", () => {
  expect(refused(() => selected(CHECKS, "host.web.owner"))).toContain("means no check");
  expect(refused(() => selected(CHECKS, "answers"))).toBe(
    '--only: "answers" means no check of these labs; tags are host, web, inspect, from-host, bridge, web-1; ids are like: host/web/answers, host/web/owner, bridge/web-1/answers',
  );
});
