import { type Check, commandLines } from "../lib/checks/check";
import { actionLines } from "../lib/checks/step";
import { createApp } from "../lib/labs";
import { settingsFrom } from "../lib/constructs/settings";

/** What each lab checks, and why, as a table for its page: made from the lab itself, so that it cannot go stale. */
export function checkTables(): Record<string, string> {
  // Not this checkout's own: the page is the same wherever it is made.
  const { labs } = createApp({}, { ...settingsFrom({}, process.cwd()), instance: "0123abcd" });
  return Object.fromEntries(
    labs.map((stack) => {
      const { id, checks, steps } = stack.describe();
      const checkRow = (check: Check): string =>
        row(check.id.replace(`${id}/`, ""), check, check.claims, commandLines(check));
      const rows = [
        ...checks.map(checkRow),
        ...steps.flatMap((step) => [
          row(`**step ${step.name}**`, step, [], actionLines(step)),
          ...step.checks.map(checkRow),
        ]),
      ];
      return [
        id,
        ["| check | what holds, and why | claims | see it |", "| --- | --- | --- | --- |", ...rows].join("\n"),
      ];
    }),
  );
}

function row(
  name: string,
  { what, why }: { readonly what: string; readonly why: string },
  claims: readonly string[],
  lines: readonly string[],
): string {
  const commands = lines.map((line) => `\`${line.replaceAll("|", "\\|")}\``);
  return `| ${name} | ${what}. ${why} | ${claims.join(", ")} | ${commands.join("<br>")} |`;
}
