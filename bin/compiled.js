/**
 * Runs what is in dist/, by what V8 made of it before: to compile the program anew takes longer than many of its commands.
 * The first run of a build leaves that beside it. Plain CommonJS on Node's own modules, as all that starts the program.
 */
"use strict";
const { Buffer } = require("buffer");
const fs = require("fs");
const { createRequire, wrap } = require("module");
const path = require("path");
const vm = require("vm");

/** V8 itself compares no more than the length of a source with that of which it has compiled something. */
function identity({ size, mtimeMs }) {
  return Buffer.from(`${size} ${mtimeMs} ${process.version}\n`);
}

/** What was kept of these very sources, if anything. */
function kept(file, id) {
  try {
    const content = fs.readFileSync(file);
    return content.subarray(0, id.length).equals(id) ? content.subarray(id.length) : undefined;
  } catch {
    return undefined;
  }
}

/** In one step, so that a command that starts meanwhile reads it whole. It only saves time: a full disk is no reason to fail. */
function keep(file, id, data) {
  const temporary = `${file}.${process.pid}.new`;
  try {
    fs.writeFileSync(temporary, Buffer.concat([id, data]));
    fs.renameSync(temporary, file);
  } catch {
    fs.rmSync(temporary, { force: true });
  }
}

/** A file and what tells it from others, of one moment: it may be replaced at any time. */
function read(file) {
  const opened = fs.openSync(file);
  try {
    return { source: fs.readFileSync(opened, "utf8"), id: identity(fs.fstatSync(opened)) };
  } finally {
    fs.closeSync(opened);
  }
}

/** As `require(file)` does, for a file that nothing is taken from. @param mayKeep whether anything may be written */
function run(file, mayKeep) {
  const { source, id } = read(file);
  const cache = `${file}.compiled`;
  const cachedData = kept(cache, id);
  const script = new vm.Script(wrap(source), { filename: file, cachedData });
  // At the end, when it is known which functions are needed: what V8 has not compiled by then is not in it.
  if (mayKeep && (cachedData === undefined || script.cachedDataRejected))
    process.on("exit", () => keep(cache, id, script.createCachedData()));
  const own = { exports: {} };
  script.runInThisContext()(own.exports, createRequire(file), own, file, path.dirname(file));
}

module.exports = { run };
