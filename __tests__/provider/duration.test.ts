import fc from "fast-check";
import { formatDuration, parseDuration } from "../../lib/provider/docker/duration";

describe("durations as Go writes them", () => {
  test.each([
    ["0s", 0, "0s"],
    ["0", 0, "0s"],
    ["90s", 90e9, "1m30s"],
    ["1m", 60e9, "1m0s"],
    ["120s", 120e9, "2m0s"],
    ["1h", 3600e9, "1h0m0s"],
    ["1.5s", 1.5e9, "1.5s"],
    ["250ms", 250e6, "250ms"],
    ["3us", 3e3, "3µs"],
    ["7ns", 7, "7ns"],
    ["1h2m3.5s", 3723.5e9, "1h2m3.5s"],
    ["-5s", -5e9, "-5s"],
  ])("%s", (text, nanoseconds, canonical) => {
    expect(parseDuration(text)).toBe(nanoseconds);
    expect(formatDuration(nanoseconds)).toBe(canonical);
  });

  test.each(["", "5", "s", "1 s", "1d", "1s1", "--1s"])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("the canonical spelling means the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 13 }), (milliseconds) => {
        const nanoseconds = (milliseconds % 10 ** 7) * 1e6;
        expect(parseDuration(formatDuration(nanoseconds))).toBe(nanoseconds);
      }),
    );
  });
});
