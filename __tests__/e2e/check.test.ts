import { spawn } from "child_process";
import { existsSync, readFileSync } from "fs";
import { resolve } from "path";
import { setTimeout } from "timers/promises";
import type { CheckRecord, Verdict } from "../../lib/checks/record";
import { APART, docker, type Ran, run, TestProject } from "./project";
import { type Snapshot, settled, snapshot } from "./surroundings";

const FILE = resolve("__tests__/e2e/labs-of-tests/gated.ts");
const WEB = "labtest-gated-web";
const ADDRESS = "10.213.83.2";

const project = new TestProject();
let before: Snapshot;

beforeAll(async () => {
  before = await snapshot();
  const up = await project.lab(["up", FILE]);
  if (up.exit !== 0) throw new Error(up.said);
});
afterAll(async () => {
  await project.remove();
  expect(await settled(before)).toEqual(before);
});

type Doing = (work: () => Promise<void>) => Promise<void>;
const asItIs: Doing = (work) => work();
/** The server does not run meanwhile. */
const stopped: Doing = async (work) => {
  await docker("stop", "--time", "1", WEB);
  await work().finally(() => docker("start", WEB));
};
/** The server's kernel accepts connections meanwhile, and nobody answers. */
const paused: Doing = async (work) => {
  await docker("pause", WEB);
  await work().finally(() => docker("unpause", WEB));
};

/** The exit codes of the program, each as a person comes to it. */
test.each<[number, string, readonly string[], Doing, Readonly<Record<string, string>>]>([
  [0, "all pass", ["check", "--only", "quick"], asItIs, {}],
  [0, "nothing fails, and something is skipped", ["check"], asItIs, {}],
  [2, "something is skipped, strictly", ["check", "--strict"], asItIs, {}],
  [2, "all is skipped, strictly", ["check", "--strict", "--only", "*/some-day"], asItIs, {}],
  [2, "something cannot be measured", ["check", "--only", "namespace", "--no-wait"], stopped, {}],
  [1, "something fails, and something else cannot be measured", ["check", "--no-wait"], stopped, {}],
  [2, "the time is over", ["check", "--time-limit", "1"], paused, {}],
  [3, "no engine answers", ["check"], asItIs, { DOCKER_HOST: "unix:///nonexistent/docker.sock" }],
  [0, "the list of all checks", ["checks"], asItIs, {}],
  [0, "one check as a lesson", ["explain", "host/web/owner"], asItIs, {}],
  [0, "a lab's commands as a script", ["commands", "bridge"], asItIs, {}],
  [0, "the ledger of claims, also without an engine", ["claims"], asItIs, { DOCKER_HOST: "unix:///nonexistent" }],
  [64, "checks of a lab that does not exist", ["checks", "brigde"], asItIs, {}],
  [64, "a check that does not exist", ["explain", "host/web/ownr"], asItIs, {}],
  [64, "commands of a lab that does not exist", ["commands", "brigde"], asItIs, {}],
  [64, "a ledger of one lab, which there is not", ["claims", "bridge"], asItIs, {}],
  [64, "a lab that does not exist", ["check", "brigde"], asItIs, {}],
  [64, "checks that do not exist", ["check", "--only", "nothing"], asItIs, {}],
  [64, "no failure to look at again", ["check", "--failed", "--only", "*/some-day"], asItIs, {}],
  [64, "an option that does not exist", ["check", "--fast"], asItIs, {}],
  [64, "a bad value", ["check", "--time-limit", "soon"], asItIs, {}],
  [64, "two wishes at once", ["check", "-q", "-v"], asItIs, {}],
  [64, "a report of no known form", ["check", "--report", "xml:report.xml"], asItIs, {}],
])("exit code %d: %s", async (code, _name, args, doing, environment) => {
  await doing(async () => {
    const { exit, said } = await project.lab(args, environment);
    expect(said).not.toMatch(/^ {4}at /m);
    expect([exit, said]).toEqual([code, said]);
  });
});

test("reports in several forms at once, each whole, and one on the standard output", async () => {
  const { stdout, stderr, exit } = await project.lab(["check", "--report", "junit:r.xml,tap:r/r.tap", "--json"]);
  const records = JSON.parse(stdout) as CheckRecord[];
  expect(records.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["gated/web/answers", "pass"],
    ["gated/web/own-namespace", "pass"],
    ["gated/web/some-day", "skip"],
  ]);
  expect(stderr).toMatch(/2 passed, 0 failed, 1 skipped \(only since Engine 99; this is .*\) — engine \d+/);
  expect(readFileSync(project.path("r.xml"), "utf8")).toMatch(/<\/testsuites>\n$/);
  expect(readFileSync(project.path("r/r.tap"), "utf8")).toContain("ok 3 - gated/web/some-day");
  expect(exit).toBe(0);
});

test("quietly, normally, and with all there is to say", async () => {
  const said = async (...args: string[]): Promise<string> => (await project.lab(["check", ...args])).stdout;
  expect((await said("-q")).trim().split("\n")).toHaveLength(1);
  expect(await said()).toMatch(/✓ gated\/web\/answers .*HTTP 200 from web/);
  expect(await said("-v")).toMatch(/PASS {2}gated\/web\/answers[^]*see it {4}curl/);
});

/** Starts `lab …`, and presses Ctrl-C when `ready` says so. */
async function interrupted(args: readonly string[], ready: (said: string) => Promise<boolean>): Promise<Ran> {
  const environment = { ...process.env, ...APART };
  const child = spawn(process.execPath, ["bin/lab.js", ...args], { cwd: project.folder, env: environment });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number>((settle) => child.on("close", (exit) => settle(exit ?? -1)));
  const deadline = Date.now() + 60_000;
  while (!(await ready(stdout)) && child.exitCode === null && Date.now() < deadline) await setTimeout(50);
  child.kill("SIGINT");
  return { exit: await ended, stdout, stderr, said: stdout + stderr };
}

test("exit code 130: Ctrl-C in the middle of a run; the reports are written, and what was not over is no pass", async () => {
  await paused(async () => {
    const asked = async (): Promise<boolean> =>
      (await run(["ss", "-Htn", "state", "established", "dst", ADDRESS], "/")).stdout !== "";
    const { exit, said } = await interrupted(["check", "--report", "json:i.json", "--report", "tap:i.tap"], asked);
    expect([exit, said]).toEqual([130, said]);
    const records = JSON.parse(readFileSync(project.path("i.json"), "utf8")) as CheckRecord[];
    const verdicts = Object.fromEntries(records.map(({ id, verdict }): [string, Verdict] => [id, verdict]));
    expect(verdicts).toMatchObject({ "gated/web/answers": "error", "gated/web/some-day": "skip" });
    expect(records[0]).toMatchObject({ actual: "interrupted" });
    expect(records).toHaveLength(3);
    expect(readFileSync(project.path("i.tap"), "utf8")).toContain("1..3");
  });
});

test("watched, the checks are run again and again, until Ctrl-C", async () => {
  const thrice = async (said: string): Promise<boolean> => said.split("2 passed, 0 failed").length > 3;
  const args = ["check", "--watch", "--interval", "0.1", "--quiet", "--report", "junit:w.xml"];
  const { exit, stdout, stderr } = await interrupted(args, thrice);
  expect([exit, stderr]).toEqual([130, ""]);
  expect(stdout.match(/^\d\d:\d\d:\d\d$/gm)?.length).toBeGreaterThanOrEqual(3);
  expect(stdout).not.toContain("interrupted");
  expect(existsSync(project.path("w.xml"))).toBe(true);
  expect((await project.lab(["check", "--watch", "--json"])).exit).toBe(64);
});

test("what failed is looked at again by --failed", async () => {
  await stopped(async () => {
    expect((await project.lab(["check", "--no-wait"])).exit).toBe(1);
  });
  const { stdout, exit } = await project.lab(["check", "--failed", "--json"]);
  expect((JSON.parse(stdout) as CheckRecord[]).map(({ id }) => id)).toEqual([
    "gated/web/answers",
    "gated/web/own-namespace",
  ]);
  expect(exit).toBe(0);
});
