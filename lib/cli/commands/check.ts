import type { Command } from "commander";
import type { DeployedLab } from "../../checks/deployed";
import { type CheckRecord, exitCodeOf } from "../../checks/record";
import { selected } from "../../checks/select";
import { report, summary } from "../../report/text";
import { labsWithState, readState } from "../../terraform/state";
import { Refusal } from "../../topology/refusal";
import { checkDeployed, DEADLINE_MS, lastRecords } from "../check-deployed";
import { reachedEngine } from "../engine";
import { option, withExamples } from "../options";
import { labsMeant } from "../own-labs";
import { type WantedReport, wantedReports, writeReports } from "../reports";
import type { Session } from "../session";

interface CheckOptions {
  readonly deadline: number;
  readonly wait: boolean;
  readonly json?: boolean;
  readonly only?: string;
  readonly failed?: boolean;
  readonly report?: WantedReport[];
}

/** `lab check`: runs the checks of labs that are up, and changes nothing. */
export function checkCommand(program: Command, session: Session): void {
  const command = program
    .command("check [labs...]")
    .description("run the checks of labs that are up; all of them when none is named")
    .addOption(
      option("--deadline <seconds>", "how long a check may take to come true")
        .default(DEADLINE_MS / 1000)
        .argParser(checkedSeconds),
    )
    .addOption(option("--no-wait", "look once, do not wait for a check to come true"))
    .addOption(option("--only <pattern>", "checks whose id fits (host/*, *answers*), or that prove a claim (A4)"))
    .addOption(option("--failed", "checks that did not pass in the last run"))
    .addOption(
      option(
        "--report <form:file>",
        "write a report: text, json, junit, tap or markdown; - is the standard output",
      ).argParser(wantedReports),
    )
    .addOption(option("--json", "print the records as JSON: --report json:-"))
    .action(async (labs: string[], options: CheckOptions) => {
      process.exitCode = await check(session, labs, options);
    });
  withExamples(command, [
    ["npx lab check", "every lab that is up"],
    ["npx lab check host --no-wait", "one lab, one look"],
    ["npx lab check --only A9 --report junit:report.xml", "what proves a claim, as CI reads it"],
    ["npx lab check --json | jq '.[] | select(.verdict != \"pass\")'", "what did not pass, as data"],
  ]);
}

function checkedSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds >= 0 && seconds <= 3600) return seconds;
  throw new Refusal(
    "--deadline",
    `${JSON.stringify(text)} is no number of seconds from 0 to 3600`,
    String(DEADLINE_MS / 1000),
  );
}

async function check(session: Session, names: readonly string[], options: CheckOptions): Promise<number> {
  const labs = await chosen(await deployedLabs(session, names), session, options);
  const docker = await reachedEngine(session);
  const deadlineMs = options.wait ? options.deadline * 1000 : 0;
  const records: CheckRecord[] = [];
  const partly = options.only !== undefined || options.failed === true;
  for (const lab of labs) records.push(...(await checkDeployed(session.project, docker, lab, { deadlineMs, partly })));
  const reports = [
    ...(options.report ?? []),
    ...(options.json === true ? [{ format: "json", target: "-" } as const] : []),
  ];
  // The standard output holds one document: people read along on the other.
  const show = reports.some(({ target }) => target === "-") ? session.say : session.print;
  show(`${report(records, session.style)}\n\n${summary(records)}`);
  await writeReports(session, reports, records);
  return exitCodeOf(records);
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
  let checks = labs.flatMap((lab) => lab.checks);
  if (only !== undefined) checks = selected(checks, only);
  if (failed === true) {
    const last = (await Promise.all(labs.map(({ id }) => lastRecords(session.project, id)))).flat();
    const ids = last.filter(({ verdict }) => verdict === "fail" || verdict === "error").map(({ id }) => id);
    checks = checks.filter(({ id }) => ids.includes(id));
    if (checks.length === 0)
      throw new Refusal("--failed", "nothing failed in the last run; all checks", "npx lab check");
  }
  return labs
    .map((lab) => ({ ...lab, checks: lab.checks.filter((one) => checks.includes(one)) }))
    .filter((lab) => lab.checks.length > 0);
}
