import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import { RoutesProbe } from "../../../lib/checks/probes/routes";
import { HOST } from "../../../lib/checks/vantage";
import { findings } from "../findings";

/** Recorded: `ip -j -4 route show` inside a container on a bridge, and of the local table (shortened). */
const DEFAULT = { dst: "default", gateway: "10.77.0.1", dev: "eth0", flags: [] };
const CONNECTED = {
  dst: "10.77.0.0/24",
  dev: "eth0",
  protocol: "kernel",
  scope: "link",
  prefsrc: "10.77.0.2",
  flags: [],
};
const LOCAL = [{ type: "local", dst: "127.0.0.0/8", dev: "lo", protocol: "kernel", scope: "host", flags: [] }];

const none: RoutesProbe = { kind: "routes", from: HOST, expectation: "none" };
const noDefault: RoutesProbe = { kind: "routes", from: HOST, expectation: "no-default" };
const byGateway: RoutesProbe = { kind: "routes", from: HOST, expectation: "default", gateway: "10.77.0.1" };
const connected: RoutesProbe = { kind: "routes", from: HOST, expectation: "connected", network: "10.77.0.0/24" };
const judged = (probe: RoutesProbe, routes: unknown, local: unknown = LOCAL) =>
  judge(probe, findings({ routes: { stdout: JSON.stringify(routes) }, local: { stdout: JSON.stringify(local) } }));

test("runs ip as a person can, and says what it expects", () => {
  expect(commandsOf(none).map(({ command }) => toShell(command))).toEqual([
    "ip -j -4 route show",
    "ip -j -4 route show table local",
  ]);
  expect([none, noDefault, byGateway, connected].map(expectedOf)).toEqual([
    "no route",
    "no default route",
    "a default route by 10.77.0.1",
    "a route to 10.77.0.0/24 without a gateway",
  ]);
});

test.each<[RoutesProbe, unknown[], string]>([
  [none, [], "no route"],
  [noDefault, [], "no route"],
  [noDefault, [CONNECTED], "10.77.0.0/24 dev eth0"],
  [byGateway, [DEFAULT, CONNECTED], "default via 10.77.0.1 dev eth0; 10.77.0.0/24 dev eth0"],
  [connected, [DEFAULT, CONNECTED], "default via 10.77.0.1 dev eth0; 10.77.0.0/24 dev eth0"],
])("passes where they are as expected", (probe, routes, actual) => {
  expect(judged(probe, routes)).toEqual({ verdict: "pass", actual });
});

test.each<[RoutesProbe, unknown[], RegExp]>([
  [none, [CONNECTED], /a way out where there should be none/],
  [noDefault, [DEFAULT, CONNECTED], /a way out where there should be none/],
  [byGateway, [CONNECTED], /does not go by 10.77.0.1/],
  [byGateway, [{ ...DEFAULT, gateway: "10.77.0.9" }], /does not go by 10.77.0.1/],
  [connected, [DEFAULT], /10.77.0.0\/24 is not connected here/],
  [connected, [{ ...CONNECTED, gateway: "10.77.0.9" }], /10.77.0.0\/24 is not connected here/],
])("fails where they are not", (probe, routes, meaning) => {
  expect(judged(probe, routes)).toMatchObject({ verdict: "fail", meaning: expect.stringMatching(meaning) as string });
});

test.each([none, noDefault, byGateway, connected])("is no verdict where ip does not tell", (probe) => {
  expect(judged(probe, [], [])).toMatchObject({ verdict: "error" });
  expect(judged(probe, "nonsense")).toMatchObject({ verdict: "error" });
  const broken = { routes: { stdout: "[]" }, local: { exit: 2, stderr: "Dump terminated\n" } };
  expect(judge(probe, findings(broken))).toMatchObject({ verdict: "error", actual: "ip exit 2: Dump terminated" });
});
