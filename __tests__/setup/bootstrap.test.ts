import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The bootstrap in a clone of its own: real bin/, a program of two lines, and an npm that notes when it is called. */
const checkout = resolve(__dirname, "../..");
let clone = "";

function put(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), content);
  chmodSync(join(clone, path), mode);
}

const lock = (version: string): string =>
  JSON.stringify({
    packages: { "": {}, "node_modules/thing": { version }, "node_modules/else": { version: "1.0.0", optional: true } },
  });

/** What the real one does, as far as the bootstrap looks: the modules first, then its own list of them. */
const npm = `#!/bin/sh
echo called >> calls
sleep 0.3
mkdir -p node_modules
ln -sfn ${join(checkout, "node_modules/esbuild")} node_modules/esbuild
cp package-lock.json node_modules/.package-lock.json
`;

beforeEach(() => {
  clone = realpathSync(mkdtempSync(join(tmpdir(), "lab-clone-")));
  cpSync(join(checkout, "bin"), join(clone, "bin"), { recursive: true });
  put("package-lock.json", lock("1.0.0"));
  put("lib/cli/main.ts", 'console.log("program", process.argv.slice(2).join(" "));\n');
  put("tools/npm", npm, 0o755);
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function lab(environment: Readonly<Record<string, string>> = {}, options: readonly string[] = []): Promise<Ran> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [...options, join(clone, "bin/lab.js"), "up", "host"], {
      cwd: "/",
      env: { PATH: `${join(clone, "tools")}:${process.env["PATH"]}`, ...environment },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => (stdout += String(chunk)));
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    child.on("close", (exit) => done({ exit, stdout, stderr: stderr.replaceAll(clone, "/clone") }));
  });
}

const calls = (): number => readFileSync(join(clone, "calls"), "utf8").trim().split("\n").length;

describe("the bootstrap", () => {
  it("installs, builds and runs in a fresh clone; then only runs", async () => {
    const first = await lab();
    expect(first.stderr).toMatch(
      /^ {2}→ npm ci --include=dev {2}\(in \/clone\)\n {2}✓ node modules {12}installed \(3 packages, \d+ s\)\n$/,
    );
    expect(first).toMatchObject({ exit: 0, stdout: "program up host\n" });
    const built = statSync(join(clone, "dist/lab.js")).mtimeMs;
    expect(await lab()).toEqual({ exit: 0, stdout: "program up host\n", stderr: "" });
    expect(statSync(join(clone, "dist/lab.js")).mtimeMs).toBe(built);
    expect(calls()).toBe(1);
  });

  it("builds again when a source changes, comes or goes", async () => {
    await lab();
    put("lib/cli/main.ts", 'import "./other"; console.log("changed");\n');
    put("lib/cli/other.ts", 'console.log("other");\n');
    expect((await lab()).stdout).toBe("other\nchanged\n");
  });

  it("installs again when package-lock.json names other versions", async () => {
    await lab();
    put("package-lock.json", lock("2.0.0"));
    expect((await lab()).stderr).toContain("npm ci");
    expect((await lab()).stderr).toBe("");
    expect(calls()).toBe(2);
  });

  it("installs once when two start at once", async () => {
    const both = await Promise.all([lab(), lab()]);
    expect(both.map(({ exit, stdout }) => `${exit} ${stdout}`)).toEqual(["0 program up host\n", "0 program up host\n"]);
    expect(calls()).toBe(1);
    expect(both.filter(({ stderr }) => stderr.includes("waiting for another lab (pid "))).toHaveLength(1);
  });

  it("only looks under LAB_SETUP=check", async () => {
    expect(await lab({ LAB_SETUP: "check" })).toEqual({
      exit: 3,
      stdout: "",
      stderr: "the node modules are not installed, and LAB_SETUP=check only looks\n  npm ci --include=dev\n",
    });
    await lab();
    put("package-lock.json", lock("2.0.0"));
    expect((await lab({ LAB_SETUP: "check" })).stderr).toBe(
      "the node modules differ from package-lock.json (1: thing …), and LAB_SETUP=check only looks\n  npm ci --include=dev\n",
    );
    put("package-lock.json", lock("1.0.0"));
    put("lib/cli/main.ts", "// changed\n");
    expect(await lab({ LAB_SETUP: "check" })).toEqual({
      exit: 3,
      stdout: "",
      stderr: "the build is older than its sources, and LAB_SETUP=check only looks\n  node bin/build.js\n",
    });
  });

  it("shows npm's errors when it fails, and the command to type", async () => {
    put("tools/npm", "#!/bin/sh\necho 'npm http fetch'; echo 'npm error network is down' >&2\nexit 1\n", 0o755);
    const ran = await lab();
    expect(ran.exit).toBe(3);
    expect(ran.stderr).toBe(
      "  → npm ci --include=dev  (in /clone)\nnpm ci --include=dev failed (exit 1):\nnpm error network is down\n  npm ci --include=dev\n",
    );
    expect((await lab()).exit).toBe(3);
  });

  it("says where the sources are wrong when they do not build", async () => {
    put("lib/cli/main.ts", 'import "./nothing";\n');
    const ran = await lab();
    expect(ran.exit).toBe(3);
    expect(ran.stderr).toContain(
      'the build failed\nlib/cli/main.ts:1:7: Could not resolve "./nothing"\n  node bin/build.js\n',
    );
  });

  it("refuses a Node that is too old", async () => {
    put("old.js", 'Object.defineProperty(process, "versions", { value: { node: "18.20.0" } });\n');
    const ran = await lab({}, ["-r", join(clone, "old.js")]);
    expect(ran.exit).toBe(3);
    expect(ran.stderr).toBe(
      `Node 18.20.0 (${process.execPath}) is too old: this program needs Node 20.9 or newer\n  https://nodejs.org/en/download\n`,
    );
  });

  it("lets the program's own errors through", async () => {
    await lab();
    put("lib/cli/main.ts", 'throw new Error("of the program");\n');
    const ran = await lab();
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toContain("Error: of the program");
  });
});
