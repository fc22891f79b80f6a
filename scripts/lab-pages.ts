import { type Check, commandLines } from "../lib/checks/check";
import { actionLines } from "../lib/checks/step";
import { createApp } from "../lib/labs";
import { settingsFrom } from "../lib/constructs/settings";
import { svgOf } from "../lib/report/picture";
import { pictureOf } from "../lib/topology/picture";

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

/** Each lab as it is drawn on its page, as SVG. */
export async function pictures(): Promise<Record<string, string>> {
  const { labs } = createApp({}, { ...settingsFrom({}, process.cwd()), instance: "0123abcd" });
  const drawn = labs.map(async ({ lab }) => {
    const graph = pictureOf(lab.id, lab.topology(), lab.engines);
    return [lab.id, await svgOf(graph)] as const;
  });
  return Object.fromEntries(await Promise.all(drawn));
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
