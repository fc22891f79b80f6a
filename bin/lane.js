/**
 * A lane: an engine of this machine's release, in namespaces of its own (network, mounts, processes). What runs in a lane
 * has the machine to itself, as it were: its ports, interfaces, packet filter and engine are nobody else's. So tests that
 * compare what there is before and after can run side by side.
 * Plain CommonJS on Node's own modules, as bin/test.js.
 */
"use strict";
const { execFile, spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { performance } = require("node:perf_hooks");
const { setTimeout: pause } = require("node:timers/promises");

/** An engine is up after a second or two; a busy machine takes its time. */
const STARTING_MS = 60_000;
const LOOK_EVERY_MS = 200;

function output(argv) {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 * 1024 * 1024 }, (problem, stdout, stderr) => {
      if (problem === null) resolve(stdout.trim());
      else reject(new Error(`${argv.join(" ")}: ${(stderr || problem.message).trim()}`));
    });
  });
}

/** What a command printed; undefined when it failed. */
function printed(...argv) {
  const [program, ...args] = argv;
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** The labs' own images, as the machine's engine has them. */
function images() {
  const filter = ["--filter", "reference=docker-network-labs/*", "--format", "{{.Repository}}:{{.Tag}}"];
  return (printed("docker", "images", ...filter) ?? "").split("\n").filter((name) => name !== "");
}

/** Why there are no lanes here, or undefined where there can be. */
function whyNoLanes() {
  if (process.getuid?.() !== 0) return "only root may make namespaces";
  const { DOCKER_HOST = "", DOCKER_CONTEXT = "" } = process.env;
  if (DOCKER_CONTEXT !== "" || !/^(?:unix:|$)/.test(DOCKER_HOST)) return "the engine is on another machine";
  const release = printed("docker", "version", "--format", "{{.Server.Version}}") ?? "";
  const ours = printed("dockerd", "--version") ?? "there is no dockerd";
  if (release === "" || !ours.includes(` ${release},`)) return `the engine is ${release || "not there"}; here: ${ours}`;
  return images().length === 0 ? "the labs' images were not built here" : undefined;
}

class Lane {
  /** @param process of `unshare`, whose namespaces are the lane's */
  constructor(process, folder) {
    this.process = process;
    this.folder = folder;
    this.over = false;
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.over = true;
        resolve();
      };
      // It could not even be started, or is over.
      process.on("error", end).on("exit", end);
      process.stdin.on("error", () => undefined);
    });
  }

  /** The command line that does in the lane what `argv` does here, in the same folder. */
  inside(argv) {
    const of = `/proc/${this.process.pid}/ns`;
    const enter = ["nsenter", `--net=${of}/net`, `--mount=${of}/mnt`, `--pid=${of}/pid_for_children`];
    return [...enter, "sh", "-c", 'cd "$0" && exec "$@"', process.cwd(), ...argv];
  }

  /** Waits until its engine answers, and gives it images. @throws Error when it does not */
  async ready(archive) {
    const deadline = performance.now() + STARTING_MS;
    while (!(await this.answers())) {
      if (this.over || performance.now() > deadline)
        throw new Error(`its engine does not start: ${logOf(this.folder)}`);
      await pause(LOOK_EVERY_MS);
    }
    await output(this.inside(["docker", "load", "--quiet", "--input", archive]));
    // Images by digest, registries, what else a machine may have: whatever it is, the labs must find all they need.
    await output(this.inside([process.execPath, "bin/lab.js", "doctor"]));
  }

  answers() {
    // Until then it is the machine's engine that answers there.
    return output(this.inside(["sh", "-c", "test -e /run/lane && docker version"])).then(
      () => true,
      () => false,
    );
  }

  /** Ends everything in it. */
  async close() {
    this.process.stdin.end();
    await this.ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

function logOf(folder) {
  try {
    return fs.readFileSync(path.join(folder, "dockerd.log"), "utf8").trim().split("\n").at(-1);
  } catch {
    return "no log";
  }
}

async function openLane(archive) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-lane-"));
  const unshare = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const script = ["sh", path.join(__dirname, "lane.sh"), folder];
  const lane = new Lane(spawn("unshare", [...unshare, ...script], { stdio: ["pipe", "ignore", "ignore"] }), folder);
  try {
    await lane.ready(archive);
    return lane;
  } catch (problem) {
    await lane.close();
    throw problem;
  }
}

/**
 * Opens several, each with the labs' images; all of them or none.
 * @throws Error with the reason why there can be none
 */
async function openLanes(count) {
  const reason = whyNoLanes();
  if (reason !== undefined) throw new Error(reason);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lab-images-"));
  try {
    const archive = path.join(folder, "images.tar");
    await output(["docker", "save", "--output", archive, ...images()]);
    const opened = await Promise.allSettled(Array.from({ length: count }, () => openLane(archive)));
    const lanes = opened.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
    const failed = opened.find(({ status }) => status === "rejected");
    if (failed === undefined) return lanes;
    await Promise.all(lanes.map((lane) => lane.close()));
    throw failed.reason;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

module.exports = { openLanes, whyNoLanes };
