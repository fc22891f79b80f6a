import type { Span, SpanKind } from "./timeline";

const TITLES: Readonly<Record<SpanKind, string>> = {
  step: "steps of the command",
  resource: "resources",
  request: "requests to the engine",
  check: "checks",
};
const KINDS = Object.keys(TITLES) as SpanKind[];
const PROCESS = 1;
/** More than anything runs at once. */
const LANES = 1000;

/**
 * The same as a trace that chrome://tracing and https://ui.perfetto.dev open: the Trace Event Format, whose times are in
 * microseconds. What overlaps lies in lanes of its own, since a lane's spans may only be nested.
 */
export function chromeTrace(spans: readonly Span[]): string {
  const events = KINDS.flatMap((kind, index) => {
    const lanes = lanesOf(spans.filter((span) => span.kind === kind));
    return lanes.flatMap((lane, number) => {
      const place = { pid: PROCESS, tid: index * LANES + number + 1 };
      const title = { name: "thread_name", ph: "M", ts: 0, ...place, args: { name: TITLES[kind] } };
      return [title, ...lane.map((span) => ({ ...eventOf(span), ...place }))];
    });
  });
  return `${JSON.stringify({ displayTimeUnit: "ms", traceEvents: events }, null, 1)}\n`;
}

function eventOf({ kind, name, startMs, durationMs }: Span): object {
  return { name, cat: kind, ph: "X", ts: Math.round(startMs * 1000), dur: Math.round(durationMs * 1000) };
}

function lanesOf(spans: readonly Span[]): Span[][] {
  const lanes: Span[][] = [];
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const free = lanes.find((lane) => lane.every((other) => other.startMs + other.durationMs <= span.startMs));
    if (free === undefined) lanes.push([span]);
    else free.push(span);
  }
  return lanes;
}
