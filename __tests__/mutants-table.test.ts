import { Testing } from "cdktf";
import { checksOf } from "../lib/checks/deployed";
import { createApp } from "../lib/labs";
import { LABS } from "../lib/labs/catalogue";
import { MUTANTS } from "./e2e/mutants";
import type { LabMutants, Saboteur } from "./e2e/mutants/saboteur";
import { gaps, table, unnoticed } from "./e2e/mutants/table";
import { SETTINGS } from "./labs/synthesized";

const { labs } = createApp({}, SETTINGS, Testing.app().outdir);

describe.each(LABS.map(({ id }) => id))("lab %s", (id) => {
  const stack = labs.find(({ lab }) => lab.id === id);
  const checks = stack === undefined ? [] : checksOf(stack.describe()).map((one) => one.id.replace(`${id}/`, ""));
  const mutants = MUTANTS.find(({ lab }) => lab === id);

  test("has saboteurs (__tests__/e2e/mutants), with different names", () => {
    const names = mutants?.saboteurs.map(({ name }) => name) ?? [];
    expect(names).not.toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("has no check that none of them is to turn into a fail", () => {
    expect(mutants === undefined ? checks : unnoticed(mutants, checks)).toEqual([]);
  });

  test("has every check that they name", () => {
    const named = [
      ...(mutants?.saboteurs.flatMap(({ red }) => Object.keys(red)) ?? []),
      ...Object.keys(mutants?.unbreakable ?? {}),
    ];
    expect(named.filter((one) => !checks.includes(one))).toEqual([]);
  });
});

describe("the table", () => {
  const saboteur = (name: string, red: Saboteur["red"]): Saboteur => ({ name, red, sabotage: () => Promise.resolve() });
  const mutants: LabMutants = {
    lab: "x",
    saboteurs: [saboteur("a is stopped", { a: ["fail", /./], b: ["error", /./] })],
    unbreakable: { c: "nothing breaks it" },
  };

  test("of what was seen ends in the kill ratio", () => {
    const seen = [
      { lab: "x", saboteur: "a is stopped", verdicts: { a: "fail", b: "error", c: "pass" } },
      { lab: "x", saboteur: "nothing happens", verdicts: { a: "pass", b: "pass", c: "skip" } },
      { lab: "y", saboteur: "of another lab", verdicts: { d: "fail" } },
    ] as const;
    expect(table(mutants, seen)).toBe(`   1  2
a  F  ·
b  E  ·
c  ·  -  (nothing breaks it)

  1  a is stopped
  2  nothing happens

x: 1 of 2 mutants killed (50 %), 1 of 2 checks seen to fail, 1 that no mutant breaks`);
  });

  test("counts nothing that this engine is not asked, and nobody who breaks that alone", () => {
    const gated: LabMutants = {
      ...mutants,
      saboteurs: [...mutants.saboteurs, saboteur("b is broken", { b: ["fail", /./] })],
    };
    const seen = [
      { lab: "x", saboteur: "a is stopped", verdicts: { a: "fail", b: "skip", c: "pass" } },
      { lab: "x", saboteur: "b is broken", verdicts: { a: "pass", b: "skip", c: "pass" } },
    ] as const;
    expect(table(gated, seen)).toContain(
      "x: 1 of 1 mutants killed (100 %), 1 of 1 checks seen to fail, 1 that no mutant breaks, 1 not asked on this engine",
    );
  });

  test("has no gaps once every saboteur was noticed and every breakable check has failed", () => {
    const broken = { ...mutants, unbreakable: { b: "cannot be measured then", c: "nothing breaks it" } };
    const verdicts = { a: "fail", b: "error", c: "pass", d: "skip" } as const;
    expect(gaps(broken, [{ lab: "x", saboteur: "a is stopped", verdicts }])).toEqual([]);
  });

  test("has a gap for each saboteur that is idle or unnoticed, and each check that is spared or wrongly called unbreakable", () => {
    const two: LabMutants = {
      ...mutants,
      saboteurs: [...mutants.saboteurs, saboteur("c is gone", {}), saboteur("d is gone", {})],
    };
    const seen = [
      { lab: "x", saboteur: "a is stopped", verdicts: { a: "pass", b: "error", c: "fail" } },
      { lab: "x", saboteur: "c is gone", verdicts: { a: "pass", b: "pass", c: "pass" } },
    ] as const;
    expect(gaps(two, seen)).toEqual([
      "nobody saw what becomes of it that d is gone",
      "no check notices that c is gone",
      "a was not seen to fail, and is not said to be unbreakable",
      "b was not seen to fail, and is not said to be unbreakable",
      "c is said to be unbreakable, and fails",
    ]);
  });

  test("misses what was never seen to fail: a check that cannot be measured is not refuted", () => {
    expect(unnoticed(mutants, ["a", "b", "c", "d"])).toEqual(["x/b", "x/d"]);
  });
});
