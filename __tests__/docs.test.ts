import { readFileSync } from "fs";
import { LABS } from "../lib/labs/catalogue";
import { checkTables } from "../scripts/lab-pages";

/** Cells without the padding that the formatter gives them. */
function rows(markdown: string): string[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\| *-/.test(line))
    .map((line) => line.replace(/ +\|/g, " |").replace(/\| +/g, "| ").trim());
}

describe.each(LABS.map(({ id }) => id))("the page of lab %s", (id) => {
  test("tells every check as it is (npm run docs)", () => {
    const page = readFileSync(`docs/labs/${id}.md`, "utf8");
    expect(rows(page)).toEqual(expect.arrayContaining(rows(checkTables()[id] ?? "")));
  });
});

test("the README shows the example as it is (npm run docs)", () => {
  expect(readFileSync("README.md", "utf8")).toContain(readFileSync("examples/two-servers.ts", "utf8"));
});
