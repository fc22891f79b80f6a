import { agrees, type MatrixCell, type MatrixRecord, type Outcome } from "../checks/matrix/record";
import type { Style } from "./style";

/** The matrix as a table: vantages and ways down, listeners across. What was measured and differs is marked. */
export function matrixTable(matrix: MatrixRecord, style: Style): string {
  const rows = grouped(matrix.cells);
  const table = [
    ["", "", ...matrix.listeners],
    ...rows.map((cells, index) => {
      const [first] = cells;
      const sameVantage = rows[index - 1]?.[0]?.vantage === first?.vantage;
      return [
        sameVantage ? "" : (first?.vantage ?? ""),
        first?.way ?? "",
        ...matrix.listeners.map((title) => cellText(cells.find(({ listener }) => listener === title))),
      ];
    }),
  ];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, "", matrixSummary(matrix, style), ...differences(matrix, style)].join("\n");
}

/** Each cell with its reason, one a line. */
export function matrixReasons({ cells }: MatrixRecord): string {
  return cells
    .map(({ vantage, way, listener, expected, why, fact }) => {
      return `${vantage} → ${listener} by ${way}: ${textOf(expected)}, since ${why} (${fact})`;
    })
    .join("\n");
}

/** `42 cells`, or `42 cells, 42 as predicted (probe: 1.9 s)`. */
export function matrixSummary({ cells, durationMs }: MatrixRecord, style: Style): string {
  const count = `${String(cells.length)} cells`;
  if (durationMs === undefined) return count;
  const measured = cells.filter(({ actual }) => actual !== undefined);
  const right = measured.filter(agrees).length;
  const unknown = cells.length - measured.length;
  const text = `${count}, ${String(right)} as predicted${unknown === 0 ? "" : `, ${String(unknown)} without an address to ask`}`;
  const mark = right === measured.length ? style.good(text) : style.bad(text);
  return `${mark} (probe: ${(durationMs / 1000).toFixed(1)} s)`;
}

function differences({ cells }: MatrixRecord, style: Style): string[] {
  return cells
    .filter((cell) => !agrees(cell))
    .flatMap(({ vantage, way, listener, url, expected, why, fact, actual }) => [
      "",
      `${style.bad("DIFFERS")}  ${vantage} → ${listener} by ${way} (${url ?? ""})`,
      `  predicted  ${textOf(expected)}: ${why} (${fact})`,
      `  measured   ${actual === undefined ? "" : textOf([actual])}`,
    ]);
}

/** The rows in their order: cells of one vantage and one way. */
function grouped(cells: readonly MatrixCell[]): MatrixCell[][] {
  const rows = new Map<string, MatrixCell[]>();
  for (const cell of cells) {
    const key = `${cell.vantage} ${cell.way}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [cell]);
    else row.push(cell);
  }
  return [...rows.values()];
}

function cellText(cell: MatrixCell | undefined): string {
  if (cell === undefined) return "–";
  return agrees(cell)
    ? textOf(cell.expected)
    : `${textOf(cell.actual === undefined ? [] : [cell.actual])} ≠ ${textOf(cell.expected)}`;
}

function textOf(outcomes: readonly Outcome[]): string {
  return outcomes
    .map((outcome) => {
      if (outcome.kind === "answers") return outcome.by.join("/");
      if (outcome.kind === "other") return `(${outcome.said})`;
      return outcome.kind === "no-name" ? "(no such name)" : `(${outcome.kind})`;
    })
    .join(" or ");
}
