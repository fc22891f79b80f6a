/**
 * `npm test`: everything that shows whether the project is sound, in one command, from a fresh clone. Brings what is
 * missing (as `npm start` does), then type check, lint, format, unit tests and tests on the real engine; ends with one
 * closing line. An engine that this run had to start is ended again. An argument chooses test files: `npm test -- snapshot`.
 * On a slow machine, labs whose mutants would begin later than LAB_TEST_MINUTES (55) after the start are skipped, and named.
 */
"use strict";
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const project = path.resolve(__dirname, "..");
const enginePid = path.join(project, ".lab/dockerd.pid");
const tool = (name) => path.join(project, "node_modules/.bin", name);

function run(argv, environment = {}) {
  const [program, ...args] = argv;
  const options = { cwd: project, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...environment } };
  return spawnSync(program, args, options).status === 0;
}

function read(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** One step that is passed or failed as a whole. */
function step(name, argv) {
  console.log(`\n> ${name}`);
  return run(argv) ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** jest counts for itself; a run that never got as far as counting is one failure. */
function jest(name, args, environment = {}) {
  console.log(`\n> ${name}`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-test-"));
  const file = path.join(folder, "counts.json");
  try {
    const well = run([tool("jest"), "--json", "--outputFile", file, ...args], { FORCE_COLOR: "0", ...environment });
    const counts = JSON.parse(read(file) || "null");
    if (counts === null) return { passed: 0, failed: 1, skipped: 0 };
    // A test file that does not even load has no tests to fail.
    const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites;
    return {
      passed: counts.numPassedTests,
      failed: failed === 0 && !well ? 1 : failed,
      skipped: counts.numPendingTests + counts.numTodoTests,
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Breaking the labs takes longer than all other tests together: a lab at a time, as long as there is time. */
function mutants(began, minutes) {
  return labs().map((lab) => {
    if (Date.now() - began < minutes * 60_000) {
      return jest(`mutants of lab ${lab}`, [...onEngine, "--testPathPatterns", "e2e/mutants"], { LAB_MUTANTS: lab });
    }
    console.log(`\n> mutants of lab ${lab}: skipped, ${minutes} minutes are over; LAB_MUTANTS=${lab} npm run mutants`);
    return { passed: 0, failed: 0, skipped: 1 };
  });
}

function setUp(...labs) {
  return run([process.execPath, "bin/lab.js", "setup", ...labs]);
}

function labs() {
  const { stdout } = spawnSync(process.execPath, ["bin/lab.js", "list", "--json"], { cwd: project, encoding: "utf8" });
  return JSON.parse(stdout).map(({ id }) => id);
}

// One file at a time: they share the engine, and compare what there is on it before and after.
const onEngine = ["--selectProjects", "e2e", "--runInBand", "--passWithNoTests"];

/** How long after the start mutants may begin; undefined for what is no number. */
function minutesFrom(text) {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function main(args) {
  const began = Date.now();
  const given = process.env.LAB_TEST_MINUTES || "55";
  const minutes = minutesFrom(given);
  if (minutes === undefined) {
    console.error(`LAB_TEST_MINUTES: "${given}" is no number of minutes; without it the tests take: 55`);
    return 64;
  }
  const before = read(enginePid);
  const pattern = args.length === 0 ? [] : ["--testPathPatterns", ...args];
  // Where only the image of throw-away hosts cannot be had, the tests of their labs are skipped, with that as the reason.
  if (!setUp("overlay") && !setUp()) {
    console.log("\n0 passed, 1 failed");
    return 1;
  }
  const steps = [
    step("type check", [tool("tsc"), "--noEmit"]),
    step("lint", [tool("eslint"), "."]),
    step("format", [tool("prettier"), "--check", "."]),
  ];
  const tests = [
    jest("unit tests", ["--selectProjects", "unit", "cdktn", "--passWithNoTests", ...pattern]),
    ...(args.length > 0
      ? [jest("tests on the real engine", [...onEngine, ...pattern])]
      : [
          jest("tests on the real engine", [...onEngine, "--testPathIgnorePatterns", "e2e/mutants"]),
          ...mutants(began, minutes),
        ]),
  ];
  const ran = tests.some(({ passed, failed }) => passed + failed > 0);
  const results = [...steps, ...tests, { passed: 0, failed: ran ? 0 : 1, skipped: 0 }];
  if (read(enginePid) !== before) run([process.execPath, "bin/lab.js", "setup", "--stop-engine"]);
  const sum = (what) => results.reduce((total, result) => total + result[what], 0);
  console.log(`\nin ${Math.round((Date.now() - began) / 60_000)} minutes`);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  return sum("failed") === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
