import { complaintOf } from "../engine/complaint";
import type { Command } from "./command";
import type { Need } from "./need";
import type { Vantage } from "./vantage";

/** What one command really returned. */
export interface Observation {
  readonly argv: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** One of a probe's commands; the name tells the judge which is which. */
export interface NamedCommand {
  readonly name: string;
  readonly command: Command;
  /** What must be given before it is run, where other commands do its work elsewhere. @default nothing */
  readonly needs?: readonly Need[];
  /** Started at the same time as its neighbours in the list that say so too. @default one after the other */
  readonly together?: true;
  /** The neighbour with whose end it is ended: what it printed by then counts. @default it ends by itself */
  readonly until?: string;
  /** Whether what the commands before it returned, by name, leaves it anything to do. @default it is run always */
  readonly due?: (before: Findings["of"]) => boolean;
}

/** All that the judge may look at: nothing else exists for it. */
export interface Findings {
  /** What the commands returned, by name: several where a command ran once for each of something. */
  readonly of: (name: string) => readonly Observation[];
  /** What the one command of that name returned. */
  readonly one: (name: string) => Observation;
  /** The host's interfaces as they were before the lab was created, if that was recorded. */
  readonly interfacesBefore: readonly string[] | undefined;
}

/** Whether reality is as expected; `error` where it could not be told. */
export interface Judgement {
  readonly verdict: "pass" | "fail" | "error";
  /** What was really seen, in one line. */
  readonly actual: string;
  /** What a failure means, in plain words. */
  readonly meaning?: string;
  /** Commands that show more. */
  readonly lookAt?: readonly string[];
}

/** One kind of probe: what it runs, what it expects in words, and how it tells. */
export interface ProbeKind<P> {
  readonly needs: (probe: P) => readonly Need[];
  /** From where it looks first and foremost. @default the probe's `from`, else the host */
  readonly vantage?: (probe: P) => Vantage;
  readonly commands: (probe: P) => readonly NamedCommand[];
  readonly expected: (probe: P) => string;
  readonly judge: (probe: P, findings: Findings) => Judgement;
}

export const NOTHING = (): readonly Need[] => [];
export const ROOT = (): readonly Need[] => ["root"];
/** What looking from there takes, whatever is looked at. On a throw-away engine everybody is root who may ask for it. */
export const rootFor = ({ from }: { readonly from: Vantage }): readonly Need[] =>
  (from.kind === "namespace" && from.engine === undefined) || from.kind === "remote" ? ["root"] : [];

export const pass = (actual: string): Judgement => ({ verdict: "pass", actual });
export const fail = (actual: string, meaning: string, ...lookAt: string[]): Judgement => ({
  verdict: "fail",
  actual,
  meaning,
  lookAt,
});
export const error = (actual: string, meaning?: string): Judgement => ({
  verdict: "error",
  actual,
  ...(meaning === undefined ? {} : { meaning }),
});

/** An error when a tool did not do its work: what it did not print is then no evidence of anything. */
export function failed(tool: string, observation: Observation): Judgement | undefined {
  if (observation.exit === 0) return undefined;
  return error(`${tool} exit ${String(observation.exit)}: ${complaintOf(observation)}`);
}
