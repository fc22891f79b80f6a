import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { VxlanProbe } from "../../../lib/checks/probes/vxlan";
import { findings } from "../findings";

const probe: VxlanProbe = { kind: "vxlan", network: "lab-overlay-blue", engines: ["a", "b"] };
const tunnel = (id: number, port = 4789) =>
  JSON.stringify([{}, { ifname: "vxlan0", mtu: 1450, linkinfo: { info_kind: "vxlan", info_data: { id, port } } }]);
const judged = (a: string, b: string) => judge(probe, findings({ a: { stdout: a }, b: { stdout: b } }));

test("looks into the network's namespace on each host", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))[1]).toBe(
    `docker exec b nsenter "--net=/run/docker/netns/1-$(docker exec b docker network inspect -f '{{.Id}}' lab-overlay-blue | cut -c1-10)" ip -d -j link show type vxlan`,
  );
  expect(expectedOf(probe)).toBe("on each of 2 hosts a VXLAN interface on udp/4789, with one VNI");
  expect(needsOf(probe)).toEqual([{ kernel: "vxlan" }]);
});

test("passes where all have one VNI, on the port of VXLAN", () => {
  expect(judged(tunnel(4097), tunnel(4097))).toEqual({
    verdict: "pass",
    actual: "a: VNI 4097, udp/4789; b: VNI 4097, udp/4789",
  });
});

test.each([
  ["another VNI", tunnel(4098), "fail", /VNI 4098/],
  ["another port", tunnel(4097, 8472), "fail", /udp\/8472/],
  ["no tunnel", "[]", "fail", /no VXLAN interface on b/],
  ["no JSON", "Device does not exist", "error", /printed no JSON/],
])("%s on the second host", (_, stdout, verdict, actual) => {
  expect(judged(tunnel(4097), stdout)).toMatchObject({ verdict, actual: expect.stringMatching(actual) });
});

test("asks for one VNI where it is given", () => {
  const fixed = { ...probe, vni: 4097 };
  const both = (id: number) => judge(fixed, findings({ a: { stdout: tunnel(id) }, b: { stdout: tunnel(id) } }));
  expect(expectedOf(fixed)).toContain("with VNI 4097");
  expect(both(4097)).toMatchObject({ verdict: "pass" });
  expect(both(4098)).toMatchObject({ verdict: "fail", actual: expect.stringContaining("VNI 4098") });
});

test("is no proof when ip fails", () => {
  const broken = findings({ a: { exit: 1, stderr: "No such file" }, b: { stdout: tunnel(1) } });
  expect(judge(probe, broken)).toMatchObject({ verdict: "error" });
});
