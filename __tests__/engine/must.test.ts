import { must } from "../../lib/engine/must";
import { Unfit } from "../../lib/topology/refusal";

const node = (code: string): string[] => [process.execPath, "-e", code];

test("what succeeds returns what it printed", async () => {
  expect(await must("no greeting", node("console.log('hello')"), 20_000)).toBe("hello\n");
});

test("what fails is an Unfit: what cannot be, why, and what to do", async () => {
  const failing = must("no greeting", node("console.error('I am mute'); process.exit(3)"), 20_000, "write a letter");
  await expect(failing).rejects.toThrow(new Unfit("no greeting: I am mute", "write a letter"));
});
