import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import { NeighbourProbe } from "../../../lib/checks/probes/neighbour";
import { HOST } from "../../../lib/checks/vantage";
import { findings } from "../findings";

/** Recorded: `ip -j -4 neigh show`. */
const TABLE = [
  { dst: "172.17.0.2", dev: "docker0", lladdr: "02:42:ac:11:00:02", state: ["DELAY"] },
  { dst: "192.0.2.77", dev: "eth0", state: ["FAILED"] },
];
const known: NeighbourProbe = { kind: "neighbour", from: HOST, expectation: "known", address: "172.17.0.2" };
const byMac: NeighbourProbe = { ...known, mac: "02:42:AC:11:00:02" };
const unknown: NeighbourProbe = {
  ...{ kind: "neighbour", from: HOST, expectation: "unknown" },
  ...{ address: "192.0.2.77", control: "172.17.0.2" },
};
const judged = (probe: NeighbourProbe, table: unknown = TABLE) =>
  judge(probe, findings({ neighbours: { stdout: JSON.stringify(table) } }));

test("makes the kernel ask, looks by ip as a person can, and says what it expects", () => {
  const typed = (probe: NeighbourProbe) => commandsOf(probe).map(({ command }) => toShell(command));
  const curl = "curl -4 -sS --noproxy '*' --max-time";
  expect(typed(known)).toEqual([`${curl} 1 http://172.17.0.2:9/`, "ip -j -4 neigh show"]);
  expect(typed(unknown)).toEqual([
    `${curl} 4 http://192.0.2.77:9/`,
    `${curl} 4 http://172.17.0.2:9/`,
    "ip -j -4 neigh show",
  ]);
  expect([known, byMac, unknown].map(expectedOf)).toEqual([
    "a MAC address is known for 172.17.0.2",
    "MAC address 02:42:AC:11:00:02 is known for 172.17.0.2",
    "no MAC address is known for 192.0.2.77, while one is for 172.17.0.2",
  ]);
});

test("passes where the table is as expected", () => {
  const actual = "172.17.0.2 is 02:42:ac:11:00:02 (DELAY)";
  expect([judged(known), judged(byMac)]).toEqual([
    { verdict: "pass", actual },
    { verdict: "pass", actual },
  ]);
  expect(judged(unknown)).toEqual({ verdict: "pass", actual: "192.0.2.77 is without MAC address (FAILED)" });
});

test("is known on one link, whatever became of the question on another", () => {
  const elsewhere = { dst: "192.0.2.77", dev: "shim", lladdr: "02:42:ac:11:00:09", state: ["REACHABLE"] };
  expect(judged({ ...known, address: "192.0.2.77" }, [...TABLE, elsewhere])).toMatchObject({ verdict: "pass" });
  expect(judged(unknown, [...TABLE, elsewhere])).toMatchObject({ verdict: "fail" });
});

test("fails where it is not", () => {
  expect(judged({ ...known, address: "192.0.2.77" })).toMatchObject({
    verdict: "fail",
    actual: "192.0.2.77 is without MAC address (FAILED)",
    meaning: "nobody on the link answers for 192.0.2.77",
  });
  expect(judged({ ...byMac, mac: "02:42:ac:11:00:03" })).toMatchObject({
    verdict: "fail",
    meaning: "another machine than expected answers for 172.17.0.2",
  });
  expect(judged({ ...unknown, address: "172.17.0.2" })).toMatchObject({
    verdict: "fail",
    meaning: "somebody on the link answers for 172.17.0.2",
  });
});

test("is no verdict without the control, or where ip does not tell", () => {
  expect(judged(unknown, [])).toMatchObject({
    verdict: "error",
    actual: "172.17.0.2 is not in the table of neighbours",
  });
  expect(judged(unknown, [{ ...TABLE[0], state: ["INCOMPLETE"] }])).toMatchObject({ verdict: "error" });
  expect(judged({ ...unknown, address: "192.0.2.78" })).toMatchObject({
    verdict: "error",
    actual: "192.0.2.78 is not in the table of neighbours",
  });
  const asked = { dst: "192.0.2.77", dev: "eth0", state: ["INCOMPLETE"] };
  expect(judged(unknown, [TABLE[0], asked])).toMatchObject({ verdict: "error" });
  expect(judged(known, "nonsense")).toMatchObject({ verdict: "error" });
  expect(judge(known, findings({ neighbours: { exit: 1, stderr: "no\n" } }))).toMatchObject({ verdict: "error" });
});

test("is no verdict of one who does not run", () => {
  const server = { container: "lab-x-web", engine: "lab-x-host-a" };
  const ofServer: NeighbourProbe = { ...unknown, server };
  expect(
    commandsOf(ofServer)
      .map(({ command }) => toShell(command))
      .at(-1),
  ).toBe("docker exec lab-x-host-a docker inspect -f '{{.State.Status}}' lab-x-web");
  const judgedWhile = (stdout: string) =>
    judge(ofServer, findings({ neighbours: { stdout: JSON.stringify(TABLE) }, state: { stdout } })).verdict;
  expect([judgedWhile("running\n"), judgedWhile("exited\n"), judgedWhile("")]).toEqual(["pass", "error", "error"]);
});
