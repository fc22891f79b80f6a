import { type Contestant, type Group, measure } from "../../bench/measure";

const silent = (): void => undefined;

/** A clock that only steps move. */
function world(): { now: () => number; log: string[]; step: (name: string, takes: readonly number[]) => Contestant } {
  const log: string[] = [];
  let time = 0;
  const step = (name: string, takes: readonly number[]): Contestant => {
    const left = [...takes];
    const run = async (): Promise<void> => {
      log.push(name);
      time += left.shift() ?? 0;
    };
    return { name, steps: [{ name: "up", run }] };
  };
  return { now: () => time, log, step };
}

const group = (contestants: readonly Contestant[]): Group => ({ name: "g", title: "G", baseline: "a", contestants });

test("contestants take turns, and the first round does not count", async () => {
  const { now, log, step } = world();
  const result = await measure(group([step("a", [900, 10, 30, 20]), step("b", [900, 40, 40, 50])]), 3, silent, now);
  expect(log.join("")).toBe("abbaabba");
  expect(result.rows).toEqual([
    { contestant: "a", step: "up", median: 20, minimum: 10, maximum: 30, ratio: 1 },
    { contestant: "b", step: "up", median: 40, minimum: 40, maximum: 50, ratio: 2 },
  ]);
});

test("who is absent is not run, and the result says why", async () => {
  const { now, log, step } = world();
  const result = await measure(
    group([{ ...step("a", []), absent: "not installed" }, step("b", [1, 2])]),
    1,
    silent,
    now,
  );
  expect(log).toEqual(["b", "b"]);
  expect(result.skipped).toEqual([{ contestant: "a", reason: "not installed" }]);
  expect(result.rows).toEqual([{ contestant: "b", step: "up", median: 2, minimum: 2, maximum: 2 }]);
});

test("who is held against the others is handed on", async () => {
  const { now, step } = world();
  expect(await measure({ ...group([step("a", [])]), subject: "a" }, 1, silent, now)).toMatchObject({ subject: "a" });
});

test("a step that fails ends the run", async () => {
  const failing = { name: "a", steps: [{ name: "up", run: () => Promise.reject(new Error("no answer")) }] };
  await expect(measure(group([failing]), 1, silent)).rejects.toThrow("no answer");
});
