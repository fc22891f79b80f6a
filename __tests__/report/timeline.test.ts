import { Timeline } from "../../lib/report/timeline";

/** A clock that is set by hand. */
function timeline(): { timeline: Timeline; at: (milliseconds: number) => void } {
  let now = 0;
  return { timeline: new Timeline(() => now, 1_000_000), at: (milliseconds) => (now = milliseconds) };
}

test("a step is as long as its work, and hands on what it brought", async () => {
  const { timeline: line, at } = timeline();
  at(10);
  expect(await line.step("synthesize", () => Promise.resolve(at(25)).then(() => "done"))).toBe("done");
  expect(line.spans).toEqual([{ kind: "step", name: "synthesize", startMs: 10, durationMs: 15 }]);
});

test("a step that fails is noted too, and its failure handed on", async () => {
  const { timeline: line, at } = timeline();
  const failing = line.step("init", () => {
    at(7);
    throw new Error("no registry");
  });
  await expect(failing).rejects.toThrow("no registry");
  expect(line.spans).toEqual([{ kind: "step", name: "init", startMs: 0, durationMs: 7 }]);
});

test("a check lies where its record says, whichever process made it", () => {
  const { timeline: line } = timeline();
  line.checked({ id: "host/web/answers", startedAt: new Date(1_000_420).toISOString(), durationMs: 30 });
  expect(line.spans).toEqual([{ kind: "check", name: "host/web/answers", startMs: 420, durationMs: 30 }]);
});
