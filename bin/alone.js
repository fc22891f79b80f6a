/**
 * One at a time: two installations in one checkout, or two engines, would destroy each other.
 * Plain CommonJS on Node's own modules, since the bootstrap needs it before anything is installed.
 */
"use strict";
const fs = require("fs");
const path = require("path");
const { setTimeout } = require("timers");

/** The start time of a process in clock ticks since boot: with the pid it names one process, whoever has the pid next. */
function startTime(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ")[19];
  } catch {
    return "";
  }
}

function isAlive(owner) {
  const [pid, started] = owner.split(" ");
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  return started === startTime(pid);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The lock is a symbolic link whose target names its owner: it appears with its content or not at all. */
function take(lock) {
  try {
    fs.symlinkSync(`${process.pid} ${startTime(process.pid)}`, lock);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

function ownerOf(lock) {
  try {
    return fs.readlinkSync(lock);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  }
}

/** Takes away the lock of a dead process. Moved first and read again: it may have changed hands since. */
function dropStale(lock, owner) {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    fs.renameSync(lock, aside);
    const moved = ownerOf(aside);
    fs.unlinkSync(aside);
    if (moved !== owner) fs.symlinkSync(moved, lock);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
}

/** Not by Node's own `recursive`, which says of a read-only file system that the folder does not exist. */
function makeFolder(folder) {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}

/** Runs `work` while no other process of this checkout does work of the same name; waits for its turn. */
async function alone(project, name, waiting, work) {
  const lock = path.join(project, ".lab", `${name}.lock`);
  makeFolder(path.dirname(lock));
  for (let told = false; !take(lock); await pause(100)) {
    const owner = ownerOf(lock);
    if (owner === undefined) continue;
    if (!isAlive(owner)) dropStale(lock, owner);
    else if (!told) {
      waiting(owner.split(" ")[0]);
      told = true;
    }
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

module.exports = { alone, startTime };
