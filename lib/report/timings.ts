import type { Span } from "./timeline";

/** How wide the whole time is drawn. */
const WIDTH = 40;
const INDENT: Readonly<Record<Span["kind"], string>> = { step: "", resource: "  ", request: "    ", check: "    " };

/**
 * Where the time went: a line for each step, resource and check, with a bar that lies where it ran. Requests to the
 * engine are left to the trace: there are too many of them.
 */
export function timings(spans: readonly Span[], totalMs: number): string {
  const rows = [...spans]
    .filter(({ kind }) => kind !== "request")
    .sort((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs)
    .map((span) => ({ label: INDENT[span.kind] + span.name, span }));
  const width = Math.max(0, ...rows.map(({ label }) => label.length));
  return [
    "Where the time went",
    ...rows.map(({ label, span }) => `  ${label.padEnd(width)}  ${seconds(span.durationMs)}  ${bar(span, totalMs)}`),
    `  ${"in all".padEnd(width)}  ${seconds(totalMs)}`,
  ].join("\n");
}

function bar({ startMs, durationMs }: Span, totalMs: number): string {
  const column = (milliseconds: number): number =>
    Math.min(WIDTH, Math.max(0, Math.round((milliseconds / totalMs) * WIDTH)));
  const start = Math.min(column(startMs), WIDTH - 1);
  return " ".repeat(start) + "█".repeat(Math.max(1, column(startMs + durationMs) - start));
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2).padStart(6)} s`;
