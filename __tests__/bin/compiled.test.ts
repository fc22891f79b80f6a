import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const compiled = resolve(__dirname, "../../bin/compiled.js");
let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "lab-compiled-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = (): string => join(folder, "program.js");
const cache = (): string => `${program()}.compiled`;
const says = (word: string): string =>
  `const { basename } = require("path");\nconst said = () => "${word}";\nconsole.log(said(), basename(__filename));\n`;

function run(mayKeep = true): string {
  const script = `require(${JSON.stringify(compiled)}).run(${JSON.stringify(program())}, ${String(mayKeep)})`;
  return execFileSync(process.execPath, ["-e", script], { encoding: "utf8" });
}

describe("a program of dist/", () => {
  it("leaves what was compiled of it beside it, and is run by that", () => {
    writeFileSync(program(), says("one"));
    expect(run()).toBe("one program.js\n");
    const { mtimeMs } = statSync(cache());
    expect(run()).toBe("one program.js\n");
    expect(statSync(cache()).mtimeMs).toBe(mtimeMs);
  });

  it("is the new one after a build, were it as long as the old one", () => {
    writeFileSync(program(), says("one"));
    run();
    writeFileSync(program(), says("two"));
    utimesSync(program(), 1, 1);
    expect(run()).toBe("two program.js\n");
    expect(run()).toBe("two program.js\n");
  });

  it("runs where what was kept is broken, and keeps it anew", () => {
    writeFileSync(program(), says("one"));
    run();
    const whole = readFileSync(cache());
    writeFileSync(cache(), whole.subarray(0, whole.length / 2));
    expect(run()).toBe("one program.js\n");
    expect(readFileSync(cache()).length).toBeGreaterThan(whole.length / 2);
  });

  it("leaves nothing where nothing may be written", () => {
    writeFileSync(program(), says("one"));
    expect(run(false)).toBe("one program.js\n");
    expect(existsSync(cache())).toBe(false);
  });
});
