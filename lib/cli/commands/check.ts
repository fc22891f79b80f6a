import type { Command } from "commander";
import { type CheckRecord, exitCodeOf } from "../../checks/record";
import { report, summary } from "../../report/text";
import { labsWithState, readState } from "../../terraform/state";
import { Refusal } from "../../topology/refusal";
import { checkDeployed, DEADLINE_MS } from "../check-deployed";
import { reachedEngine } from "../engine";
import { option, withExamples } from "../options";
import { labsMeant } from "../own-labs";
import type { Session } from "../session";

interface CheckOptions {
  readonly deadline: number;
  readonly wait: boolean;
  readonly json?: boolean;
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
    .addOption(option("--json", "print the records as JSON"))
    .action(async (labs: string[], options: CheckOptions) => {
      process.exitCode = await check(session, labs, options);
    });
  withExamples(command, [
    ["npx lab check", "every lab that is up"],
    ["npx lab check host --no-wait", "one lab, one look"],
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
  const docker = await reachedEngine(session);
  const records: CheckRecord[] = [];
  for (const lab of labs) {
    records.push(
      ...(await checkDeployed(session.project, docker, lab, {
        deadlineMs: options.wait ? options.deadline * 1000 : 0,
      })),
    );
  }
  session.print(
    options.json === true
      ? JSON.stringify(records, null, 2)
      : `${report(records, session.style)}\n\n${summary(records)}`,
  );
  return exitCodeOf(records);
}
