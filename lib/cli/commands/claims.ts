import type { Command } from "commander";
import { type Entry, ledger } from "../../checks/claims";
import { describedLabs } from "../described";
import { option, withExamples } from "../options";
import type { Session } from "../session";

/** `lab claims`: the ledger of the two articles' sentences, and what proves each. */
export function claimsCommand(program: Command, session: Session): void {
  const command = program
    .command("claims")
    .description("list the articles' sentences, and which checks prove them")
    .addOption(option("--json", "print the ledger as JSON"))
    .action(async ({ json }: { json?: boolean }) => {
      const entries = ledger((await describedLabs(session, [])).flatMap((lab) => lab.checks));
      session.print(json === true ? JSON.stringify(entries, null, 2) : entries.map(asText).join("\n"));
    });
  withExamples(command, [["npx lab claims", "what is held, what is outdated, and what nothing proves yet"]]);
}

function asText({ id, standing, sentence, outdated, untestable, proof }: Entry): string {
  const indent = " ".repeat(24);
  return [
    `${id.padEnd(5)}${standing.padEnd(19)}${sentence}`,
    ...(outdated === undefined ? [] : [`${indent}today: ${outdated}`]),
    ...(standing === "not testable here" ? [`${indent}${untestable}`] : []),
    ...(proof.length === 0 ? [] : [`${indent}${proof.join(", ")}`]),
  ].join("\n");
}
