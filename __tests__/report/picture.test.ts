import { svgOf } from "../../lib/report/picture";

const GRAPH = 'graph "lab x" { one [label="web :80"]; one -- two }';

test("a graph is drawn as SVG that a page can show, and each time the same", async () => {
  const drawn = await svgOf(GRAPH);
  expect(drawn).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(drawn).toContain("web :80");
  expect(drawn).not.toMatch(/<!|<\?|version/i);
  expect(await svgOf(GRAPH)).toBe(drawn);
});

test("what is no graph is told in Graphviz's words", async () => {
  await expect(svgOf("graph {")).rejects.toThrow(/syntax error/);
});
