import { spawnSync, type SpawnSyncReturns } from "child_process";
import { readFileSync, writeFileSync } from "fs";
import { join } from "path";
import fc from "fast-check";
import { type Format, FORMATS } from "../../lib/report/formats";
import { wholeReport } from "../../lib/report/text";
import { BASE, FAILED, RUN } from "./records";

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The renderers' whole output lies in files, to be read as what people and programs get. UPDATE_GOLDEN=1 writes them. */
function golden(name: string, text: string): void {
  const file = join(__dirname, "golden", name);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
}

test.each<[Format, string]>([
  ["text", "records.txt"],
  ["json", "records.json"],
  ["junit", "records.xml"],
  ["tap", "records.tap"],
  ["markdown", "records.md"],
])("%s, of a run with every verdict and two labs", (format, file) => {
  golden(file, FORMATS[format](RUN));
});

test.each(["quiet", "verbose"] as const)("text, %s", (verbosity) => {
  golden(`records-${verbosity}.txt`, `${wholeReport(RUN, undefined, verbosity)}\n`);
});

describe("JUnit, as the schemas of Ant and of Jenkins both allow it", () => {
  const valid = async (xml: string): Promise<readonly { message: string }[]> => {
    const schema = readFileSync(join(__dirname, "junit.xsd"), "utf8");
    const { validateXML } = (await import("xmllint-wasm")).default ?? (await import("xmllint-wasm"));
    return (await validateXML({ xml: { fileName: "report.xml", contents: xml }, schema })).errors;
  };
  // Own clones of the project may not have it yet: npm install brings it.
  const withValidator = isInstalled("xmllint-wasm") ? test : test.skip;

  withValidator("is valid", async () => {
    for (const records of [[], [BASE], RUN, [{ ...FAILED, actual: "\u001b[31m<]]>&\u0000" }]]) {
      expect(await valid(FORMATS.junit(records))).toEqual([]);
    }
  });

  withValidator("and the validator does find faults", async () => {
    const [fault] = await valid(FORMATS.junit(RUN).replace('id="0"', ""));
    expect(fault?.message).toContain("'id' is required");
  });
});

test("JUnit holds whatever a server says, in well-formed XML", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (said) => {
      const xml = FORMATS.junit([{ ...FAILED, actual: said }]);
      expect(xml).toMatch(/^[\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
      // Between the tags nothing is left that would begin a tag or an entity of its own.
      const texts = xml.replace(/<\/?[a-z-]+(?: [a-z]+="[^"<]*")*\/?>|<\?xml [^>]*\?>/g, "");
      expect(texts).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot);)/);
    }),
  );
});

test("TAP: nothing that a check is called begins a directive, and no check is said to be skipped as a whole", () => {
  expect(FORMATS.tap([{ ...BASE, what: "port #80 # TODO\nline" }])).toContain("port \\#80 \\# TODO line\n");
  expect(FORMATS.tap([])).toContain("1..0 # SKIP");
});

/** Perl's own reader of TAP, on most machines; before 3.48 it knows no version but 13. */
const READ_TAP = `use TAP::Parser; my $p = TAP::Parser->new({ tap => do { local $/; <STDIN> } });
while ($p->next) {} print join(",", $p->plan, map { scalar @$_ } [$p->passed], [$p->failed], [$p->skipped], [$p->parse_errors])`;
const readTap = (text: string): SpawnSyncReturns<string> =>
  spawnSync("perl", ["-e", READ_TAP], { input: text.replace("version 14", "version 13"), encoding: "utf8" });
const withPerl = readTap("1..0\n").status === 0 ? test : test.skip;

withPerl("TAP: another program reads it so, and finds no fault", () => {
  const run = FORMATS.tap([...RUN, { ...BASE, what: "port #80 # TODO\nline" }]);
  expect(readTap(run).stdout).toBe("1..6,4,2,1,0");
  expect(readTap(run.replace("1..6", "1..7")).stdout).toBe("1..7,4,2,1,1");
});

test("Markdown: what a server says breaks neither table nor fence", () => {
  const text = FORMATS.markdown([{ ...FAILED, actual: "a | b\n``` <img>" }]);
  expect(text).toContain("| a \\| b \\`\\`\\` \\<img> |");
  expect(text.match(/^```/gm)).toHaveLength(2);
});

test("JSON: the records as they are", () => {
  expect(JSON.parse(FORMATS.json(RUN))).toEqual(RUN);
});

test("what a server says paints over nothing", () => {
  const said = "\u001b[2J\u001b]0;title\u0007a\u009b31mb\rc\u0008";
  for (const format of ["text", "junit", "markdown"] as const) {
    const text = FORMATS[format]([{ ...FAILED, actual: said, meaning: said }]);
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    expect(text).toContain("a31mbc");
  }
});
