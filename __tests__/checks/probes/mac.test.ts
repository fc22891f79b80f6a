import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import type { MacProbe } from "../../../lib/checks/probes/mac";
import { findings } from "../findings";

const [OWN, PARENT, OTHER] = ["02:42:0a:4e:00:40", "02:42:0a:4e:00:0a", "02:42:0a:4e:00:99"];
const probe: MacProbe = {
  kind: "mac",
  from: { kind: "container", container: "peer" },
  address: "10.78.0.64",
  of: { kind: "container", container: "web-1", engine: "a" },
  host: { kind: "host", engine: "a" },
  parent: "eth0",
  whose: "own",
};
const interfaces = (address: string, local: string) =>
  JSON.stringify([{ ifindex: 2, ifname: "eth0", address, addr_info: [{ family: "inet", local }] }]);
const judged = (seen: string | undefined, own: string, whose: MacProbe["whose"]) =>
  judge(
    { ...probe, whose },
    findings({
      neighbours: { stdout: JSON.stringify(seen === undefined ? [] : [{ dst: "10.78.0.64", lladdr: seen }]) },
      inside: { stdout: interfaces(own, "10.78.0.64") },
      parent: { stdout: interfaces(PARENT, "10.78.0.10") },
    }),
  ).verdict;

test("asks the neighbour once it has sent something", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual([
    "docker exec peer ping -n -c 1 -W 3 10.78.0.64",
    "docker exec peer ip -j neigh show to 10.78.0.64",
    "docker exec a docker exec web-1 ip -j addr show",
    "docker exec a ip -j addr show dev eth0",
  ]);
  expect(expectedOf(probe)).toBe("behind 10.78.0.64 the container's own MAC address, which is not that of eth0");
  expect(expectedOf({ ...probe, whose: "parents" })).toBe("behind 10.78.0.64 the MAC address of eth0");
});

test.each([
  ["the container's own", OWN, OWN, "own", "pass"],
  ["the parent's, shared", PARENT, PARENT, "parents", "pass"],
  ["the parent's, where it should be the container's", PARENT, PARENT, "own", "fail"],
  ["the container's, where it should be the parent's", OWN, OWN, "parents", "fail"],
  ["somebody else's", OTHER, OWN, "own", "fail"],
  ["none", undefined, OWN, "own", "fail"],
] as const)("behind the address: %s", (_, seen, own, whose, verdict) => {
  expect(judged(seen, own, whose)).toBe(verdict);
});

test("is no proof when nothing tells the container's own address", () => {
  const nothing = findings({ neighbours: { stdout: "[]" }, inside: { stdout: "[]" }, parent: { stdout: "[]" } });
  expect(judge(probe, nothing).verdict).toBe("error");
});
