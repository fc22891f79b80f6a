import type { Command } from "commander";
import { commandLines } from "../../checks/check";
import type { DeployedLab } from "../../checks/deployed";
import { quoted } from "../../engine/shell";
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
function script({ id, checks }: DeployedLab): string {
  const parts = checks.map((check) =>
    [``, `echo; echo ${quoted(`## ${check.what}`)}`, ...commandLines(check)].join("\n"),
  );
  return [
    "#!/bin/sh",
    `# What the checks of lab ${id} look at. The lab must be up, and most of it takes root.`,
    ...parts,
  ].join("\n");
}
