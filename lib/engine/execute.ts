import { execFile } from "child_process";
import { programEnvironment } from "./program-environment";

/** A program run to its end. */
export interface Executed {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be run to an end at all: there is no such program, or it hung. */
  readonly missing?: string;
}

const LARGEST_OUTPUT = 16 * 1024 * 1024;

/**
 * Runs a program with its arguments, without any shell. Never rejects for what the program does.
 * @param signal kills the program
 */
export function execute(argv: readonly string[], timeoutMs: number, signal?: AbortSignal): Promise<Executed> {
  const [program = "", ...args] = argv;
  // What is left of a time may end in a part of a millisecond, which Node refuses.
  const timeout = Math.ceil(timeoutMs);
  return new Promise((resolve) => {
    const options = {
      timeout,
      killSignal: "SIGKILL" as const,
      maxBuffer: LARGEST_OUTPUT,
      ...(signal === undefined ? {} : { signal }),
      // Messages in English, since some are read by programs.
      env: { ...programEnvironment(process.env), LC_ALL: "C" },
    };
    execFile(program, args, options, (problem, stdout, stderr) => {
      if (problem === null) return resolve({ exit: 0, stdout, stderr });
      if (problem.killed) {
        return resolve({
          exit: -1,
          stdout,
          stderr,
          missing: `${program} did not end within ${String(timeout / 1000)} s`,
        });
      }
      if (typeof problem.code === "number") return resolve({ exit: problem.code, stdout, stderr });
      const missing = problem.code === "ENOENT" ? `${program} is not on this machine (npx lab setup)` : problem.message;
      return resolve({ exit: -1, stdout, stderr, missing });
    });
  });
}
