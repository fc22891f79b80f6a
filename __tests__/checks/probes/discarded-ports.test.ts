import { toShell } from "../../../lib/checks/command";
import { changes, commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { DiscardedPortsProbe } from "../../../lib/checks/probes/discarded-ports";
import { findings, type Output } from "../findings";

const probe: DiscardedPortsProbe = {
  kind: "discarded-ports",
  container: "lab-host-discarded-ports",
  lab: "host",
  instance: "test0000",
  image: "docker-network-labs/nginx:local",
};
const ID = "c2f0b5d1a3e94c3a8f8e9d0c1b2a39485766554433221100ffeeddccbbaa9988\n";
const WARNING = "WARNING: Published ports are discarded when using host network mode\n";
const judged = (create: Output) => judge(probe, findings({ create, remove: {} }));

test("creates a container with the lab's labels, never starts it, and removes it", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual([
    'docker create --name "lab-host-discarded-ports-$$" --network host --publish 8080:80' +
      " --label docker-network-labs.lab=host --label docker-network-labs.instance=test0000" +
      " docker-network-labs/nginx:local",
    'docker rm --force "lab-host-discarded-ports-$$"',
  ]);
  expect(needsOf(probe)).toEqual([]);
  expect(changes(probe)).toBe(false);
  expect(expectedOf(probe)).toBe("the engine warns: Published ports are discarded when using host network mode");
});

test.each([
  ["alone", WARNING],
  ["among others", `${WARNING}WARNING: Your kernel does not support swap limit capabilities.\n`],
])("passes on the warning %s", (_name, stderr) => {
  expect(judged({ stdout: ID, stderr })).toEqual({ verdict: "pass", actual: WARNING.trim() });
});

test.each([
  ["", "no such warning: nothing was said"],
  ["WARNING: No memory limit support\n", "no such warning: WARNING: No memory limit support"],
])("fails without it", (stderr, actual) => {
  expect(judged({ stdout: ID, stderr })).toMatchObject({
    verdict: "fail",
    actual,
    meaning: "this engine treats published ports in host mode in another way than the article says",
  });
});

test.each([
  [
    125,
    "Unable to find image 'docker-network-labs/nginx:local' locally\ndocker: Error response from daemon: pull access denied.\n",
    "docker create exit 125: docker: Error response from daemon: pull access denied.",
  ],
  [
    1,
    'Error response from daemon: Conflict. The container name "/lab-host-discarded-ports" is already in use.\n',
    'docker create exit 1: Error response from daemon: Conflict. The container name "/lab-host-discarded-ports" is already in use.',
  ],
  [
    1,
    `${WARNING}Error response from daemon: no space left on device\n`,
    "docker create exit 1: Error response from daemon: no space left on device",
  ],
])("is no verdict when nothing was created", (exit, stderr, actual) => {
  expect(judged({ exit, stderr })).toEqual({ verdict: "error", actual });
});
