import { spawn } from "node:child_process";
import {
  access,
  chmod,
  constants,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  symlink,
} from "node:fs/promises";
import { readFileSync } from "node:fs";
import { release, userInfo } from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startTime } from "../../bin/alone";
import { connect } from "../engine/connection";
import { programEnvironment } from "../engine/program-environment";
import type { EngineApi, Files, Http, Output, Processes, RunOptions, RunResult, SetupContext, System } from "./context";
import { errorCode } from "./error-code";
import { StepFailed } from "./programs";

/** An engine that takes longer than this to say who it is does not answer. */
const ENGINE_DEADLINE = 2000;
/** A busy engine may take its time to look an image up; one that has hung never answers. */
const IMAGE_DEADLINE = 20_000;
/** Off a terminal a long step says at this interval that it still goes on. */
const PLAIN_INTERVAL = 10_000;
const ANSWER_KEPT = 10 * 1024 * 1024;

const isAbsent = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes(errorCode(error));

/** `undefined` for what is absent. */
async function orAbsent<Value>(value: Promise<Value>): Promise<Value | undefined> {
  try {
    return await value;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

async function replaceFile(path: string, content: string | Buffer, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  const file = await open(temporary, "w", mode);
  try {
    await file.writeFile(content);
    await file.chmod(mode);
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

async function isProgram(path: string): Promise<boolean> {
  const found = await orAbsent(stat(path)).catch(() => undefined);
  return found?.isFile() === true && (await succeeds(access(path, constants.X_OK)));
}

export const machineFiles: Files = {
  read: (path) => orAbsent(readFile(path, "utf8")),
  readBytes: (path) => orAbsent(readFile(path)),
  write: replaceFile,
  exists: (path) => succeeds(access(path)),
  executable: isProgram,
  stamp: async (path) => {
    const found = await orAbsent(stat(path));
    return found && { size: found.size, changed: found.mtimeMs };
  },
  list: async (path) => (await orAbsent(readdir(path))) ?? [],
  remove: (path) => rm(path, { recursive: true, force: true }),
  makeFolder: async (path, mode) => {
    await mkdir(path, { recursive: true });
    if (mode !== undefined) await chmod(path, mode);
  },
  makeTemporaryFolder: (prefix) => mkdtemp(prefix),
  link: async (target, path) => {
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { recursive: true, force: true });
    await symlink(target, path);
  },
  assertWritable: (folder) => access(folder, constants.W_OK),
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};

/** Calls `tell` with every whole line of a stream of text. Programs draw their progress with carriage returns. */
function byLine(tell: (line: string) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split(/[\r\n]+/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") tell(line.trim());
  };
}

/** Runs a program to its end. */
export function runProgram(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  options: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve) => {
    const [program = "", ...rest] = argv;
    const child = spawn(program, rest, {
      env: { ...environment, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.deadline === undefined ? {} : { timeout: options.deadline, killSignal: "SIGKILL" as const }),
    });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      const tell = options.onLine && byLine(options.onLine);
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        said[stream] = (said[stream] + chunk).slice(-ANSWER_KEPT);
        tell?.(chunk);
      });
    }
    child.on("error", (error) => resolve({ exit: -1, stdout: said.stdout, stderr: error.message }));
    child.on("close", (exit) => resolve({ exit: exit ?? -1, ...said }));
  });
}

/** By curl, which a person's proxies and certificates are set up for, and Terraform's and the engine's too. */
function httpBy(run: SetupContext["run"]): Http {
  return {
    status: async (url, deadline) => {
      const seconds = String(deadline / 1000);
      const { stdout } = await run([
        "curl",
        "-sS",
        "-o",
        "/dev/null",
        "--max-time",
        seconds,
        "-w",
        "%{http_code}",
        url,
      ]);
      return Number(stdout) || 0;
    },
    download: async (url, to, onLine) => {
      const argv = ["curl", "-fSL", "--retry", "3", "-o", to, url];
      const { exit, stderr } = await run(argv, { onLine });
      if (exit !== 0) throw new StepFailed(argv, exit, stderr);
    },
  };
}

async function launch(argv: readonly string[], log: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const [program = "", ...rest] = argv;
  await mkdir(dirname(log), { recursive: true });
  const file = await open(log, "a");
  try {
    const child = spawn(program, rest, {
      detached: true,
      cwd: "/",
      env: environment,
      stdio: ["ignore", file.fd, file.fd],
    });
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
    if (child.pid === undefined) throw new Error(`${program} has no process id`);
    return child.pid;
  } finally {
    await file.close();
  }
}

function commandLine(pid: number): readonly string[] | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return words.length === 0 ? undefined : words;
  } catch {
    return undefined;
  }
}

function processesWith(environment: NodeJS.ProcessEnv): Processes {
  return {
    launch: (argv, log) => launch(argv, log, environment),
    startTime: (pid) => startTime(pid) || undefined,
    commandLine,
    end: (pid) => {
      process.kill(pid, "SIGTERM");
    },
  };
}

/** Prints lines; on a terminal the last one moves, elsewhere a plain line says now and then that work goes on. */
export function outputTo(stream: NodeJS.WriteStream): Output {
  const terminal = stream.isTTY;
  let moving = false;
  let told = Date.now();
  const clear = (): void => {
    if (moving) stream.write("\r\x1b[K");
    moving = false;
  };
  const moveOn = (text: string): void => {
    if (terminal) {
      clear();
      stream.write(`    ${text}`.slice(0, (stream.columns || 80) - 1));
      moving = true;
    } else if (Date.now() - told > PLAIN_INTERVAL) {
      stream.write(`    … ${text}\n`);
      told = Date.now();
    }
  };
  return {
    line: (text) => {
      clear();
      stream.write(`${text}\n`);
      told = Date.now();
    },
    moving: (text) => {
      if (text === undefined) clear();
      else moveOn(text);
    },
  };
}

/** The client's own types leave out that its question can be given up. */
interface Interruptible {
  info(options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

/** @param imageDeadline in milliseconds; tests do not wait as long */
export function engineAt(host: string, imageDeadline = IMAGE_DEADLINE): EngineApi {
  const client = connect(host);
  // The client cannot give up a question about an image, but can give up its socket.
  const impatient = connect(host, imageDeadline);
  return {
    information: () => (client as Interruptible).info({ abortSignal: AbortSignal.timeout(ENGINE_DEADLINE) }),
    image: async (name) => {
      try {
        return await impatient.getImage(name).inspect();
      } catch (error) {
        if (errorCode(error) === "ECONNRESET") {
          throw new Error(`the engine did not say within ${String(imageDeadline / 1000)} s whether it has ${name}`, {
            cause: error,
          });
        }
        if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return undefined;
        throw error;
      }
    },
  };
}

function system(): System {
  const { uid, username } = userInfo();
  return {
    platform: process.platform,
    architecture: process.arch,
    userId: uid,
    userName: username,
    kernel: release(),
    node: process.versions.node,
    root: "/",
  };
}

export interface MachineOptions {
  readonly project: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Default: the standard error, so that a program's data stays alone on its standard output. */
  readonly output?: Output;
}

/** The real machine. */
export function machine({
  project,
  environment = process.env,
  output = outputTo(process.stderr),
}: MachineOptions): SetupContext {
  const inherited = programEnvironment(environment);
  const run: SetupContext["run"] = (argv, options) => runProgram(argv, inherited, options);
  return {
    project,
    environment,
    system: system(),
    mayBring: environment["LAB_SETUP"] !== "check",
    files: machineFiles,
    http: httpBy(run),
    processes: processesWith(inherited),
    clock: { now: Date.now, pause: async (milliseconds) => void (await pause(milliseconds)) },
    output,
    run,
    engine: engineAt,
  };
}
