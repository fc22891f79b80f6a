import type { Summary } from "./statistics";

/** One line: what a contestant needed for a step, over all rounds. */
export interface Row extends Summary {
  readonly contestant: string;
  readonly step: string;
}

export interface GroupResult {
  readonly name: string;
  readonly title: string;
  /** The contestant that the others are compared with, step by step. */
  readonly baseline: string;
  /** The contestant that is held against each of the others, too. */
  readonly subject?: string;
  readonly rows: readonly (Row & { readonly ratio?: number })[];
  /** Who could not take part, and why. */
  readonly skipped: readonly { readonly contestant: string; readonly reason: string }[];
}

/** What is written: nothing in it names the machine or a folder on it. */
export interface Results {
  readonly schema: "bench/1";
  readonly rounds: number;
  readonly machine: { readonly processors: number; readonly versions: Readonly<Record<string, string>> };
  readonly groups: readonly GroupResult[];
}

/** Gives each row its ratio to the baseline's median for the same step; none where the baseline has no such step. */
export function compared(rows: readonly Row[], baseline: string): GroupResult["rows"] {
  return rows.map((row) => {
    const base = rows.find((one) => one.contestant === baseline && one.step === row.step);
    return base === undefined ? row : { ...row, ratio: row.median / base.median };
  });
}

/** The subject's steps, each beside the same step of everybody else. */
export function comparisons({ rows, subject }: GroupResult): string[] {
  return rows
    .filter(({ contestant }) => contestant === subject)
    .flatMap(({ step, median }) => {
      const others = rows.filter((row) => row.contestant !== subject && row.step === step);
      const ratios = others.map((row) => `${(median / row.median).toFixed(2)} × ${row.contestant}`);
      return ratios.length === 0 ? [] : [`${subject ?? ""} ${step}: ${ratios.join("; ")}`];
    });
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(milliseconds < 100 ? 3 : 2);

function cells({ contestant, step, median, minimum, maximum, ratio }: GroupResult["rows"][number]): string[] {
  const times = [median, minimum, maximum].map(seconds);
  return [contestant, step, ...times, ratio === undefined ? "" : ratio.toFixed(2)];
}

/** For a terminal. */
export function textOf(group: GroupResult): string {
  const { title, baseline, rows, skipped } = group;
  const lines = [["", "", "median", "min", "max", `× ${baseline}`], ...rows.map(cells)];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  const aligned = lines.map((line) =>
    line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  return [
    title,
    ...aligned.map((line) => `  ${line.join("  ")}`.trimEnd()),
    ...skipped.map(({ contestant, reason }) => `  ${contestant}: skipped, ${reason}`),
    ...comparisons(group).map((line) => `  ${line}`),
  ].join("\n");
}

/** For the README. */
export function markdownOf({ rounds, machine, groups }: Results): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const processors = `${String(machine.processors)} processor${machine.processors === 1 ? "" : "s"}`;
  return [
    ...groups.map(tableOf),
    `Seconds; medians of ${String(rounds)} alternating rounds in one run. ${[processors, ...versions].join(", ")}.`,
  ].join("\n\n");
}

function tableOf(group: GroupResult): string {
  const { title, baseline, rows, skipped } = group;
  return [
    `| ${title} | step | median | min | max | × ${baseline} |`,
    "| --- | --- | --: | --: | --: | --: |",
    ...rows.map((row) => `| ${cells(row).join(" | ")} |`),
    ...skipped.map(({ contestant, reason }) => `| ${contestant} | skipped: ${reason} | | | | |`),
    ...comparisons(group).map((line) => `\n_${line}._`),
  ].join("\n");
}

/** A page with `content` between its two markers. */
export function filled(page: string, content: string): string {
  const [begin, end] = ["<!-- bench -->", "<!-- bench end -->"];
  const [start, stop] = [page.indexOf(begin), page.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`the page has no ${begin} … ${end}`);
  return `${page.slice(0, start)}${begin}\n\n${content}\n\n${page.slice(stop)}`;
}
