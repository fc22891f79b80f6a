import { readFileSync } from "fs";
import { LABS } from "../lib/labs/catalogue";
import { checkTables, pictures } from "../scripts/lab-pages";

/** Cells without the padding that the formatter gives them. */
function rows(markdown: string): string[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\| *-/.test(line))
    .map((line) => line.replace(/ +\|/g, " |").replace(/\| +/g, "| ").trim());
}

const drawn = pictures();

describe.each(LABS.map(({ id }) => id))("the page of lab %s", (id) => {
  test("tells every check as it is (npm run docs)", () => {
    const page = readFileSync(`docs/labs/${id}.md`, "utf8");
    expect(rows(page)).toEqual(expect.arrayContaining(rows(checkTables()[id] ?? "")));
  });

  test("shows its picture as it is drawn now (npm run docs)", async () => {
    const page = readFileSync(`docs/labs/${id}.md`, "utf8");
    expect(page).toContain(`](pictures/${id}.svg)`);
    expect(readFileSync(`docs/labs/pictures/${id}.svg`, "utf8")).toBe((await drawn)[id]);
  });
});

test("the README shows the example as it is (npm run docs)", () => {
  expect(readFileSync("README.md", "utf8")).toContain(readFileSync("examples/two-servers.ts", "utf8"));
});
