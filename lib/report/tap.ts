import type { CheckRecord } from "../checks/record";
import { printable } from "./printable";
import { conclusion } from "./text";

/** TAP version 14 (https://testanything.org): a plan, a line for each check, and what went wrong as YAML. */
export function tap(records: readonly CheckRecord[]): string {
  const plan = records.length === 0 ? "1..0 # SKIP no check was chosen" : `1..${String(records.length)}`;
  const end = `# ${described(conclusion(records))}`;
  return `${["TAP version 14", plan, ...records.flatMap(lines), end].join("\n")}\n`;
}

function lines(record: CheckRecord, index: number): string[] {
  const { verdict, id, what, actual } = record;
  const good = verdict === "pass" || verdict === "skip";
  const directive = verdict === "skip" ? ` # SKIP ${oneLine(actual)}` : "";
  const line = `${good ? "ok" : "not ok"} ${String(index + 1)} - ${described(`${id} ${what}`)}${directive}`;
  return good ? [line] : [line, ...diagnosis(record)];
}

function diagnosis(record: CheckRecord): string[] {
  const { verdict, expected, why, actual, meaning, cause, seeIt, lookAt, attempts, durationMs } = record;
  const entries = Object.entries({
    verdict,
    expected,
    why,
    actual,
    meaning,
    cause,
    seeIt,
    lookAt,
    attempts,
    durationMs,
  });
  // JSON is YAML: quoting it so needs no rules of our own.
  const yaml = entries
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  return ["  ---", ...yaml, "  ..."];
}

/** `#` would begin a directive. */
function described(text: string): string {
  return oneLine(text).replace(/[\\#]/g, "\\$&");
}

function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}
