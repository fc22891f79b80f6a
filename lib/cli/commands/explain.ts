import type { Command } from "commander";
import { commandLines, expectedOfCheck, needsOfCheck, tagsOf, type Check } from "../../checks/check";
import { CLAIMS } from "../../checks/claims";
import { FACTS } from "../../checks/facts";
import { describeNeed } from "../../checks/need";
import { vantageOf } from "../../checks/probes";
import { describeVantage } from "../../checks/vantage";
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

/** What holds and why, on which engines, what to type, and where it comes from. */
export function explained(check: Check): string {
  const needs = needsOfCheck(check).map(describeNeed);
  const claims = CLAIMS.filter(({ id }) => check.claims.includes(id));
  const parts: [string, readonly string[]][] = [
    ["expected", [expectedOfCheck(check)]],
    ["from", [describeVantage(vantageOf(check.probe))]],
    ["see it", commandLines(check)],
    ["holds on", [needs.length === 0 ? "every engine" : `what has ${needs.join(", ")}; elsewhere it is skipped`]],
    ...(check.facts ?? []).map((id): [string, string[]] => [`fact ${id}`, [FACTS[id] ?? ""]]),
    ...claims.map(({ id, sentence, outdated }): [string, string[]] => [
      `claim ${id}`,
      [sentence, ...(outdated === undefined ? [] : [`today: ${outdated}`])],
    ]),
    ["tags", [tagsOf(check).join(", ")]],
  ];
  return [
    check.what,
    "",
    check.why,
    "",
    ...parts.flatMap(([name, lines]) => lines.map((line, index) => `${index === 0 ? name : ""}`.padEnd(11) + line)),
  ].join("\n");
}
