import { type CheckRecord, count } from "../checks/record";
import { failure } from "./text";

/**
 * JUnit XML as CI systems read it: a suite for each lab, a test case for each check. Attempts are no test cases of their
 * own; they stand in the text of the failure.
 */
export function junit(records: readonly CheckRecord[]): string {
  const labs = [...new Set(records.map(({ lab }) => lab))];
  const suites = labs.map((lab) =>
    suite(
      lab,
      records.filter((one) => one.lab === lab),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${totals(records)}>\n${suites.join("\n")}\n</testsuites>\n`;
}

function suite(lab: string, records: readonly CheckRecord[]): string {
  return `  <testsuite name="${escaped(lab)}" ${totals(records)}>\n${records.map(testcase).join("\n")}\n  </testsuite>`;
}

function totals(records: readonly CheckRecord[]): string {
  const counts = count(records);
  const milliseconds = records.reduce((sum, one) => sum + one.durationMs, 0);
  return [
    `tests="${String(records.length)}"`,
    `failures="${String(counts.fail)}"`,
    `errors="${String(counts.error)}"`,
    `skipped="${String(counts.skip)}"`,
    `time="${seconds(milliseconds)}"`,
  ].join(" ");
}

function testcase(record: CheckRecord): string {
  const open = `    <testcase classname="${escaped(record.lab)}" name="${escaped(record.id)}" time="${seconds(record.durationMs)}"`;
  const inner = outcome(record);
  return inner === "" ? `${open}/>` : `${open}>\n      ${inner}\n    </testcase>`;
}

function outcome(record: CheckRecord): string {
  const message = escaped(`expected ${record.expected}, got ${record.actual}`);
  switch (record.verdict) {
    case "pass":
      return "";
    case "skip":
      return `<skipped message="${escaped(record.actual)}"/>`;
    case "fail":
      return `<failure message="${message}">${escaped(failure(record))}</failure>`;
    case "error":
      return `<error message="${message}">${escaped(failure(record))}</error>`;
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

const ENTITY: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** For text and attributes alike; what XML 1.0 cannot hold at all (control characters, half surrogates) is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"]/g, (letter) => ENTITY[letter] ?? letter);
}
