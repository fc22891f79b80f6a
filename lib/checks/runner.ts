import type { Executed } from "../engine/execute";
import type { Check } from "./check";
import { commandLines } from "./check";
import { type Resolve, resolved } from "./command";
import type { Findings, Judgement, Need, Observation } from "./probe";
import { changes, commandsOf, expectedOf, judge, needsOf } from "./probes";
import type { CheckRecord, Evidence, Verdict } from "./record";

/** The runner's edges: what it runs with, and what it knows of the engine. Tests give their own. */
export interface Surroundings {
  /** Runs a program to its end. Never rejects for what the program does; `missing` when there is no such program. */
  readonly execute: (argv: readonly string[], timeoutMs: number) => Promise<Executed>;
  readonly resolve: Resolve;
  /** Why a need is not met here, or undefined when it is. */
  readonly lacking: (need: Need) => string | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** The host's interfaces before the lab was created, if recorded. */
  readonly interfacesBefore: readonly string[] | undefined;
}

/** A reference that has no value now: the container is gone or does not run. The message is for a person. */
export class Unresolved extends Error {}

export interface RunOptions {
  /** How long a check may take to come true, in milliseconds. 0 looks once. */
  readonly deadlineMs: number;
  /** Called as each check ends, in the order in which they end. */
  readonly onRecord?: (record: CheckRecord) => void;
}

/** Ready in about 0.2 s as a rule: early, fast looks save most of the time. */
const FIRST_PAUSE_MS = 100;
const PAUSE_GROWTH = 1.5;
const LONGEST_PAUSE_MS = 1000;
/** No command of a probe takes as long as this unless it hangs. */
const COMMAND_TIMEOUT_MS = 8000;
/** Probes mostly wait for other processes. */
const AT_ONCE = 6;

/** Runs all checks, and returns a record for each, in the order of declaration. One failing check hides no other. */
export async function runChecks(
  lab: string,
  checks: readonly Check[],
  surroundings: Surroundings,
  options: RunOptions,
): Promise<CheckRecord[]> {
  const records = new Map<string, CheckRecord>();
  const run = async (check: Check): Promise<void> => {
    const record = await runCheck(lab, check, surroundings, options.deadlineMs);
    records.set(check.id, record);
    options.onRecord?.(record);
  };
  const looking = checks.filter((check) => !changes(check.probe));
  const queue = [...looking];
  const worker = async (): Promise<void> => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) await run(check);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const check of checks.filter((one) => !looking.includes(one))) await run(check);
  return checks.flatMap((check) => records.get(check.id) ?? []);
}

/** Looks until the check passes, cannot be measured, or its time is over. */
async function runCheck(
  lab: string,
  check: Check,
  surroundings: Surroundings,
  deadlineMs: number,
): Promise<CheckRecord> {
  const { now, sleep, lacking } = surroundings;
  const reasons = needsOf(check.probe).flatMap((need) => lacking(need) ?? []);
  if (reasons.length > 0) return record(lab, check, skipped(reasons), 0, 0);
  const start = now();
  let pause = FIRST_PAUSE_MS;
  for (let attempts = 1; ; attempts += 1) {
    const look = await lookOnce(check, surroundings);
    const elapsed = now() - start;
    if (look.judgement.verdict === "pass" || look.final || elapsed + pause > deadlineMs) {
      return record(lab, check, look, attempts, elapsed);
    }
    await sleep(pause);
    pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MS);
  }
}

interface Look {
  readonly judgement: Omit<Judgement, "verdict"> & { readonly verdict: Verdict };
  readonly evidence: readonly Evidence[];
  /** Looking again would not help: the tool is missing. */
  readonly final: boolean;
}

function skipped(reasons: readonly string[]): Look {
  return { judgement: { verdict: "skip", actual: reasons.join("; ") }, evidence: [], final: true };
}

async function lookOnce(check: Check, surroundings: Surroundings): Promise<Look> {
  const observations: { name: string; observation: Observation }[] = [];
  try {
    for (const { name, command } of commandsOf(check.probe)) {
      for (const argv of await resolved(command, surroundings.resolve)) {
        observations.push({ name, observation: await observe(argv, surroundings) });
      }
    }
    const judgement = judge(check.probe, findings(observations, surroundings.interfacesBefore));
    return { judgement, evidence: observations.map(evidenceOf), final: false };
  } catch (problem) {
    if (!(problem instanceof Unmeasurable) && !(problem instanceof Unresolved)) throw problem;
    const judgement: Judgement = { verdict: "error", actual: problem.message };
    return { judgement, evidence: observations.map(evidenceOf), final: problem instanceof Unmeasurable };
  }
}

/** A probe that could not even be made, and cannot be a moment later either. */
class Unmeasurable extends Error {}

async function observe(argv: readonly string[], { execute, now }: Surroundings): Promise<Observation> {
  const start = now();
  const { exit, stdout, stderr, missing } = await execute(argv, COMMAND_TIMEOUT_MS);
  if (missing !== undefined) throw new Unmeasurable(missing);
  const observation = { argv, exit, stdout, stderr, milliseconds: now() - start };
  const unmeasurable = engineTrouble(observation);
  if (unmeasurable !== undefined) throw unmeasurable;
  return observation;
}

/**
 * Docker's own troubles share exit codes with the program that it was to run (`docker exec` returns 1 for a container
 * that is gone, and for a ping without answer), so they are told by their words.
 */
function engineTrouble({ argv, exit, stdout, stderr }: Observation): Error | undefined {
  if (exit === 0) return undefined;
  const tool = argv[argv.indexOf("exec") + 2] ?? "";
  if (argv[0] === "docker" && argv[1] === "exec" && (exit === 126 || exit === 127)) {
    // Engines tell it on either stream.
    const said = `${stderr}\n${stdout}`.trim().split("\n").at(-1) ?? "";
    if (NO_PROGRAM.test(said)) return new Unmeasurable(`${tool} is not in the container's image`);
    return new Unresolved(said || `docker exec exit ${String(exit)}`);
  }
  if (argv[0] === "docker" && ENGINE_TROUBLE.test(stderr)) return new Unresolved(stderr.trim().split("\n").at(-1));
  if (argv[0] === "nsenter" && stderr.startsWith("nsenter: ")) {
    const said = stderr.trim().split("\n")[0];
    return exit === 127 ? new Unmeasurable(said) : new Unresolved(said);
  }
  return undefined;
}

const NO_PROGRAM = /executable file not found|no such file or directory/i;
const ENGINE_TROUBLE =
  /No such (?:container|object)|is not running|is restarting|is paused|Cannot connect to the Docker daemon|permission denied while trying to connect/;

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

function record(lab: string, check: Check, look: Look, attempts: number, elapsed: number): CheckRecord {
  const { verdict, actual, meaning, lookAt } = look.judgement;
  return {
    schema: "check-record/1",
    id: check.id,
    lab,
    what: check.what,
    claims: check.claims,
    verdict,
    expected: expectedOf(check.probe),
    actual,
    ...(meaning === undefined ? {} : { meaning }),
    seeIt: commandLines(check),
    lookAt: [...(lookAt ?? [])],
    attempts,
    durationMs: Math.round(elapsed),
    evidence: [...look.evidence],
  };
}
