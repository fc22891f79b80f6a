import type { Command } from "commander";
import { commandLines, type Check } from "../../checks/check";
import { CLAIMS } from "../../checks/claims";
import { expectedOf } from "../../checks/probes";
import { checkNamed, describedLabs } from "../described";
import { withExamples } from "../options";
import type { Session } from "../session";

/** `lab explain`: one check as a lesson. */
export function explainCommand(program: Command, session: Session): void {
  const command = program
    .command("explain <check>")
    .description("tell what a check shows, why it holds, and what to type to see it")
    .action(async (id: string) => {
      session.print(explained(checkNamed(await describedLabs(session, []), id)));
    });
  withExamples(command, [["npx lab explain host/web/owner", "why netstat names nginx itself"]]);
}

function explained(check: Check): string {
  const claims = CLAIMS.filter(({ id }) => check.claims.includes(id));
  return [
    check.what,
    "",
    check.why,
    "",
    `expected  ${expectedOf(check.probe)}`,
    ...commandLines(check).map((line, index) => `${index === 0 ? "see it" : ""}`.padEnd(10) + line),
    ...claims.map(({ id, sentence, outdated }) => {
      const today = outdated === undefined ? "" : ` (today: ${outdated})`;
      return `claim ${id}`.padEnd(10) + sentence + today;
    }),
  ].join("\n");
}
