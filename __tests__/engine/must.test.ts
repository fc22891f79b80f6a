import { complaintOf, must } from "../../lib/engine/must";
import { Unfit } from "../../lib/topology/refusal";

test.each([
  ["RTNETLINK answers: File exists\n", "RTNETLINK answers: File exists"],
  ["Warning: on the way\nPermission denied (publickey).\n", "Permission denied (publickey)."],
  ["docker: no such image.\nSee 'docker run --help'.\n", "docker: no such image."],
  ["docker: no such image.\n\nRun 'docker run --help' for more information\n", "docker: no such image."],
  ["", "it said nothing"],
])("of %j the complaint is %s", (stderr, complaint) => {
  expect(complaintOf({ stderr })).toBe(complaint);
});

test("what could not be run at all says why not", () => {
  expect(complaintOf({ stderr: "half a line", missing: "ip did not end within 5 s" })).toBe(
    "ip did not end within 5 s",
  );
});

const node = (code: string): string[] => [process.execPath, "-e", code];

test("what succeeds returns what it printed", async () => {
  expect(await must("no greeting", node("console.log('hello')"), 20_000)).toBe("hello\n");
});

test("what fails is an Unfit: what cannot be, why, and what to do", async () => {
  const failing = must("no greeting", node("console.error('I am mute'); process.exit(3)"), 20_000, "write a letter");
  await expect(failing).rejects.toThrow(new Unfit("no greeting: I am mute", "write a letter"));
});
