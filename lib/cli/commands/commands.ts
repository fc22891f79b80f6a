import type { Command } from "commander";
import { type Check, commandLines } from "../../checks/check";
import type { DeployedLab } from "../../checks/deployed";
import { quoted } from "../../engine/shell";
import { actionLines } from "../../checks/step";
import { describedLabs } from "../described";
import { withExamples } from "../options";
import type { Session } from "../session";

/** `lab commands`: everything that a lab's checks look at, as a shell script to run by hand. */
export function commandsCommand(program: Command, session: Session): void {
  const command = program
    .command("commands <lab>")
    .description("print a shell script of everything that a lab's checks look at")
    .action(async (name: string) => {
      session.print((await describedLabs(session, [name])).map(script).join("\n"));
    });
  withExamples(command, [["npx lab commands host | sudo sh", "all of it at once"]]);
}

/** No `set -e`: a command that fails, such as a request that must be refused, is something to see. */
function script({ id, checks, steps }: DeployedLab): string {
  const start = steps.length === 0 ? "up" : `up and at its beginning (npx lab reset ${id})`;
  return [
    "#!/bin/sh",
    `# What the checks of lab ${id} look at. The lab must be ${start}, and most of it takes root.`,
    ...checks.map(checkPart),
    ...steps.flatMap((step) => [part(step.what, actionLines(step)), ...step.checks.map(checkPart)]),
  ].join("\n");
}

function checkPart(check: Check): string {
  return part(check.what, commandLines(check));
}

function part(title: string, lines: readonly string[]): string {
  return ["", `echo; echo ${quoted(`## ${title}`)}`, ...lines].join("\n");
}
