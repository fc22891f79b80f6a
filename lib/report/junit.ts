import { type CheckRecord, count } from "../checks/record";
import { printable } from "./printable";
import { failure } from "./text";

/**
 * JUnit XML as CI systems read it: a suite for each lab, a test case for each check. It keeps to what the schemas of Ant
 * and of Jenkins both allow. Attempts are no test cases of their own, which would be counted: they are properties.
 */
export function junit(records: readonly CheckRecord[]): string {
  const labs = [...new Set(records.map(({ lab }) => lab))];
  const suites = labs.map((lab, index) =>
    suite(
      lab,
      index,
      records.filter((one) => one.lab === lab),
    ),
  );
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join("\n");
}

function suite(lab: string, index: number, records: readonly CheckRecord[]): string {
  const counts = count(records);
  const first = records.map(({ startedAt }) => startedAt).sort()[0] ?? "";
  const end = Math.max(...records.map(({ startMs, durationMs }) => startMs + durationMs));
  const start = Math.min(...records.map(({ startMs }) => startMs));
  const attributes = {
    id: String(index),
    package: "lab",
    name: lab,
    // In UTC: the schemas have no room for a zone, and none for fractions of a second.
    timestamp: first.replace(/(?:\.\d+)?Z$/, ""),
    hostname: "localhost",
    tests: String(records.length),
    failures: String(counts.fail),
    errors: String(counts.error),
    skipped: String(counts.skip),
    time: seconds(end - start),
  };
  return [
    `  <testsuite ${attributesOf(attributes)}>`,
    "    <properties>",
    ...properties(records).map(([name, value]) => `      <property ${attributesOf({ name, value })}/>`),
    "    </properties>",
    ...records.map(testcase),
    "    <system-out/>",
    "    <system-err/>",
    "  </testsuite>",
  ].join("\n");
}

/** What the suite ran on, and how often it was looked where once was not enough. */
function properties(records: readonly CheckRecord[]): [string, string][] {
  const engines = [...new Set(records.map(({ engine }) => engine.summary))];
  return [
    ...engines.map((engine): [string, string] => ["engine", engine]),
    ...records
      .filter(({ attempts }) => attempts > 1)
      .map(({ id, attempts, durationMs }): [string, string] => [
        `attempts ${id}`,
        `${String(attempts)} in ${seconds(durationMs)} s`,
      ]),
  ];
}

function testcase(record: CheckRecord): string {
  const attributes = { classname: record.lab, name: record.id, time: seconds(record.durationMs) };
  const inner = outcome(record);
  if (inner === "") return `    <testcase ${attributesOf(attributes)}/>`;
  return `    <testcase ${attributesOf(attributes)}>\n      ${inner}\n    </testcase>`;
}

function outcome(record: CheckRecord): string {
  const message = `expected ${record.expected}, got ${record.actual}`;
  const attributes = attributesOf({ type: record.verdict, message });
  switch (record.verdict) {
    case "pass":
      return "";
    case "skip":
      return `<skipped ${attributesOf({ message: record.actual })}/>`;
    case "fail":
      return `<failure ${attributes}>${escaped(failure(record))}</failure>`;
    case "error":
      return `<error ${attributes}>${escaped(failure(record))}</error>`;
  }
}

function attributesOf(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(" ");
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

const ENTITY: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** For text and attributes alike; what XML 1.0 cannot hold at all (control characters, half surrogates) is left out. */
function escaped(text: string): string {
  return printable(text).replace(/[&<>"]/g, (letter) => ENTITY[letter] ?? letter);
}
