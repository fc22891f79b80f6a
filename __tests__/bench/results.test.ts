import { compared, comparisons, filled, type GroupResult, markdownOf, textOf } from "../../bench/results";

const rows = [
  { contestant: "by hand", step: "up", median: 250, minimum: 200, maximum: 300 },
  { contestant: "by hand", step: "check", median: 40, minimum: 30, maximum: 50 },
  { contestant: "lab", step: "up", median: 1000, minimum: 900, maximum: 1100 },
  { contestant: "lab", step: "up again", median: 500, minimum: 400, maximum: 600 },
];
const group: GroupResult = {
  name: "host",
  title: "One nginx",
  baseline: "by hand",
  rows: compared(rows, "by hand"),
  skipped: [{ contestant: "docker compose", reason: "it is not installed" }],
};

test("each step is compared with the same step of the baseline", () => {
  expect(group.rows.map(({ ratio }) => ratio)).toEqual([1, 1, 4, undefined]);
});

test("as text", () => {
  expect(textOf(group)).toBe(`One nginx
                     median    min    max  × by hand
  by hand  up          0.25   0.20   0.30       1.00
  by hand  check      0.040  0.030  0.050       1.00
  lab      up          1.00   0.90   1.10       4.00
  lab      up again    0.50   0.40   0.60
  docker compose: skipped, it is not installed`);
});

test("as Markdown, with what it was measured on", () => {
  const machine = { processors: 2, versions: { node: "20.9.0", docker: "20.10.24" } };
  expect(markdownOf({ schema: "bench/1", rounds: 7, machine, groups: [group] })).toBe(
    `| One nginx | step | median | min | max | × by hand |
| --- | --- | --: | --: | --: | --: |
| by hand | up | 0.25 | 0.20 | 0.30 | 1.00 |
| by hand | check | 0.040 | 0.030 | 0.050 | 1.00 |
| lab | up | 1.00 | 0.90 | 1.10 | 4.00 |
| lab | up again | 0.50 | 0.40 | 0.60 |  |
| docker compose | skipped: it is not installed | | | | |

Seconds; medians of 7 alternating rounds in one run. 2 processors, node 20.9.0, docker 20.10.24.`,
  );
});

test("one contestant is held against each of the others, where they have the same step", () => {
  const third = { contestant: "plain HCL", step: "up", median: 800, minimum: 700, maximum: 900 };
  const held = { ...group, rows: compared([...rows, third], "by hand"), subject: "lab" };
  expect(comparisons(held)).toEqual(["lab up: 4.00 × by hand; 1.25 × plain HCL"]);
  expect(textOf(held)).toMatch(/\n {2}lab up: 4\.00 × by hand; 1\.25 × plain HCL$/);
  expect(comparisons(group)).toEqual([]);
});

test("a page is filled between its markers, again and again", () => {
  const page = "before\n\n<!-- bench -->\n\nold\n\n<!-- bench end -->\n\nafter\n";
  const once = filled(page, "new");
  expect(once).toBe("before\n\n<!-- bench -->\n\nnew\n\n<!-- bench end -->\n\nafter\n");
  expect(filled(once, "new")).toBe(once);
  expect(() => filled("no markers", "new")).toThrow("<!-- bench -->");
});
