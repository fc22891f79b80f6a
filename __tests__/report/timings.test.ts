import { timings } from "../../lib/report/timings";

test("a line for each step, resource and check, in the order of their beginning, with bars where they ran", () => {
  const text = timings(
    [
      { kind: "resource", name: "host: docker_container.web", startMs: 500, durationMs: 250 },
      { kind: "request", name: "POST /containers/create", startMs: 500, durationMs: 100 },
      { kind: "check", name: "host/web/answers", startMs: 750, durationMs: 1 },
      { kind: "step", name: "host: apply", startMs: 500, durationMs: 500 },
      { kind: "step", name: "set-up", startMs: 0, durationMs: 500 },
    ],
    1000,
  );
  expect(text).toBe(
    `Where the time went
  set-up                          0.50 s  ████████████████████
  host: apply                     0.50 s                      ████████████████████
    host: docker_container.web    0.25 s                      ██████████
      host/web/answers            0.00 s                                ‖
  in all                          1.00 s`.replace("‖", "█"),
  );
});

test("a bar never leaves its place, whatever the clocks of two processes say", () => {
  const early = { kind: "check", name: "a", startMs: -20, durationMs: 10 } as const;
  const late = { kind: "check", name: "b", startMs: 2000, durationMs: 10 } as const;
  const bars = timings([early, late], 100)
    .split("\n")
    .filter((line) => line.includes("█"));
  expect(bars.map((line) => line.trimEnd().length - line.indexOf(" s  "))).toEqual([5, 44]);
});
