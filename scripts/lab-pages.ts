import { commandLines } from "../lib/checks/check";
import { createApp } from "../lib/labs";
import { settingsFrom } from "../lib/constructs/settings";

/** What each lab checks, and why, as a table for its page: made from the lab itself, so that it cannot go stale. */
export function checkTables(): Record<string, string> {
  // Not this checkout's own: the page is the same wherever it is made.
  const { labs } = createApp({}, { ...settingsFrom({}, process.cwd()), instance: "0123abcd" });
  return Object.fromEntries(
    labs.map((stack) => {
      const { id, checks } = stack.describe();
      const rows = checks.map((check) => {
        const commands = commandLines(check).map((line) => `\`${line.replaceAll("|", "\\|")}\``);
        const name = check.id.replace(`${id}/`, "");
        return `| ${name} | ${check.what}. ${check.why} | ${check.claims.join(", ")} | ${commands.join("<br>")} |`;
      });
      return [
        id,
        ["| check | what holds, and why | claims | see it |", "| --- | --- | --- | --- |", ...rows].join("\n"),
      ];
    }),
  );
}
