import { type CheckRecord, count, type Verdict } from "../checks/record";
import { PLAIN, type Style } from "./style";

const SYMBOL: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", skip: "-", error: "!" };

/** One line for each check: what holds, and what was really seen. */
export function table(records: readonly CheckRecord[], style: Style = PLAIN): string {
  const width = (of: (record: CheckRecord) => string): number => Math.max(0, ...records.map((one) => of(one).length));
  const [ids, whats] = [width((one) => one.id), width((one) => one.what)];
  return records
    .map((one) => {
      const symbol = coloured(one.verdict, SYMBOL[one.verdict], style);
      return `  ${symbol} ${one.id.padEnd(ids)}  ${one.what.padEnd(whats)}  ${style.quiet(one.actual)}`.trimEnd();
    })
    .join("\n");
}

function coloured(verdict: Verdict, text: string, style: Style): string {
  if (verdict === "pass") return style.good(text);
  return verdict === "skip" ? style.quiet(text) : style.bad(text);
}

/** What went wrong with one check, and what a person can type to see it and to look further. */
export function failure(record: CheckRecord, style: Style = PLAIN): string {
  const attempts = `${String(record.attempts)} attempt${record.attempts === 1 ? "" : "s"} in ${seconds(record.durationMs)}`;
  const lines: [string, string][] = [
    ["expected", record.expected],
    ["actual", record.actual],
    ...(record.meaning === undefined ? [] : [["meaning", record.meaning] as [string, string]]),
    ...record.seeIt.map((line, index) => [index === 0 ? "see it" : "", line] as [string, string]),
    ...record.lookAt.map((line, index) => [index === 0 ? "look at" : "", line] as [string, string]),
  ];
  return [
    `${style.bad(record.verdict.toUpperCase().padEnd(5))} ${style.strong(record.id)}   ${record.what}   ${style.quiet(attempts)}`,
    ...lines.map(([name, text]) => `  ${name.padEnd(8)}  ${text}`),
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

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** The whole report of a run: the table, then every check that did not pass in full. */
export function report(records: readonly CheckRecord[], style: Style = PLAIN): string {
  const troubles = records.filter((one) => one.verdict === "fail" || one.verdict === "error");
  return [table(records, style), ...troubles.map((one) => `\n${failure(one, style)}`)].join("\n");
}
