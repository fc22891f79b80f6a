import type { Command } from "commander";
import { type Check, needsOfCheck } from "../../checks/check";
import { type Entry, ledger } from "../../checks/claims";
import { checksOf } from "../../checks/deployed";
import { lackingIn } from "../../checks/need";
import { type Conditions, conditions } from "../../engine/conditions";
import { describedLabs } from "../described";
import { option, withExamples } from "../options";
import { coverage } from "./checks";
import type { Session } from "../session";

/** `lab claims`: the ledger of the two articles' sentences, and what proves each. */
export function claimsCommand(program: Command, session: Session): void {
  const command = program
    .command("claims")
    .description("list the articles' sentences, and which checks prove them")
    .addOption(option("--json", "print the ledger as JSON"))
    .action(async ({ json }: { json?: boolean }) => {
      const checks = (await describedLabs(session, [])).flatMap(checksOf);
      const found = await conditions(session.docker()).catch(() => undefined);
      const entries = ledger(checks.map((check) => ({ ...check, lacking: lackingHere(check, found) })));
      session.print(
        json === true ? JSON.stringify(entries, null, 2) : `${entries.map(asText).join("\n")}\n\n${coverage(checks)}`,
      );
    });
  withExamples(command, [["npx lab claims", "what is held, what is outdated, and what nothing proves yet"]]);
}

/** Why a check cannot be run here. Without an engine nobody knows; and root is not the machine's to have. */
function lackingHere(check: Check, found: Conditions | undefined): string | undefined {
  if (found === undefined) return undefined;
  const reasons = needsOfCheck(check).flatMap((need) => (need === "root" ? [] : (lackingIn(need, found) ?? [])));
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

function asText({ id, standing, sentence, outdated, untestable, proof }: Entry): string {
  const indent = " ".repeat(24);
  return [
    `${id.padEnd(5)}${standing.padEnd(19)}${sentence}`,
    ...(standing === "outdated" ? [`${indent}today: ${String(outdated)}`] : []),
    ...(standing === "not testable here" ? [`${indent}${untestable}`] : []),
    ...(proof.length === 0 ? [] : [`${indent}${proof.join(", ")}`]),
  ].join("\n");
}
