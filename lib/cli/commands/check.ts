import { performance } from "perf_hooks";
import { setTimeout } from "timers/promises";
import type { Command } from "commander";
import type { Check } from "../../checks/check";
import { checksOf, type DeployedLab } from "../../checks/deployed";
import { type CheckRecord, exitCodeOf } from "../../checks/record";
import { selected } from "../../checks/select";
import { aborted } from "../../engine/aborted";
import { conditions } from "../../engine/conditions";
import { type Verbosity, wholeReport } from "../../report/text";
import { labsWithState, readState } from "../../terraform/state";
import { Refusal, Unfit } from "../../topology/refusal";
import { checkDeployed, DEADLINE_MS, lastRecords, placeOf } from "../check-deployed";
import { isClosed } from "../closed-pipes";
import { reachedEngine } from "../engine";
import { interruptible } from "../interruption";
import { option, secondsOf, withExamples } from "../options";
import { labsMeant } from "../own-labs";
import { type WantedReport, wantedReports, writeReports } from "../reports";
import { titleOf } from "../scenario";
import type { Session } from "../session";
import { timedCommand, type TimedOptions } from "../timed";

interface CheckOptions extends TimedOptions {
  readonly deadline: number;
  readonly wait: boolean;
  readonly timeLimit?: number;
  readonly json?: boolean;
  readonly only?: string;
  readonly failed?: boolean;
  readonly strict?: boolean;
  readonly watch?: boolean;
  readonly interval: number;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly report?: WantedReport[];
}

/** `lab check`: runs the checks of labs that are up. Nothing changes, but where a lab has steps: those are played again. */
export function checkCommand(program: Command, session: Session): void {
  const command = program
    .command("check [labs...]")
    .description(
      "run the checks of labs that are up; all of them when none is named. A lab with steps is brought back to its beginning, and its steps are played",
    )
    .addOption(
      option(
        "--only <pattern>",
        "ids (host/*, *answers*), claims (A4) or tags (http, negative); or with commas. Steps are played up to the last that is wanted",
      ),
    )
    .addOption(option("--failed", "checks that did not pass in the last run"))
    .addOption(
      option("--deadline <seconds>", "how long a check may take to come true")
        .default(DEADLINE_MS / 1000)
        .argParser(secondsOf("--deadline", 0, DEADLINE_MS / 1000)),
    )
    .addOption(option("--no-wait", "look once, do not wait for a check to come true"))
    .addOption(
      option("--time-limit <seconds>", "end the run then; what is not over counts as not measured").argParser(
        secondsOf("--time-limit", 0.1, 60),
      ),
    )
    .addOption(option("--strict", "what is skipped counts as not measured: exit code 2"))
    .addOption(
      option("--watch", "look again and again, until Ctrl-C; at labs with steps as they stand, nothing is played"),
    )
    .addOption(
      option("--interval <seconds>", "the pause between two looks of --watch")
        .default(2)
        .argParser(secondsOf("--interval", 0.1, 2)),
    )
    .addOption(option("-q, --quiet", "print what did not pass, and the conclusion"))
    .addOption(option("-v, --verbose", "print expectations and commands of what passed, too"))
    .addOption(
      option(
        "--report <form:file>",
        "write a report: text, json, junit, tap or markdown; - is the standard output",
      ).argParser(wantedReports),
    )
    .addOption(option("--json", "print the records as JSON: --report json:-"));
  timedCommand<CheckOptions>(command, session, (labs, options) =>
    (options.watch === true ? watch : check)(session, labs, options),
  );
  withExamples(command, [
    ["npx lab check", "every lab that is up"],
    ["npx lab check host --no-wait", "one lab, one look"],
    ["npx lab check --only A9 --report junit:report.xml", "what proves a claim, as CI reads it"],
    ["npx lab check --json | jq '.[] | select(.verdict != \"pass\")'", "what did not pass, as data"],
    ["npx lab check bridge --watch --quiet", "what breaks while one tries things out"],
  ]);
}

async function check(session: Session, names: readonly string[], options: CheckOptions): Promise<number> {
  const limit = options.timeLimit === undefined ? undefined : options.timeLimit * 1000;
  const [reports, verbosity] = [reportsOf(options), verbosityOf(options)];
  return interruptible(async (signal) => {
    const labs = await chosen(await deployedLabs(session, names), session, options);
    const deadlineMs = options.wait ? options.deadline * 1000 : 0;
    const records = await runAll(session, labs, options, deadlineMs, signal);
    // The standard output holds one document: people read along on the other.
    const show = reports.some(({ target }) => target === "-") ? session.say : session.print;
    show(wholeReport(records, session.style, verbosity));
    await writeReports(session, reports, records);
    return exitCodeOf(records, options.strict);
  }, limit);
}

/** Each round looks once, and changes nothing: to wait for a check to come true is what watching does. */
async function watch(session: Session, names: readonly string[], options: CheckOptions): Promise<number> {
  const [reports, verbosity] = [reportsOf(options), verbosityOf(options)];
  if (reports.some(({ target }) => target === "-"))
    throw new Refusal("--watch", "each round has its report, and the standard output takes one", "--report json:FILE");
  const limit = options.timeLimit === undefined ? undefined : options.timeLimit * 1000;
  return interruptible(async (signal) => {
    let exit = 0;
    const stopped = aborted(signal);
    for (let round = 0; !signal.aborted && !isClosed(process.stdout); round++) {
      const labs = await chosen(await deployedLabs(session, names), session, options);
      const standing = await Promise.all(
        labs.map(async (lab) => standingOf(lab, await placeOf(session.project, lab.id))),
      );
      if (round === 0) refuseUnknownPlace(standing);
      if (round === 0) refuseNothing(labs, standing);
      const records = await runAll(
        session,
        standing.flatMap(({ lab }) => lab ?? []),
        options,
        0,
        signal,
      );
      // A round that was cut off tells nothing that the last whole one has not told.
      if (signal.aborted) break;
      const places = standing.flatMap(({ where }) => where ?? []);
      session.print([`${session.clear}${new Date().toLocaleTimeString("en-GB")}`, ...places].join("\n"));
      session.print(`${wholeReport(records, session.style, verbosity)}\n`);
      await writeReports(session, reports, records);
      if (records.length > 0) exit = exitCodeOf(records, options.strict);
      const pause = new AbortController();
      await Promise.race([setTimeout(options.interval * 1000, undefined, { signal: pause.signal }), stopped]);
      pause.abort();
    }
    return exit;
  }, limit);
}

/** A lab as it is looked at where it stands, and where that is; no lab where that is not known, neither where it has no steps. */
interface Standing {
  readonly id: string;
  readonly lab?: DeployedLab;
  readonly where?: string;
}

/** With steps, a lab is as its last step has left it, and what holds is what that one led to. @param done how many it has behind it */
function standingOf(lab: DeployedLab, done: number | undefined): Standing {
  const { id, steps } = lab;
  if (steps.length === 0) return { id, lab };
  if (done === undefined) return { id, where: `${id} is between two steps` };
  const checks = done === 0 ? lab.checks : (steps[done - 1]?.checks ?? []);
  const nothing = checks.length === 0 ? ", where nothing of what is watched holds" : "";
  const where = done === 0 ? `${id} is at its beginning` : `${id} after ${titleOf(steps, done - 1)}`;
  return { id, lab: { ...lab, checks, steps: [] }, where: `${where}${nothing}` };
}

/** Later it may be unknown for a while: somebody plays a step. */
function refuseUnknownPlace(standing: readonly Standing[]): void {
  const lost = standing.find(({ lab }) => lab === undefined);
  if (lost === undefined) return;
  throw new Refusal("--watch", `where ${lost.id} stands is not known; from the beginning`, `npx lab reset ${lost.id}`);
}

/**
 * Later a step may lead to where there is nothing to look at; from the beginning it is a mistake.
 * @param labs with only those of their checks that are wanted
 */
function refuseNothing(labs: readonly DeployedLab[], standing: readonly Standing[]): void {
  if (standing.some(({ lab }) => lab !== undefined && lab.checks.length > 0)) return;
  const [{ id, checks, steps } = { id: "", checks: [], steps: [] }] = labs;
  const holds = [
    ...(checks.length === 0 ? [] : ["at its beginning"]),
    ...steps.flatMap((step, index) => (step.checks.length === 0 ? [] : [`after ${titleOf(steps, index)}`])),
  ];
  const [where = ""] = standing.map((one) => one.where);
  throw new Refusal(
    "--watch",
    `${where}, but ${holds.join(", and ")}; the steps one by one, from the beginning`,
    `npx lab reset ${id}; npx lab step ${id}`,
  );
}

/** The checks of all labs as one run, on conditions that are looked up once. */
async function runAll(
  session: Session,
  labs: readonly DeployedLab[],
  { only, failed, watch }: CheckOptions,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<CheckRecord[]> {
  const origin = performance.now();
  const docker = await reachedEngine(session);
  const found = await Promise.race([conditions(docker), aborted(signal)]);
  if (found === undefined) throw new Unfit(`the engine did not answer; ${String(signal.reason)}`);
  const partly = only !== undefined || failed === true || watch === true;
  const records: CheckRecord[] = [];
  for (const lab of labs) {
    const options = { deadlineMs, signal, origin, partly, conditions: found };
    const run = (): Promise<CheckRecord[]> => checkDeployed(session.project, docker, lab, options);
    records.push(...(await session.timeline.step(`${lab.id}: checks`, run)));
  }
  for (const record of records) session.timeline.checked(record);
  return records;
}

function reportsOf({ report = [], json }: CheckOptions): WantedReport[] {
  return json === true ? [...report, { format: "json", target: "-" }] : report;
}

function verbosityOf({ quiet, verbose }: CheckOptions): Verbosity {
  if (quiet === true && verbose === true) throw new Refusal("--quiet", "one cannot have it --verbose too; choose one");
  if (quiet === true) return "quiet";
  return verbose === true ? "verbose" : "normal";
}

/** @throws Refusal when none is up, or one that was named is not */
async function deployedLabs(session: Session, names: readonly string[]): Promise<DeployedLab[]> {
  const ids =
    names.length === 0
      ? await labsWithState(session.project.folder)
      : (await labsMeant(session.project, names)).map(({ id }) => id);
  const states = await Promise.all(ids.map((id) => readState(session.project.state(id), id)));
  const labs = states.flatMap(({ lab }) => lab ?? []);
  const missing = ids.filter((id) => !labs.some((lab) => lab.id === id));
  if (names.length === 0 && labs.length === 0) {
    throw new Refusal("lab check", "no lab is up; first", "npx lab up host bridge");
  }
  if (names.length > 0 && missing.length > 0) {
    const plural = missing.length === 1 ? "is" : "are";
    throw new Refusal("lab check", `${missing.join(", ")} ${plural} not up; first`, `npx lab up ${missing.join(" ")}`);
  }
  return labs;
}

/** The labs with only those of their checks that are wanted. */
async function chosen(labs: DeployedLab[], session: Session, { only, failed }: CheckOptions): Promise<DeployedLab[]> {
  let checks = labs.flatMap(checksOf);
  if (only !== undefined) checks = selected(checks, only);
  if (failed === true) {
    const last = (await Promise.all(labs.map(({ id }) => lastRecords(session.project, id)))).flat();
    const ids = last.filter(({ verdict }) => verdict === "fail" || verdict === "error").map(({ id }) => id);
    checks = checks.filter(({ id }) => ids.includes(id));
    if (checks.length === 0)
      throw new Refusal("--failed", "nothing failed in the last run; all checks", "npx lab check");
  }
  const wanted = <T extends { checks: Check[] }>(of: T): T => ({
    ...of,
    checks: of.checks.filter((one) => checks.includes(one)),
  });
  return labs
    .map((lab) => ({ ...wanted(lab), steps: lab.steps.map(wanted) }))
    .filter((lab) => checksOf(lab).length > 0);
}
