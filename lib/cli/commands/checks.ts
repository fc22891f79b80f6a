import type { Command } from "commander";
import { commandLines, tagsOf, type Check } from "../../checks/check";
import { CLAIMS } from "../../checks/claims";
import { FACTS } from "../../checks/facts";
import { checksOf } from "../../checks/deployed";
import { describedLabs } from "../described";
import { option, withExamples } from "../options";
import type { Session } from "../session";

/** `lab checks`: which checks there are, whether or not their labs are up. */
export function checksCommand(program: Command, session: Session): void {
  const command = program
    .command("checks [labs...]")
    .description("list checks: what holds, why, and what to type to see it")
    .addOption(option("-v, --verbose", "print why, and the commands, too"))
    .addOption(option("--json", "print the checks as JSON"))
    .action(async (names: string[], { json, verbose }: { json?: boolean; verbose?: boolean }) => {
      const checks = (await describedLabs(session, names)).flatMap(checksOf);
      if (json === true) session.print(JSON.stringify(checks.map(asData), null, 2));
      else session.print(`${listed(checks, verbose === true)}\n\n${coverage(checks)}`);
    });
  withExamples(command, [
    ["npx lab checks", "all of them"],
    ["npx lab checks host --verbose", "one lab's, with their reasons and commands"],
    ["npx lab checks host --json", "the same as data"],
  ]);
}

function asData(check: Check): object {
  return { ...check, tags: tagsOf(check), seeIt: commandLines(check) };
}

function listed(checks: readonly Check[], verbose: boolean): string {
  const width = Math.max(...checks.map(({ id }) => id.length)) + 2;
  const indent = " ".repeat(width);
  return checks
    .flatMap((check) => [
      `${check.id.padEnd(width)}${check.what} (${check.claims.join(", ") || "no claim"})`,
      ...(verbose ? [check.why, ...commandLines(check)].map((line) => `${indent}${line}`) : []),
    ])
    .join("\n");
}

/** `35 checks; they prove 17 of 37 claims, and show 20 of 120 facts of the catalogue` */
export function coverage(checks: readonly Check[]): string {
  const number = (ids: readonly string[]): string => String(new Set(ids).size);
  const claims = `${number(checks.flatMap((check) => check.claims))} of ${String(CLAIMS.length)} claims`;
  const facts = `${number(checks.flatMap((check) => check.facts ?? []))} of ${String(Object.keys(FACTS).length)} facts`;
  return `${String(checks.length)} checks; they are about ${claims}, and show ${facts} of the catalogue`;
}
