#!/usr/bin/env node
/**
 * The way into the program from a fresh clone: looks whether Node is new enough, whether the modules that
 * package-lock.json names are installed and whether the build is up to date; brings what is missing; then runs it.
 * It needs Node's own modules only, and its syntax is old on purpose: an old Node must be able to say that it is old.
 */
"use strict";
const fs = require("fs");
const path = require("path");
const { clearInterval, setInterval } = require("timers");
const { alone } = require("./alone.js");
const { run } = require("./compiled.js");

const project = path.resolve(__dirname, "..");
const unfit = 3;
const installCommand = "npm ci --include=dev";
/** The same, telling what it fetches: what is slow, or tried again and again, can then be seen. */
const install = ["ci", "--include=dev", "--loglevel=http"];
const neededMegabytes = 650;
const buildCommand = "node bin/build.js";
const modulesStamp = path.join(project, "node_modules/.docker-network-labs");
const onlyLook = process.env.LAB_SETUP === "check";

/** Why the program cannot run here, and the one command that mends it. */
class NotReady extends Error {
  constructor(reason, remedy) {
    super(remedy ? `${reason}\n  ${remedy}` : reason);
  }
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 9)) return;
  throw new NotReady(
    `Node ${process.versions.node} (${process.execPath}) is too old: this program needs Node 20.9 or newer`,
    "https://nodejs.org/en/download",
  );
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(project, file), "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw new NotReady(`${file} cannot be read: ${error.message}`);
  }
}

/** Which modules package-lock.json names that npm has not installed. npm writes its own list last, when all is in place. */
function missingModules() {
  const installed = readJson("node_modules/.package-lock.json");
  if (!installed) return ["node_modules"];
  const wanted = readJson("package-lock.json") || {};
  return Object.keys(wanted.packages || {}).filter((name) => {
    if (name === "") return false;
    const want = wanted.packages[name];
    const have = installed.packages[name];
    // Optional ones are for other systems, as often as not.
    return have ? have.version !== want.version : !want.optional && !want.devOptional;
  });
}

/** The two lists, as sizes and times tell them. */
function listsAsTheyAre() {
  const lists = ["package-lock.json", "node_modules/.package-lock.json"].map((file) => path.join(project, file));
  return lists
    .map((file) => fs.statSync(file, { throwIfNoEntry: false }))
    .map((f) => f && `${f.size} ${f.mtimeMs}`)
    .join(", ");
}

/** Whether these very lists were held against each other before: they are long, and every command begins here. */
function foundComplete() {
  try {
    return fs.readFileSync(modulesStamp, "utf8") === listsAsTheyAre();
  } catch {
    return false;
  }
}

/** It only saves time: a folder that takes no files is no reason to end. */
function rememberComplete() {
  try {
    fs.writeFileSync(modulesStamp, listsAsTheyAre());
  } catch {
    return;
  }
}

/** Says that something goes on: a line that moves on a terminal, now and then a plain line elsewhere. */
function showProgress(what) {
  const began = Date.now();
  const terminal = process.stderr.isTTY;
  let last = "";
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const clear = () => terminal && process.stderr.write("\r\x1b[K");
  const show = () => {
    const text = `    … ${what}  ${seconds()} s  ${last}`;
    if (terminal) process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns || 80) - 1)}`);
    else process.stderr.write(`${text}\n`);
  };
  const timer = setInterval(show, terminal ? 200 : 10000);
  return {
    tell(line) {
      last = line;
    },
    end() {
      clearInterval(timer);
      clear();
      return seconds();
    },
  };
}

/** Runs npm; `tell` hears each line that it prints. */
function runNpm(tell) {
  return new Promise((resolve) => {
    const { spawn } = require("child_process");
    const npm = spawn("npm", install, {
      cwd: project,
      env: Object.assign({}, process.env, { NODE_ENV: "" }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines = [];
    const hear = (chunk) => {
      for (const line of String(chunk).split("\n")) if (line.trim() !== "") lines.push(line);
      tell(lines[lines.length - 1] || "");
    };
    npm.stdout.on("data", hear);
    npm.stderr.on("data", hear);
    npm.on("error", (error) => resolve({ exit: -1, lines: [error.message] }));
    npm.on("close", (exit) => resolve({ exit, lines }));
  });
}

/** npm says first what is wrong and then how it is used in general; what is no error is progress. */
function reasonOf(lines) {
  const errors = lines.filter((line) => /^npm error \S/.test(line));
  return errors.length > 0 ? errors.slice(0, 12) : lines.slice(-12);
}

/** npm itself goes on for minutes on a full device. */
function refuseFullDevice() {
  const { bavail, bsize } = fs.statfsSync(project);
  const free = Math.floor((bavail * bsize) / 1024 / 1024);
  if (free < neededMegabytes)
    throw new NotReady(
      `the node modules need ${neededMegabytes} MB; ${project} has ${free} MB left on its device`,
      `df -h ${project}`,
    );
}

async function installModules() {
  if (missingModules().length === 0) return;
  refuseFullDevice();
  console.error(`  → ${installCommand}  (in ${project})`);
  const progress = showProgress(installCommand);
  const { exit, lines } = await runNpm(progress.tell);
  const seconds = progress.end();
  if (exit !== 0)
    throw new NotReady(`${installCommand} failed (exit ${exit}):\n${reasonOf(lines).join("\n")}`, installCommand);
  const count = Object.keys(readJson("node_modules/.package-lock.json").packages).length;
  console.error(`  ✓ node modules            installed (${count} packages, ${seconds} s)`);
}

async function bringModules() {
  if (foundComplete()) return;
  const missing = missingModules();
  if (missing.length === 0) return rememberComplete();
  const what =
    missing[0] === "node_modules"
      ? "the node modules are not installed"
      : `the node modules differ from package-lock.json (${missing.length}: ${missing[0].replace("node_modules/", "")} …)`;
  if (onlyLook) throw new NotReady(`${what}, and LAB_SETUP=check only looks`, installCommand);
  const waiting = (pid) => console.error(`  → waiting for another lab (pid ${pid}) that installs the node modules`);
  await alone(project, "install", waiting, installModules);
}

async function bringBuild() {
  const { build, explain, fresh } = require("./build.js");
  if (fresh()) return;
  if (onlyLook) throw new NotReady("the build is older than its sources, and LAB_SETUP=check only looks", buildCommand);
  try {
    await build();
  } catch (error) {
    if (error.code) throw error;
    throw new NotReady(`the build failed\n${explain(error)}`, buildCommand);
  }
}

/** What a person can do about a folder that takes no files. */
function explainFolder(error) {
  const reasons = {
    EROFS: "its file system is read-only",
    ENOSPC: "no space is left on its device",
    EACCES: "this user may not write there",
    EPERM: "this user may not write there",
    EDQUOT: "this user's disk quota is used up",
  };
  const reason = reasons[error.code];
  return (
    reason && new NotReady(`the project folder ${project} cannot be written: ${reason} (${error.code}, ${error.path})`)
  );
}

/** What runs. */
async function main() {
  refuseOldNode();
  // bin/app.js comes this way too, for the CDKTF app.
  const program = path.join(project, "dist", require.main === module ? "lab.js" : "main.js");
  // Terraform runs the stages of a command that has just looked itself; what it looked at must not change meanwhile.
  if (process.argv[2] === "stage" && fs.existsSync(program)) return program;
  await bringModules();
  await bringBuild();
  return program;
}

main().then(
  (program) => run(program, !onlyLook),
  (error) => {
    const known = error instanceof NotReady ? error : explainFolder(error);
    if (!known) throw error;
    console.error(known.message);
    process.exitCode = unfit;
  },
);
