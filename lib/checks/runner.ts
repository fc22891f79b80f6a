import { availableParallelism } from "os";
import { aborted } from "../engine/aborted";
import type { Executed } from "../engine/execute";
import { complaintOf } from "../engine/complaint";
import { withoutSsh } from "../engine/ssh";
import { withoutTls } from "../engine/tls";
import type { Check } from "./check";
import { commandLines, expectedOfCheck, needsOfCheck } from "./check";
import { type Command, type Resolve, resolved } from "./command";
import { diagnose } from "./diagnosis";
import type { Need } from "./need";
import type { Findings, Judgement, Observation, NamedCommand } from "./probe";
import { changes, commandsOf, judge, vantageOf } from "./probes";
import type { CheckRecord, Evidence, Look, RecordedEngine, Verdict } from "./record";

/** The runner's edges: what it runs with, and what it knows of the engine. Tests give their own. */
export interface Surroundings {
  /** Runs a program to its end. Never rejects for what the program does; `missing` when there is no such program. */
  readonly execute: (argv: readonly string[], timeoutMs: number, signal?: AbortSignal) => Promise<Executed>;
  readonly resolve: Resolve;
  /** Why a need is not met here, or undefined when it is. */
  readonly lacking: (need: Need) => string | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** What the calendar said when `now` was 0, in milliseconds since 1970. */
  readonly timeOrigin: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** The host's interfaces before the lab was created, if recorded. */
  readonly interfacesBefore: readonly string[] | undefined;
  readonly engine: RecordedEngine;
}

/** A reference that has no value now: the container is gone or does not run. The message is for a person. */
export class Unresolved extends Error {}

export interface RunOptions {
  /** How long a check may take to come true, in milliseconds. 0 looks once. */
  readonly deadlineMs: number;
  /** Called as each check ends, in the order in which they end. */
  readonly onRecord?: (record: CheckRecord) => void;
  /** Stops the run: what is not over by then becomes an error, with the signal's reason as what was seen. */
  readonly signal?: AbortSignal | undefined;
  /** What `now` said when the run began, where it began before: several labs can be one run. @default now */
  readonly origin?: number;
}

/** Ready in about 0.2 s as a rule: early, fast looks save most of the time. */
const FIRST_PAUSE_MS = 100;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 1000;
/** No command of a probe takes as long as this unless it hangs, on an emulated machine neither. */
const COMMAND_TIMEOUT_MS = 30_000;
/** Nor does the last look at a check, once its deadline is over. */
const LAST_LOOK_MS = 60_000;
/** Probes mostly wait for other processes: more of them than processors. */
const AT_ONCE = Math.min(3 * availableParallelism(), 6);

/** What all checks of a run share. */
interface Run {
  readonly lab: string;
  readonly surroundings: Surroundings;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** Comes about when the run is stopped, and never fails. */
  readonly stopped: Promise<void>;
  readonly origin: number;
}

/** Runs all checks, and returns a record for each, in the order of declaration. One failing check hides no other. */
export async function runChecks(
  lab: string,
  checks: readonly Check[],
  surroundings: Surroundings,
  { deadlineMs, onRecord, signal, origin = surroundings.now() }: RunOptions,
): Promise<CheckRecord[]> {
  const run: Run = { lab, surroundings, deadlineMs, signal, stopped: aborted(signal), origin };
  const records = new Map<string, CheckRecord>();
  const runOne = async (check: Check): Promise<void> => {
    const record = await runCheck(run, check);
    records.set(check.id, record);
    onRecord?.(record);
  };
  const looking = checks.filter((check) => !changes(check.probe));
  const queue = [...looking].sort((one, other) => commands(other) - commands(one));
  const worker = async (): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) await runOne(check);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const check of checks.filter((one) => !looking.includes(one))) await runOne(check);
  return checks.flatMap((check) => records.get(check.id) ?? []);
}

/** What takes longest begins first: else the whole run waits for it in the end. */
function commands({ probe }: Check): number {
  return commandsOf(probe).length;
}

/** A time in which all looks have passed, where one check must hold consistently. */
interface Window {
  readonly since: number;
  readonly looks: number;
}

/**
 * Looks until the check passes, cannot be measured, its time is over, or the run is stopped. What must hold consistently
 * is looked at until its window is over, or it does not hold; the window begins as soon as it can be measured. A deadline
 * of 0 looks once all the same.
 */
async function runCheck(run: Run, check: Check): Promise<CheckRecord> {
  const { now, sleep, lacking } = run.surroundings;
  const start = now();
  const looks: Look[] = [];
  const reasons = needsOfCheck(check).flatMap((need) => lacking(need) ?? []);
  if (reasons.length > 0) return recordOf(run, check, start, skipped(reasons), looks);
  const windowMs = run.deadlineMs === 0 ? 0 : (check.consistently ?? 0) * 1000;
  let pause = FIRST_PAUSE_MS;
  let window: Window | undefined;
  for (;;) {
    if (run.signal?.aborted === true) {
      const meaning = looks.length === 0 ? "it was not looked at" : cutOff(looks);
      return recordOf(run, check, start, stopped(run, meaning), looks);
    }
    const begun = now();
    const limit = start + run.deadlineMs + windowMs + LAST_LOOK_MS;
    const seen = (await Promise.race([lookOnce(check, run, limit), run.stopped])) ?? stopped(run, cutOff(looks));
    const { verdict, actual } = seen.judgement;
    looks.push({ startMs: since(run, begun), durationMs: Math.round(now() - begun), verdict, actual });
    if (windowMs > 0 && (verdict !== "error" || window !== undefined)) window = longer(window, begun);
    const held = window === undefined ? 0 : now() - window.since;
    const tooLate = seen.final || now() - start + pause > run.deadlineMs;
    const over =
      window === undefined
        ? verdict === "pass" || tooLate
        : verdict !== "pass" || (held >= windowMs && window.looks > 1);
    if (over) {
      const explained = (await Promise.race([explain(check, run, seen, limit), run.stopped])) ?? seen;
      return recordOf(run, check, start, window === undefined ? explained : told(explained, window, held), looks);
    }
    const untilEnd = window === undefined ? Infinity : Math.max(windowMs - held, FIRST_PAUSE_MS);
    await Promise.race([sleep(Math.min(pause, untilEnd)), run.stopped]);
    pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MS);
  }
}

function longer(window: Window | undefined, begun: number): Window {
  return { since: window?.since ?? begun, looks: (window?.looks ?? 0) + 1 };
}

/** What has passed, with how often and for how long; what has not, with when it ceased to hold. */
function told(seen: Seen, { looks }: Window, milliseconds: number): Seen {
  const { verdict, actual } = seen.judgement;
  if (verdict === "error") return seen;
  const [times, time] = [String(looks), `${(milliseconds / 1000).toFixed(1)} s`];
  const said =
    verdict === "pass"
      ? `${actual}, at each of ${times} looks in ${time}`
      : `${actual}, at look ${times}, after ${time}`;
  return { ...seen, judgement: { ...seen.judgement, actual: said } };
}

/** The record of a check that was not looked at, and why. */
export function notLookedAt(
  lab: string,
  check: Check,
  surroundings: Surroundings,
  verdict: "skip" | "error",
  reason: string,
  origin: number,
): CheckRecord {
  const run: Run = { lab, surroundings, deadlineMs: 0, signal: undefined, stopped: Promise.resolve(), origin };
  const seen: Seen = { judgement: { verdict, actual: reason }, evidence: [], final: true };
  return recordOf(run, check, surroundings.now(), seen, []);
}

/** What one look brought. */
interface Seen {
  readonly judgement: Omit<Judgement, "verdict"> & { readonly verdict: Verdict; readonly cause?: string };
  readonly evidence: readonly Evidence[];
  /** Looking again would not help: the tool is missing, or the run is stopped. */
  readonly final: boolean;
  /** What the probe's command of that name returned: several where it ran once for each of something. */
  readonly observed?: (name: string) => readonly Observation[];
}

function skipped(reasons: readonly string[]): Seen {
  return { judgement: { verdict: "skip", actual: reasons.join("; ") }, evidence: [], final: true };
}

/** A check that did not come to its end tells nothing, whatever it looked like until then. */
function stopped({ signal }: Run, meaning: string): Seen {
  return { judgement: { verdict: "error", actual: String(signal?.reason), meaning }, evidence: [], final: true };
}

function cutOff(looks: readonly Look[]): string {
  const last = looks.at(-1);
  return last === undefined ? "its first look was cut off" : `it was cut off; at the last whole look: ${last.actual}`;
}

async function lookOnce(check: Check, run: Run, limit: number): Promise<Seen> {
  const { surroundings } = run;
  const observations: { name: string; observation: Observation }[] = [];
  const observed = (name: string): Observation[] =>
    observations.filter((one) => one.name === name).map((one) => one.observation);
  try {
    const given = ({ needs = [] }: NamedCommand): boolean =>
      needs.every((need) => surroundings.lacking(need) === undefined);
    for (const all of grouped(commandsOf(check.probe).filter(given))) {
      const group = all.filter(({ due }) => due?.(observed) ?? true);
      const lists = await Promise.all(group.map(async ({ command }) => resolved(command, surroundings.resolve)));
      const enough = new AbortController();
      const observeAll = async ({ name, until }: NamedCommand, index: number): Promise<void> => {
        const ending = until === undefined ? undefined : enough.signal;
        for (const argv of lists[index] ?? []) {
          observations.push({ name, observation: await observe(argv, run, limit, ending) });
        }
        if (group.some((other) => other.until === name)) enough.abort();
      };
      await Promise.all(group.map(observeAll));
    }
    const judgement = judge(check.probe, findings(observations, surroundings.interfacesBefore));
    return { judgement, evidence: observations.map(evidenceOf), final: false, observed };
  } catch (problem) {
    if (!(problem instanceof Unmeasurable) && !(problem instanceof Unresolved)) throw problem;
    const judgement: Judgement = { verdict: "error", actual: problem.message };
    const final = problem instanceof Unmeasurable;
    return { judgement, evidence: observations.map(evidenceOf), final, observed };
  }
}

/** A failure with the first thing that is wrong on the way, and the command that shows it. */
async function explain(check: Check, run: Run, seen: Seen, limit: number): Promise<Seen> {
  const { verdict, lookAt = [] } = seen.judgement;
  if (verdict === "pass" || verdict === "skip" || seen.final) return seen;
  const look = async (command: Command): Promise<Observation | undefined> => {
    try {
      const [argv] = await resolved(command, run.surroundings.resolve);
      return argv === undefined ? undefined : await executed(argv, run, limit);
    } catch (problem) {
      if (problem instanceof Unmeasurable || problem instanceof Unresolved) return undefined;
      throw problem;
    }
  };
  const broken = await diagnose(check.probe, seen.observed ?? (() => []), look);
  if (broken === undefined) return seen;
  const judgement = {
    ...seen.judgement,
    cause: broken.what,
    lookAt: [broken.show, ...lookAt.filter((line) => line !== broken.show)],
  };
  return { ...seen, judgement };
}

/** Commands that run at the same time in groups of several, all others alone. */
function grouped(commands: readonly NamedCommand[]): NamedCommand[][] {
  const groups: NamedCommand[][] = [];
  for (const command of commands) {
    const last = groups.at(-1);
    if (command.together === true && last?.[0]?.together === true) last.push(command);
    else groups.push([command]);
  }
  return groups;
}

/** A probe that could not even be made, and cannot be a moment later either. */
class Unmeasurable extends Error {}

/** @param ending ends it before its time, with what it has printed by then */
async function observe(argv: readonly string[], run: Run, limit: number, ending?: AbortSignal): Promise<Observation> {
  const observation = await executed(argv, run, limit, ending);
  const unmeasurable = engineTrouble(observation);
  if (unmeasurable !== undefined) throw unmeasurable;
  return observation;
}

/** @throws Unmeasurable where it cannot be run, or there is no time left for it */
async function executed(
  argv: readonly string[],
  { surroundings, signal }: Run,
  limit: number,
  ending?: AbortSignal,
): Promise<Observation> {
  const { execute, now } = surroundings;
  const start = now();
  if (signal?.aborted === true) throw new Unmeasurable(String(signal.reason));
  if (start >= limit) throw new Unmeasurable("the check takes too long: its commands together did not end in time");
  const timeout = Math.min(COMMAND_TIMEOUT_MS, limit - start);
  const signals = [signal, ending].filter((one) => one !== undefined);
  const { exit, stdout, stderr, missing } = await execute(
    argv,
    timeout,
    ...(signals.length === 0 ? [] : [AbortSignal.any(signals)]),
  );
  if (missing !== undefined && ending?.aborted !== true) throw new Unmeasurable(missing);
  return { argv, exit, stdout, stderr, milliseconds: now() - start };
}

/**
 * Docker's own troubles share exit codes with the program that it was to run (`docker exec` returns 1 for a container
 * that is gone, and for a ping without answer), so they are told by their words.
 */
function engineTrouble({ argv: whole, exit, stdout, stderr }: Observation): Error | undefined {
  if (exit === 0) return undefined;
  // ssh's own troubles; the program's exit codes it hands on.
  if (whole[0] === "ssh" && exit === 255) return new Unresolved(stderr.trim().split("\n").at(-1) || "ssh failed");
  const { argv, toolbox } = withoutTls(withoutSsh(whole));
  // docker run's own troubles; the program's exit codes it hands on.
  if (toolbox && exit >= 125) {
    const said = complaintOf({ stderr });
    if (NO_PROGRAM.test(said)) return new Unmeasurable(`${argv[0] ?? ""} is not in the toolbox image (npx lab setup)`);
    if (/^docker: /m.test(stderr)) return new Unresolved(said);
  }
  // On a throw-away engine, `docker exec` stands there twice.
  const tool = argv[argv.lastIndexOf("exec") + 2] ?? "";
  if (argv[0] === "docker" && argv[1] === "exec" && (exit === 126 || exit === 127)) {
    // Engines tell it on either stream.
    const said = `${stderr}\n${stdout}`.trim().split("\n").at(-1) ?? "";
    if (NO_PROGRAM.test(said)) return new Unmeasurable(`${tool} is not in the container's image`);
    return new Unresolved(said || `docker exec exit ${String(exit)}`);
  }
  if (argv[0] === "docker" && ENGINE_TROUBLE.test(stderr)) return new Unresolved(complaintOf({ stderr }));
  if (argv.includes("nsenter") && stderr.startsWith("nsenter: ")) {
    const said = stderr.trim().split("\n")[0];
    return exit === 127 ? new Unmeasurable(said) : new Unresolved(said);
  }
  return undefined;
}

const NO_PROGRAM = /executable file not found|no such file or directory/i;
const ENGINE_TROUBLE =
  /No such (?:container|object)|is not running|is restarting|is paused|Cannot connect to the Docker daemon|error during connect|permission denied while trying to connect/;

function findings(
  observations: readonly { name: string; observation: Observation }[],
  interfacesBefore: readonly string[] | undefined,
): Findings {
  const of = (name: string): Observation[] =>
    observations.filter((one) => one.name === name).map((one) => one.observation);
  const one = (name: string): Observation => {
    const [first] = of(name);
    if (first === undefined) throw new Error(`the probe has no command "${name}"`);
    return first;
  };
  return { of, one, interfacesBefore };
}

/** Enough to see what happened, and no page of it. */
const LONGEST_OUTPUT = 4000;

function evidenceOf({ observation }: { observation: Observation }): Evidence {
  return {
    command: [...observation.argv],
    exit: observation.exit,
    stdout: headAndTail(observation.stdout),
    stderr: headAndTail(observation.stderr),
    durationMs: Math.round(observation.milliseconds),
  };
}

function headAndTail(text: string): string {
  if (text.length <= LONGEST_OUTPUT) return text;
  const half = LONGEST_OUTPUT / 2;
  return `${text.slice(0, half)}\n… ${String(text.length - LONGEST_OUTPUT)} characters left out …\n${text.slice(-half)}`;
}

function recordOf(run: Run, check: Check, start: number, seen: Seen, looks: readonly Look[]): CheckRecord {
  const { now, timeOrigin, engine, lacking } = run.surroundings;
  const { verdict, actual, meaning, cause, lookAt } = seen.judgement;
  return {
    schema: "check-record/1",
    id: check.id,
    lab: run.lab,
    what: check.what,
    why: check.why,
    claims: check.claims,
    verdict,
    expected: expectedOfCheck(check),
    actual,
    ...(meaning === undefined ? {} : { meaning }),
    ...(cause === undefined ? {} : { cause }),
    vantage: vantageOf(check.probe),
    seeIt: commandLines(check, lacking),
    lookAt: [...(lookAt ?? [])],
    startedAt: new Date(timeOrigin + start).toISOString(),
    startMs: since(run, start),
    durationMs: Math.round(now() - start),
    attempts: looks.length,
    looks: firstAndLast(looks),
    evidence: [...seen.evidence],
    engine,
  };
}

function since({ origin }: Run, time: number): number {
  return Math.round(time - origin);
}

/** A check that waits for long looks often, and most looks are alike. */
const MOST_LOOKS = 20;

function firstAndLast(looks: readonly Look[]): Look[] {
  if (looks.length <= MOST_LOOKS) return [...looks];
  return [...looks.slice(0, MOST_LOOKS / 2), ...looks.slice(-MOST_LOOKS / 2)];
}
