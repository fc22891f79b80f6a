import type { Command } from "commander";
import { commandLines } from "../../checks/check";
import { describedLabs } from "../described";
import { option, withExamples } from "../options";
import type { Session } from "../session";

/** `lab checks`: which checks there are, whether or not their labs are up. */
export function checksCommand(program: Command, session: Session): void {
  const command = program
    .command("checks [labs...]")
    .description("list checks: what holds, why, and what to type to see it")
    .addOption(option("--json", "print the checks as JSON"))
    .action(async (names: string[], { json }: { json?: boolean }) => {
      const checks = (await describedLabs(session, names)).flatMap((lab) => lab.checks);
      const width = Math.max(...checks.map(({ id }) => id.length)) + 2;
      session.print(
        json === true
          ? JSON.stringify(
              checks.map((check) => ({ ...check, seeIt: commandLines(check) })),
              null,
              2,
            )
          : checks
              .map(({ id, what, claims }) => `${id.padEnd(width)}${what} (${claims.join(", ") || "no claim"})`)
              .join("\n"),
      );
    });
  withExamples(command, [
    ["npx lab checks", "all of them"],
    ["npx lab checks host --json", "one lab's, as data"],
  ]);
}
