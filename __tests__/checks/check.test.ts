import { Check, ClaimId } from "../../lib/checks/check";
import { FACTS } from "../../lib/checks/facts";
import { DeployedLab } from "../../lib/checks/deployed";
import { BRIDGE_LAB } from "./worlds";

const CHECK = {
  id: "host/web/no-address",
  what: "web has no address",
  why: "because",
  claims: ["A2"],
  probe: { kind: "inspect", container: "lab-host-web", expectation: "nothing-published" },
};

test("there are fifteen claims of one article, and twenty-two of the other", () => {
  const all = ["A", "B", "C"].flatMap((letter) => Array.from({ length: 100 }, (_, n) => `${letter}${String(n)}`));
  const claims = all.filter((id) => ClaimId.safeParse(id).success);
  expect(claims).toHaveLength(15 + 22);
  expect([claims[0], claims[14], claims[15], claims.at(-1)]).toEqual(["A1", "A15", "B1", "B22"]);
});

test("a check is what it is, and nothing more", () => {
  expect(Check.parse(CHECK)).toEqual(CHECK);
  expect(Check.safeParse({ ...CHECK, retries: 3 }).success).toBe(false);
  expect(Check.safeParse({ ...CHECK, probe: { ...CHECK.probe, timeout: 3 } }).success).toBe(false);
  expect(Check.safeParse({ ...CHECK, probe: { kind: "ping" } }).success).toBe(false);
  expect(Check.safeParse({ ...CHECK, probe: undefined }).success).toBe(false);
});

test("a deployed lab comes back from its own JSON", () => {
  const lab = { ...BRIDGE_LAB, checks: [CHECK] };
  expect(DeployedLab.parse(JSON.parse(JSON.stringify(lab)))).toEqual(lab);
});

test("the same check id twice is no lab", () => {
  const result = DeployedLab.safeParse({ ...BRIDGE_LAB, checks: [CHECK, CHECK] });
  expect(result.error?.issues[0]?.message).toBe("check ids are unique");
});

test("facts are those of the catalogue, needs and tags are what they are; anything else does not load", () => {
  const more = { facts: ["H8", "U7"], needs: ["root", { since: "28" }], tags: ["quick"] };
  expect(Check.parse({ ...CHECK, ...more })).toEqual({ ...CHECK, ...more });
  for (const bad of [
    { facts: ["H99"] },
    { facts: ["toString"] },
    { needs: ["luck"] },
    { tags: ["A4"] },
    { fact: "H8" },
  ]) {
    expect(Check.safeParse({ ...CHECK, ...bad }).success).toBe(false);
  }
});

test("a check that expects nothing does not load", () => {
  const probe = { kind: "inspect", container: "lab-host-web" };
  expect(Check.safeParse({ ...CHECK, probe }).success).toBe(false);
});

test("the catalogue has a sentence for each fact", () => {
  expect(Object.keys(FACTS).length).toBeGreaterThanOrEqual(120);
  for (const [id, sentence] of Object.entries(FACTS))
    expect(`${id} ${sentence}`).toMatch(/^[BCHIMNOPU]\d+ [a-z- ]+: .{8,}/);
});
