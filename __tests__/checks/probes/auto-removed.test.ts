import { toShell } from "../../../lib/checks/command";
import { changes, commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { AutoRemovedProbe } from "../../../lib/checks/probes/auto-removed";
import { findings, type Output } from "../findings";

const probe: AutoRemovedProbe = {
  kind: "auto-removed",
  container: "lab-host-passing",
  lab: "host",
  instance: "test0000",
  image: "docker-network-labs/nginx:local",
};
const ID = "c2f0b5d1a3e94c3a8f8e9d0c1b2a39485766554433221100ffeeddccbbaa9988";
const judged = (outputs: Partial<Record<"run" | "left", Output>>) =>
  judge(probe, findings({ run: { stdout: "passing\n" }, left: {}, remove: { exit: 1 }, ...outputs }));

test("runs a container with the lab's labels to its end, looks for it, and leaves nothing in any case", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual([
    'docker run --rm --name "lab-host-passing-$$" --network host --label docker-network-labs.lab=host' +
      " --label docker-network-labs.instance=test0000 docker-network-labs/nginx:local echo passing",
    'docker ps --all --quiet --no-trunc --filter "name=lab-host-passing-$$"',
    'docker rm --force "lab-host-passing-$$"',
  ]);
  expect(needsOf(probe)).toEqual([]);
  expect(changes(probe)).toBe(false);
  expect(expectedOf(probe)).toBe("once its process has ended, there is no such container");
});

test("removes what the engine has kept, and only that", () => {
  const due = (left: string): boolean | undefined =>
    commandsOf(probe)
      .at(-1)
      ?.due?.(findings({ run: {}, left: { stdout: left }, remove: {} }).of);
  expect([due(""), due(`${ID}\n`)]).toEqual([false, true]);
});

test("passes where it is gone, and fails where it is kept", () => {
  expect(judged({})).toEqual({ verdict: "pass", actual: "it ran, ended, and is gone" });
  expect(judged({ left: { stdout: `${ID}\n` } })).toMatchObject({
    verdict: "fail",
    actual: "it is still there: c2f0b5d1a3e9",
    meaning: "the engine keeps what it was told to remove (--rm)",
  });
});

test.each<["run" | "left", string]>([
  ["run", "docker run exit 125: Conflict."],
  ["left", "docker ps exit 125: Conflict."],
])("is no verdict where %s does not work", (name, actual) => {
  expect(judged({ [name]: { exit: 125, stderr: "Conflict.\n" } })).toEqual({ verdict: "error", actual });
});

test("is no verdict where what ran does not say so", () => {
  expect(judged({ run: { stdout: "" } })).toMatchObject({ verdict: "error" });
});
