import { type CheckRecord, count, type Verdict } from "../checks/record";
import { describeVantage } from "../checks/vantage";
import { printable } from "./printable";
import { PLAIN, type Style } from "./style";

/** How much a person wants to read: only what did not pass; a line for each check too; or everything in full. */
export type Verbosity = "quiet" | "normal" | "verbose";

const SYMBOL: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", skip: "-", error: "!" };

/** One line for each check: what holds, and what was really seen. */
export function table(records: readonly CheckRecord[], style: Style = PLAIN): string {
  const width = (of: (record: CheckRecord) => string): number => Math.max(0, ...records.map((one) => of(one).length));
  const [ids, whats] = [width((one) => one.id), width((one) => one.what)];
  return records
    .map((one) => {
      const symbol = coloured(one.verdict, SYMBOL[one.verdict], style);
      const actual = style.quiet(printable(one.actual));
      return `  ${symbol} ${one.id.padEnd(ids)}  ${one.what.padEnd(whats)}  ${actual}`.trimEnd();
    })
    .join("\n");
}

function coloured(verdict: Verdict, text: string, style: Style): string {
  if (verdict === "pass") return style.good(text);
  return verdict === "skip" ? style.quiet(text) : style.bad(text);
}

/** What went wrong with one check, and what a person can type to see it and to look further. */
export function failure(record: CheckRecord, style: Style = PLAIN): string {
  return block(record, style, [...found(record), ["see it", record.seeIt], ["look at", record.lookAt]]);
}

/** All of a record, whatever its verdict: from where it was looked, too, and each look where there were several. */
export function inFull(record: CheckRecord, style: Style = PLAIN): string {
  const looks = record.looks.length < 2 ? [] : record.looks;
  return block(record, style, [
    ...found(record),
    ["from", [describeVantage(record.vantage)]],
    ["see it", record.seeIt],
    ["looks", looks.map(({ startMs, actual }) => `${seconds(startMs - record.startMs)}  ${actual}`)],
    ["look at", record.lookAt],
  ]);
}

type Part = readonly [name: string, lines: readonly string[]];

/** What should be and why, what is, what that means, and what it comes of. */
function found({ expected, why, actual, meaning, cause }: CheckRecord): Part[] {
  return [
    ["expected", [expected]],
    ["because", [why ?? []].flat()],
    ["actual", [actual]],
    ["meaning", [meaning ?? []].flat()],
    ["cause", [cause ?? []].flat()],
  ];
}

function block(record: CheckRecord, style: Style, parts: readonly Part[]): string {
  const attempts = `${String(record.attempts)} attempt${record.attempts === 1 ? "" : "s"} in ${seconds(record.durationMs)}`;
  const verdict = coloured(record.verdict, record.verdict.toUpperCase().padEnd(5), style);
  return [
    `${verdict} ${style.strong(record.id)}   ${record.what}   ${style.quiet(attempts)}`,
    ...parts.flatMap(([name, texts]) =>
      texts.map((text, index) => `  ${(index === 0 ? name : "").padEnd(8)}  ${printable(text)}`),
    ),
  ].join("\n");
}

/** `12 passed, 1 failed, 2 skipped (why), 1 could not be measured` */
export function summary(records: readonly CheckRecord[]): string {
  const counts = count(records);
  const reasons = [...new Set(records.filter((one) => one.verdict === "skip").map((one) => one.actual))].join("; ");
  return [
    `${String(counts.pass)} passed`,
    `${String(counts.fail)} failed`,
    ...(counts.skip === 0 ? [] : [`${String(counts.skip)} skipped (${reasons})`]),
    ...(counts.error === 0 ? [] : [`${String(counts.error)} could not be measured`]),
  ].join(", ");
}

/** The summary, and on what engine and kernel it is true. */
export function conclusion(records: readonly CheckRecord[]): string {
  const engines = [...new Set(records.map(({ engine }) => engine.summary))];
  return [summary(records), ...engines].join(" — ");
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The report of a run without its conclusion: the table, then every check that did not pass in full. */
export function report(
  records: readonly CheckRecord[],
  style: Style = PLAIN,
  verbosity: Exclude<Verbosity, "quiet"> = "normal",
): string {
  if (verbosity === "verbose") return records.map((one) => inFull(one, style)).join("\n\n");
  return [table(records, style), ...troubles(records, style).map((text) => `\n${text}`)].join("\n");
}

function troubles(records: readonly CheckRecord[], style: Style): string[] {
  return records.filter(({ verdict }) => verdict === "fail" || verdict === "error").map((one) => failure(one, style));
}

/** The whole report of a run. */
export function wholeReport(
  records: readonly CheckRecord[],
  style: Style = PLAIN,
  verbosity: Verbosity = "normal",
): string {
  const parts = verbosity === "quiet" ? troubles(records, style) : [report(records, style, verbosity)];
  return [...parts, conclusion(records)].join("\n\n");
}
