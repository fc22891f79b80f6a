import { toShell } from "../../../lib/checks/command";
import { commandsOf, judge, needsOf, vantageOf } from "../../../lib/checks/probes";
import type { SwarmProbe } from "../../../lib/checks/probes/swarm";
import { findings } from "../findings";

const probe: SwarmProbe = { kind: "swarm", engine: "a" };
const judged = (state: string, daemon: string, store?: string) =>
  judge(
    probe,
    findings({
      information: { stdout: JSON.stringify({ Swarm: { LocalNodeState: state }, ClusterStore: store }) },
      daemon: { stdout: `${daemon}\n` },
    }),
  );

test("asks the engine, and how its daemon was started", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual([
    "docker exec a docker info --format '{{json .}}'",
    "docker exec a ps -o args= -C dockerd",
  ]);
  expect(vantageOf(probe)).toEqual({ kind: "host", engine: "a" });
  expect(needsOf(probe)).toEqual([]);
});

test("passes in a swarm without any store", () => {
  expect(judged("active", "dockerd --host unix:///run/docker.sock")).toEqual({
    verdict: "pass",
    actual: "swarm active; dockerd --host unix:///run/docker.sock",
  });
});

test.each([
  ["no swarm", "inactive", "dockerd", undefined, /swarm inactive/],
  ["a daemon with a store", "active", "dockerd --cluster-store=consul://10.0.0.1", undefined, /cluster-store=consul/],
  ["an engine that names one", "active", "dockerd", "etcd://10.0.0.1", /etcd:/],
])("%s", (_, state, daemon, store, actual) => {
  expect(judged(state, daemon, store)).toMatchObject({ verdict: "fail", actual: expect.stringMatching(actual) });
});

test("is no proof when the engine says nothing that can be read", () => {
  const silent = findings({ information: { stdout: "" }, daemon: { stdout: "dockerd" } });
  expect(judge(probe, silent)).toMatchObject({ verdict: "error" });
});
