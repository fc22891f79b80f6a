import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { quoted, typed } from "../../lib/engine/shell";

/** The arguments that a shell makes of a line. */
function shellArguments(line: string): string[] {
  const output = execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  return output.split("\0").slice(0, -1);
}

test.each([
  ["http://127.0.0.1:80/", "http://127.0.0.1:80/"],
  ["", "''"],
  ["a b", "'a b'"],
  ["it's", "'it'\\''s'"],
  ["'", "''\\'''"],
  ["$(id)", "'$(id)'"],
  ["a\nb", "'a\nb'"],
  // A home folder, for a shell.
  ["~", "'~'"],
  ["~root/x", "'~root/x'"],
  ["é", "'é'"],
])("%j is typed as %s", (text, expected) => {
  expect(quoted(text)).toBe(expected);
  expect(shellArguments(expected)).toEqual([text]);
});

test("a command line is its words", () => {
  expect(typed(["apt-get", "install", "-y", "a b"])).toBe("apt-get install -y 'a b'");
});

test("a shell gives the same arguments back, whatever is in them", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.stringMatching(/^[ '"\\$`(){}[\]*?~!#&|;<>\n\r\t=:%-]{0,12}$/),
    fc.constantFrom("-n", "--", "~", "a=~", "'\\''", "$'a'", "${HOME}", "a\\", "!!", "#"),
  );
  // An argument can hold anything but NUL.
  const argument = text.map((one) => one.replaceAll("\0", ""));
  fc.assert(
    fc.property(fc.array(argument, { minLength: 1, maxLength: 12 }), (argv) => {
      expect(shellArguments(typed(argv))).toEqual(argv);
    }),
    { numRuns: 100 },
  );
});
