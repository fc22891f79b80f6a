import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EngineApi, RunResult, SetupContext, System } from "../../lib/setup/context";
import { machineFiles } from "../../lib/setup/machine";

/** A machine that is a folder: its system below `root`, its programs scripted, its clock moved by hand. */
export interface FakeMachine {
  readonly context: SetupContext;
  readonly root: string;
  readonly project: string;
  /** The commands that ran, in order, as one line each. */
  readonly ran: string[];
  /** What was printed. */
  readonly printed: string[];
  /** Puts programs on PATH. */
  install(...programs: string[]): void;
  put(path: string, content: string, mode?: number): void;
  passTime(milliseconds: number): void;
}

export type Script = (
  command: string,
  options?: { readonly environment?: Readonly<Record<string, string>> },
) => Partial<RunResult> | undefined;

export interface FakeOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly system?: Partial<System>;
  readonly mayBring?: boolean;
  /** Answers a command; undefined stands for a command that must not be run. */
  readonly script?: Script;
  readonly engine?: Partial<EngineApi>;
  readonly statuses?: Readonly<Record<string, number>>;
  readonly processes?: Partial<SetupContext["processes"]>;
  readonly files?: Partial<SetupContext["files"]>;
  readonly download?: (to: string) => void;
}

const made: string[] = [];

/** To be called after each test. */
export function removeFakes(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const silentEngine: EngineApi = {
  information: () => Promise.reject(Object.assign(new Error("connect ENOENT"), { code: "ENOENT" })),
  image: () => Promise.resolve(undefined),
};

export const aliveEngine = (information: object = {}): EngineApi => ({
  information: () => Promise.resolve({ ServerVersion: "20.10.24+dfsg1", OSType: "linux", ...information }),
  image: () => Promise.resolve(undefined),
});

export function fakeMachine(options: FakeOptions = {}): FakeMachine {
  const folder = mkdtempSync(join(tmpdir(), "lab-setup-"));
  made.push(folder);
  const [root, project] = [join(folder, "system"), join(folder, "project")];
  for (const path of [join(root, "usr/bin"), project]) mkdirSync(path, { recursive: true });
  const ran: string[] = [];
  const printed: string[] = [];
  let now = Date.now();
  const put = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), mode);
  };
  const context: SetupContext = {
    environment: { PATH: join(root, "usr/bin"), ...options.environment },
    project,
    system: {
      platform: "linux",
      architecture: "x64",
      userId: 0,
      userName: "ada",
      kernel: "6.1.0",
      node: "20.9.0",
      root,
      ...options.system,
    },
    mayBring: options.mayBring ?? true,
    files: { ...machineFiles, ...options.files },
    http: {
      status: async (url) => {
        ran.push(`HTTP ${url}`);
        return options.statuses?.[url] ?? 0;
      },
      download: async (url, to) => {
        ran.push(`download ${url}`);
        options.download?.(to);
      },
    },
    processes: {
      launch: async (argv) => {
        ran.push(`launch ${argv.join(" ").replaceAll(root, "")}`);
        return 4711;
      },
      startTime: () => undefined,
      commandLine: () => undefined,
      end: (pid) => void ran.push(`end ${pid}`),
      ...options.processes,
    },
    clock: {
      now: () => now,
      pause: async (milliseconds) => {
        now += milliseconds;
      },
    },
    output: { line: (text) => void printed.push(text), moving: () => undefined },
    run: async (argv, given) => {
      const command = argv.join(" ").replaceAll(root, "");
      ran.push(command);
      const answer = options.script?.(command, given);
      if (answer === undefined) throw new Error(`this command must not run: ${command}`);
      return { exit: 0, stdout: "", stderr: "", ...answer };
    },
    engine: () => ({ ...silentEngine, ...options.engine }),
  };
  return {
    context,
    root,
    project,
    ran,
    printed,
    put,
    install: (...programs) => {
      for (const program of programs) put(`usr/bin/${program}`, "#!/bin/sh\n", 0o755);
    },
    passTime: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** The folder of a fake machine taken out, so that texts can be compared. */
export function plain(machine: FakeMachine, text: string | undefined): string {
  return (text ?? "").replaceAll(machine.root, "").replaceAll(machine.project, "/project");
}
