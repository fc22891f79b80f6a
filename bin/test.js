/**
 * `npm test`: everything that shows whether the project is sound, in one command, from a fresh clone. Brings what is
 * missing (as `npm start` does), then type check, lint, format, unit tests and tests on the real engine; ends with one
 * closing line. An engine that this run had to start is ended again. An argument chooses test files: `npm test -- snapshot`.
 * Breaking the labs takes longer than all other tests together, and mostly waits: so it is done in lanes (bin/lane.js) beside
 * the tests on the machine's own engine, where there can be lanes (LAB_TEST_LANES, one for each processor; 0: none).
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

/** One step that is passed or failed as a whole. */
function step(name, argv) {
  say(`\n> ${name}`);
  return run(argv) ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/**
 * jest counts for itself; a run that never got as far as counting is one failure.
 * @param lane where it runs @default here
 * @param file where what it says goes @default where what this program says goes
 */
async function jest(name, args, { environment = {}, lane, file } = {}) {
  say(`\n> ${name}`, file);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-test-"));
  const countsFile = path.join(folder, "counts.json");
  try {
    const argv = [tool("jest"), "--json", "--outputFile", countsFile, ...args];
    const [program, ...rest] = lane === undefined ? argv : lane.inside(argv);
    const env = { ...process.env, FORCE_COLOR: "0", ...environment };
    const stdio = file === undefined ? options.stdio : ["ignore", file, file];
    const well = await new Promise((resolve) => {
      const child = spawn(program, rest, { ...options, stdio, env });
      child.on("error", () => resolve(false));
      child.on("exit", (code) => resolve(code === 0));
    });
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

/** Runs jobs on this machine and in lanes, each as it gets free, and prints what they say in the order of the jobs. */
async function inLanes(jobs, lanes) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-said-"));
  const waiting = jobs.map((job, index) => ({ ...job, index, said: path.join(folder, String(index)) }));
  const results = [];
  let printed = 0;
  const work = async (lane) => {
    for (;;) {
      const next = waiting.findIndex(({ here }) => lane === undefined || !here);
      if (next < 0) return;
      const [job] = waiting.splice(next, 1);
      // Whose turn it is, is heard at once.
      const file = job.index === printed ? undefined : fs.openSync(job.said, "w");
      try {
        results[job.index] = await job.run({ lane, file });
      } finally {
        if (file !== undefined) fs.closeSync(file);
      }
      for (; results[printed] !== undefined; printed++) process.stdout.write(read(path.join(folder, String(printed))));
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

/** How long after the start mutants may begin; undefined for what is no number. */
function minutesFrom(text) {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** How many lanes; undefined for what is no number. */
function lanesFrom(text) {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

async function main(args) {
  const began = Date.now();
  const given = process.env.LAB_TEST_MINUTES || "55";
  const minutes = minutesFrom(given);
  if (minutes === undefined) {
    console.error(`LAB_TEST_MINUTES: "${given}" is no number of minutes; without it the tests take: 55`);
    return 64;
  }
  const wanted = process.env.LAB_TEST_LANES || String(os.availableParallelism());
  const count = lanesFrom(wanted);
  if (count === undefined) {
    console.error(`LAB_TEST_LANES: "${wanted}" is no number of lanes; without it there is one for each processor`);
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
  const unit = await jest("unit tests", ["--selectProjects", "unit", "cdktn", "--passWithNoTests", ...pattern]);
  const tests = [unit];
  if (args.length > 0) tests.push(await jest("tests on the real engine", [...onEngine, ...pattern]));
  else {
    const lanes = await lanesFor(count);
    try {
      tests.push(...(await inLanes(engineJobs(began, minutes), lanes)));
    } finally {
      await Promise.all(lanes.map((lane) => lane.close()));
    }
  }
  const ran = tests.some(({ passed, failed }) => passed + failed > 0);
  const results = [...steps, ...tests, { passed: 0, failed: ran ? 0 : 1, skipped: 0 }];
  if (read(enginePid) !== before) run([process.execPath, "bin/lab.js", "setup", "--stop-engine"]);
  const sum = (what) => results.reduce((total, result) => total + result[what], 0);
  console.log(`\nin ${Math.round((Date.now() - began) / 60_000)} minutes`);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
  return sum("failed") === 0 ? 0 : 1;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
