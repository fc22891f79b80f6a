/**
 * `npm test`: everything that shows whether the project is sound, in one command, from a fresh clone. Brings what is
 * missing (as `npm start` does), then type check, lint, format, unit tests and tests on the real engine; ends with one
 * closing line. An engine that this run had to start is ended again. An argument chooses test files: `npm test -- snapshot`.
 * Breaking the labs takes longer than all other tests together, and mostly waits: so it is done in lanes (bin/lane.js) beside
 * the tests on the machine's own engine, where there can be lanes (LAB_TEST_LANES, one for each processor; 0: none). What
 * needs no engine is done beside them, too.
 * On a slow machine, labs whose mutants would begin later than LAB_TEST_MINUTES (55) after the start are skipped, and named.
 */
"use strict";
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { openLanes } = require("./lane");

const project = path.resolve(__dirname, "..");
const enginePid = path.join(project, ".lab/dockerd.pid");
const tool = (name) => path.join(project, "node_modules/.bin", name);

const options = { cwd: project, stdio: ["ignore", "inherit", "inherit"] };

function run(argv) {
  const [program, ...args] = argv;
  return spawnSync(program, args, options).status === 0;
}

function read(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function say(text, file) {
  if (file === undefined) console.log(text);
  else fs.writeSync(file, `${text}\n`);
}

/**
 * Runs a program to its end; whether it went well.
 * @param lane where it runs @default here
 * @param file where what it says goes @default where what this program says goes
 */
function execute(argv, { lane, file, env = process.env }) {
  const [program, ...args] = lane === undefined ? argv : lane.inside(argv);
  const stdio = file === undefined ? options.stdio : ["ignore", file, file];
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...options, stdio, env });
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  });
}

/** One step that is passed or failed as a whole. It needs no engine, and so no lane. */
async function step(name, argv, { file }) {
  say(`\n> ${name}`, file);
  const well = await execute(argv, { file });
  return { passed: well ? 1 : 0, failed: well ? 0 : 1, skipped: 0 };
}

/**
 * jest counts for itself; a run that never got as far as counting is one failure.
 * @param place as that of {@link execute}
 */
async function jest(name, args, { environment = {}, lane, file } = {}) {
  say(`\n> ${name}`, file);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-test-"));
  const countsFile = path.join(folder, "counts.json");
  try {
    const argv = [tool("jest"), "--json", "--outputFile", countsFile, ...args];
    const env = { ...process.env, FORCE_COLOR: "0", ...environment };
    const well = await execute(argv, { lane, file, env });
    const counts = JSON.parse(read(countsFile) || "null");
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

/** What needs no engine runs anywhere, beside anything. */
function plain(...runs) {
  return runs.map((run) => ({ here: false, run }));
}

const steps = plain(
  (place) => step("type check", [tool("tsc"), "--noEmit"], place),
  (place) => step("lint", [tool("eslint"), "."], place),
  (place) => step("format", [tool("prettier"), "--check", "."], place),
);

/** What runs on an engine, in the order in which it is told of: the files that are about this machine, and the labs' mutants. */
function engineJobs(began, minutes) {
  const here = {
    // Set-up, an engine that is started anew, ordinary users: those are about this machine.
    here: true,
    run: (place) => jest("tests on the real engine", [...onEngine, "--testPathIgnorePatterns", "e2e/mutants"], place),
  };
  const mutants = labs().map((lab) => ({
    here: false,
    run: (place) => {
      if (Date.now() - began < minutes * 60_000) {
        const environment = { LAB_MUTANTS: lab };
        return jest(`mutants of lab ${lab}`, [...onEngine, "--testPathPatterns", "e2e/mutants"], {
          ...place,
          environment,
        });
      }
      const again = `LAB_MUTANTS=${lab} npm run mutants`;
      say(`\n> mutants of lab ${lab}: skipped, ${minutes} minutes are over; ${again}`, place.file);
      return { passed: 0, failed: 0, skipped: 1 };
    },
  }));
  return [here, ...mutants];
}

/**
 * Runs jobs on this machine and in lanes, each as it gets free, and prints what they say in the order of the jobs. What can
 * be done here alone is begun at once, where there are lanes for the others.
 */
async function inLanes(jobs, lanes) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-said-"));
  const said = (index) => path.join(folder, String(index));
  const waiting = jobs.map((job, index) => ({ ...job, index }));
  const results = [];
  let printed = 0;
  const work = async (lane) => {
    for (;;) {
      const here = lane === undefined && lanes.length > 0 ? waiting.find((one) => one.here) : undefined;
      const job = here ?? waiting.find((one) => lane === undefined || !one.here);
      if (job === undefined) return;
      waiting.splice(waiting.indexOf(job), 1);
      // Whose turn it is, is heard at once.
      const file = job.index === printed ? undefined : fs.openSync(said(job.index), "w");
      try {
        results[job.index] = await job.run({ lane, file });
      } finally {
        if (file !== undefined) fs.closeSync(file);
      }
      for (; results[printed] !== undefined; printed++) process.stdout.write(read(said(printed)));
    }
  };
  try {
    await Promise.all([undefined, ...lanes].map(work));
    return results;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Each lane is one more engine; where there can be none, everything is done on this machine's, one after the other. */
async function lanesFor(count) {
  if (count === 0) return [];
  try {
    return await openLanes(count);
  } catch (problem) {
    say(`\nno lanes beside this machine's engine: ${problem.message}`);
    return [];
  }
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

/** A number from the environment. @throws Error where it is none of its form */
function numberFrom(name, form, unit, without, whatThen) {
  const given = process.env[name] || String(without);
  if (form.test(given)) return Number(given);
  throw new Error(`${name}: "${given}" is no number of ${unit}; without it ${whatThen}`);
}

/** What the environment says of the run. @throws Error where that means nothing */
function settings() {
  const one = "there is one for each processor";
  return {
    /** How long after the start mutants may begin. */
    minutes: numberFrom("LAB_TEST_MINUTES", /^\d+(\.\d+)?$/, "minutes", 55, "the tests take: 55"),
    count: numberFrom("LAB_TEST_LANES", /^\d+$/, "lanes", os.availableParallelism(), one),
  };
}

async function main(args) {
  const began = Date.now();
  let minutes, count;
  try {
    ({ minutes, count } = settings());
  } catch (problem) {
    console.error(problem.message);
    return 64;
  }
  const before = read(enginePid);
  // Where only the image of throw-away hosts cannot be had, the tests of their labs are skipped, with that as the reason.
  if (!setUp("overlay") && !setUp()) {
    console.log("\n0 passed, 1 failed");
    return 1;
  }
  const pattern = args.length === 0 ? [] : ["--testPathPatterns", ...args];
  const without = ["--selectProjects", "unit", "cdktn", "--passWithNoTests", ...pattern];
  const unit = plain(({ file }) => jest("unit tests", without, { file }));
  const chosen = { here: true, run: (place) => jest("tests on the real engine", [...onEngine, ...pattern], place) };
  const withEngine = args.length === 0 ? engineJobs(began, minutes) : [chosen];
  const lanes = args.length === 0 ? await lanesFor(count) : [];
  let results;
  try {
    results = await inLanes([...steps, ...unit, ...withEngine], lanes);
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
  const ran = results.slice(steps.length).some(({ passed, failed }) => passed + failed > 0);
  if (read(enginePid) !== before) run([process.execPath, "bin/lab.js", "setup", "--stop-engine"]);
  if (!ran) results.push({ passed: 0, failed: 1, skipped: 0 });
  const sum = (what) => results.reduce((total, result) => total + result[what], 0);
  console.log(`\nin ${Math.round((Date.now() - began) / 60_000)} minutes`);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  return sum("failed") === 0 ? 0 : 1;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
