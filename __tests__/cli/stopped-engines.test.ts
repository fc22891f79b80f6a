import type Docker from "dockerode";
import { stoppedEngines } from "../../lib/cli/stopped-engines";

const containers = (states: Readonly<Record<string, string>>): Docker =>
  ({
    listContainers: async () => Object.entries(states).map(([name, State]) => ({ Names: [`/${name}`], State })),
  }) as unknown as Docker;

const server = (name: string, engine?: string): never =>
  ({ name, container: `lab-overlay-${name}`, ...(engine === undefined ? {} : { engine }) }) as never;
const LAB = {
  id: "overlay",
  engines: [
    { name: "host-a", container: "lab-overlay-host-a", address: "10.70.0.10" },
    { name: "host-b", container: "lab-overlay-host-b", address: "10.70.0.11" },
  ],
  servers: [server("web-1", "host-a"), server("web-2", "host-b")],
  steps: [],
};

test("a host that does not run is named, with the ways out", async () => {
  const docker = containers({ "lab-overlay-host-a": "exited", "lab-overlay-host-b": "running" });
  expect(await stoppedEngines(docker, LAB)).toEqual([
    `throw-away host host-a of lab overlay does not run (lab-overlay-host-a: exited), so Terraform cannot ask its engine.
  Start it: docker start lab-overlay-host-a, or take the lab away: npx lab down overlay --force`,
  ]);
});

test("one that a step of the lab has stopped comes back by lab reset", async () => {
  const docker = containers({ "lab-overlay-host-a": "running", "lab-overlay-host-b": "exited" });
  const actions = [{ do: "stop" as const, container: "lab-overlay-host-b" }];
  const steps = [{ name: "stop-b", what: "", why: "", actions, checks: [] }] as never;
  expect(await stoppedEngines(docker, { ...LAB, steps })).toEqual([
    `throw-away host host-b of lab overlay does not run (lab-overlay-host-b: exited), so Terraform cannot ask its engine.
  Back to the lab's beginning: npx lab reset overlay, or take the lab away: npx lab down overlay --force`,
  ]);
});

test.each([
  ["all run", { "lab-overlay-host-a": "running", "lab-overlay-host-b": "running" }, {}],
  ["there is none yet", {}, {}],
  ["nothing is on it", { "lab-overlay-host-a": "exited" }, { servers: [server("web", undefined)] }],
  ["the lab has no hosts of its own", { "lab-overlay-host-a": "exited" }, { engines: undefined }],
])("nothing is in the way where %s", async (_, states, change) => {
  expect(await stoppedEngines(containers(states as Record<string, string>), { ...LAB, ...change })).toEqual([]);
});
