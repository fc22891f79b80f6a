import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { LinkProbe } from "../../../lib/checks/probes/link";
import { findings } from "../findings";

const probe: LinkProbe = {
  kind: "link",
  from: { kind: "container", container: "web-1", engine: "a" },
  address: "10.79.1.11",
  mtu: 1450,
};
const eth0 = (mtu: number, local = "10.79.1.11") => [
  { ifindex: 1, ifname: "lo", mtu: 65536, addr_info: [{ family: "inet", local: "127.0.0.1" }] },
  { ifindex: 2, ifname: "eth0", mtu, addr_info: [{ family: "inet", local }] },
];
const judged = (shown: object) => judge(probe, findings({ addresses: { stdout: JSON.stringify(shown) } }));

test("asks at the vantage", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual([
    "docker exec a docker exec web-1 ip -j addr show",
  ]);
  expect(expectedOf(probe)).toBe("MTU 1450 on the interface with 10.79.1.11");
  expect(needsOf(probe)).toEqual([]);
});

test("needs root in a namespace of the host, and none in one of a throw-away engine", () => {
  const from = { kind: "namespace", container: "web-1" } as const;
  expect(needsOf({ ...probe, from })).toEqual(["root"]);
  expect(needsOf({ ...probe, from: { ...from, engine: "a" } })).toEqual([]);
});

test("passes on the size that is expected", () => {
  expect(judged(eth0(1450))).toEqual({ verdict: "pass", actual: "MTU 1450 on eth0" });
});

test.each([
  ["another size", eth0(1500), "fail", "MTU 1500 on eth0"],
  ["another address", eth0(1450, "10.79.1.99"), "fail", "nothing has 10.79.1.11"],
  ["no interfaces", {}, "error", "ip printed no JSON"],
])("%s", (_, shown, verdict, actual) => {
  expect(judged(shown)).toMatchObject({ verdict, actual });
});
