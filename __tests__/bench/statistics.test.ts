import { inRound, summarize } from "../../bench/statistics";

test("the median of an odd and of an even number of times, whatever their order", () => {
  expect(summarize([30, 10, 20])).toEqual({ median: 20, minimum: 10, maximum: 30 });
  expect(summarize([40, 10, 30, 20])).toEqual({ median: 25, minimum: 10, maximum: 40 });
  expect(summarize([100, 9])).toEqual({ median: 54.5, minimum: 9, maximum: 100 });
  expect(() => summarize([])).toThrow("no times");
});

test("everybody comes first in turn", () => {
  const orders = [0, 1, 2, 3].map((round) => inRound(["a", "b", "c"], round).join(""));
  expect(orders).toEqual(["abc", "bca", "cab", "abc"]);
  expect(inRound([], 1)).toEqual([]);
});
