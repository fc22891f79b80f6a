import { z } from "zod";
import { chromeTrace } from "../../lib/report/chrome-trace";
import type { Span } from "../../lib/report/timeline";

/** The Trace Event Format: what its viewers need of complete events (X) and of names (M). */
const place = { pid: z.int(), tid: z.int(), ts: z.number() };
const Trace = z.object({
  traceEvents: z.array(
    z.discriminatedUnion("ph", [
      z.object({ ph: z.literal("X"), name: z.string(), cat: z.string(), dur: z.number().min(0), ...place }),
      z.object({ ph: z.literal("M"), name: z.literal("thread_name"), args: z.object({ name: z.string() }), ...place }),
    ]),
  ),
});

const span = (kind: Span["kind"], name: string, startMs: number, durationMs: number): Span => ({
  kind,
  name,
  startMs,
  durationMs,
});

function complete(spans: readonly Span[]): { name: string; ts: number; dur: number; tid: number }[] {
  const { traceEvents } = Trace.parse(JSON.parse(chromeTrace(spans)));
  return traceEvents.flatMap((event) => (event.ph === "X" ? [event] : []));
}

test("every span is a complete event, in microseconds", () => {
  const [event] = complete([span("step", "synthesize", 1.5, 20)]);
  expect(event).toMatchObject({ name: "synthesize", ts: 1500, dur: 20_000 });
});

test("what overlaps lies in different lanes, what follows in the same", () => {
  const events = complete([
    span("check", "one", 0, 10),
    span("check", "two", 5, 10),
    span("check", "three", 10, 10),
    span("step", "four", 0, 10),
  ]);
  const lane = (name: string): number | undefined => events.find((event) => event.name === name)?.tid;
  expect(lane("three")).toBe(lane("one"));
  expect(new Set(["one", "two", "four"].map(lane)).size).toBe(3);
});

test("lanes are named after what lies in them", () => {
  const { traceEvents } = Trace.parse(JSON.parse(chromeTrace([span("check", "one", 0, 1)])));
  expect(traceEvents[0]).toMatchObject({ ph: "M", args: { name: "checks" } });
});
