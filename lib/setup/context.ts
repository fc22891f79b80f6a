/** What set-up needs of the world. Everything it does goes through here, so that its tests need no machine. */

/** How one part of what the labs need came to be there, or why it did not. */
export type Verdict = "found" | "brought" | "refused";

export interface PartReport {
  /** e.g. `Docker engine` */
  readonly name: string;
  readonly verdict: Verdict;
  /** e.g. `20.10.24, installed with apt and started (pid 1812, log .lab/dockerd.log)` */
  readonly detail: string;
  /** The one command that would bring it. */
  readonly remedy?: string;
}

/** What looking for a part, or bringing it, came to. */
export type Outcome<Fact> =
  | { readonly verdict: "found" | "brought"; readonly detail: string; readonly fact: Fact }
  | { readonly verdict: "refused"; readonly detail: string; readonly remedy?: string };

export const found = <Fact>(fact: Fact, detail: string): Outcome<Fact> => ({ verdict: "found", detail, fact });
export const brought = <Fact>(fact: Fact, detail: string): Outcome<Fact> => ({ verdict: "brought", detail, fact });
export const refused = (detail: string, remedy?: string): Outcome<never> =>
  remedy === undefined ? { verdict: "refused", detail } : { verdict: "refused", detail, remedy };

export interface RunResult {
  /** Below zero: it could not be started at all. */
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** After so many milliseconds it is ended, and has failed. */
  readonly deadline?: number;
  /** Called with each line that it prints, for progress. */
  readonly onLine?: (line: string) => void;
}

/** Files by absolute path. What is absent is `undefined`; everything else that goes wrong is thrown. */
export interface Files {
  read(path: string): Promise<string | undefined>;
  readBytes(path: string): Promise<Buffer | undefined>;
  /** Replaces the file in one step. */
  write(path: string, content: string | Buffer, mode?: number): Promise<void>;
  exists(path: string): Promise<boolean>;
  executable(path: string): Promise<boolean>;
  /** Size and time of last change: together they tell whether a file is still the same. */
  stamp(path: string): Promise<{ readonly size: number; readonly changed: number } | undefined>;
  /** The names in a folder; none when it is absent. */
  list(path: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
  makeFolder(path: string, mode?: number): Promise<void>;
  makeTemporaryFolder(prefix: string): Promise<string>;
  link(target: string, path: string): Promise<void>;
  /** Throws with the system's reason when nothing can be written there. */
  assertWritable(folder: string): Promise<void>;
  freeBytes(folder: string): Promise<number>;
}

export interface Http {
  /** The status that this address answers with, or 0 when it does not answer within the deadline. */
  status(url: string, deadline: number): Promise<number>;
  /** Fetches a file, or throws why not. */
  download(url: string, to: string, onLine: (line: string) => void): Promise<void>;
}

export interface Processes {
  /** Starts a process that outlives this one, in a session of its own, writing to `log`. Returns its id. */
  launch(argv: readonly string[], log: string): Promise<number>;
  /** The start time of a process: with the id it names one process for ever. `undefined`: there is none. */
  startTime(pid: number): string | undefined;
  /** Its program and arguments. */
  commandLine(pid: number): readonly string[] | undefined;
  end(pid: number): void;
}

export interface Clock {
  now(): number;
  pause(milliseconds: number): Promise<void>;
}

export interface Output {
  line(text: string): void;
  /** Shows what goes on at this moment; `undefined` when it is over. On a terminal a line that moves. */
  moving(text: string | undefined): void;
}

/** The engine's API as far as set-up looks at it. Answers are unparsed: they come from outside. */
export interface EngineApi {
  information(): Promise<unknown>;
  /** `undefined` when the engine has no such image. */
  image(name: string): Promise<unknown>;
}

export interface System {
  readonly platform: NodeJS.Platform;
  readonly architecture: string;
  readonly userId: number;
  readonly userName: string;
  readonly kernel: string;
  readonly node: string;
  /** `/`, or a folder that stands in for it in tests. */
  readonly root: string;
}

export interface SetupContext {
  readonly environment: NodeJS.ProcessEnv;
  /** The project's folder, absolute. */
  readonly project: string;
  readonly system: System;
  /** Whether to bring what is missing. Looking changes nothing but what is remembered in `.lab/`. */
  readonly mayBring: boolean;
  readonly files: Files;
  readonly http: Http;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly output: Output;
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  engine(host: string): EngineApi;
}
