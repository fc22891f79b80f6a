import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { VethProbe } from "../../../lib/checks/probes/veth";
import { findings } from "../findings";
import { CONTAINER, HOST, INSIDE, LO, VETH } from "../ip";

const probe: VethProbe = { kind: "veth", container: "lab-bridge-web-1", network: "lab-bridge-lan" };
const argv = ["ip", "-j", "link", "show", "master", "br-0123456789ab"];
const judged = (inside: readonly object[], ports: readonly object[]) =>
  judge(probe, findings({ inside: { stdout: JSON.stringify(inside) }, host: { argv, stdout: JSON.stringify(ports) } }));

test("looks inside, and at what is plugged into the network's bridge", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual([
    `nsenter -t "$(docker inspect -f '{{.State.Pid}}' lab-bridge-web-1)" -n ip -j link show`,
    `ip -j link show master "br-$(docker network inspect -f '{{.Id}}' lab-bridge-lan | cut -c1-12)"`,
  ]);
  expect(commandsOf({ ...probe, network: "bridge" }).map(({ command }) => toShell(command))[1]).toBe(
    'ip -j link show master "docker0"',
  );
  expect(expectedOf(probe)).toBe(
    "one end of a veth pair inside lab-bridge-web-1, the other in the bridge of lab-bridge-lan",
  );
  expect(needsOf(probe)).toEqual(["root"]);
});

test("passes when the two ends name each other", () => {
  expect(judged(CONTAINER, [{}, VETH, { ...VETH, ifindex: 10, link_index: 9, ifname: "veth77" }])).toEqual({
    verdict: "pass",
    actual: "eth0 inside is the pair of veth3a1c22f in br-0123456789ab",
  });
});

test.each([
  ["nothing is plugged in", CONTAINER, [], "inside: lo, eth0; in br-0123456789ab: nothing"],
  [
    "only another container is",
    CONTAINER,
    [{ ...VETH, ifindex: 10, link_index: 9, ifname: "veth77" }],
    "inside: lo, eth0; in br-0123456789ab: veth77",
  ],
  ["the container has a loopback only", [LO], [VETH], "inside: lo; in br-0123456789ab: veth3a1c22f"],
  [
    "the container is in host mode, and sees the ends on the host",
    HOST,
    [VETH],
    "inside: lo, eth0, docker0, br-0123456789ab, veth3a1c22f; in br-0123456789ab: veth3a1c22f",
  ],
  [
    "the other end lies in the container's own namespace",
    [LO, { ...INSIDE, link_netnsid: undefined }],
    [VETH],
    "inside: lo, eth0; in br-0123456789ab: veth3a1c22f",
  ],
  [
    "an index is the same by chance",
    [LO, { ...VETH, link_index: 12 }],
    [{ ...VETH, ifindex: 12, link_index: 3, ifname: "veth99" }],
    "inside: lo, veth3a1c22f; in br-0123456789ab: veth99",
  ],
])("fails when %s", (_name, inside, ports, actual) => {
  expect(judged(inside, ports)).toEqual({
    verdict: "fail",
    actual,
    meaning: "no interface of lab-bridge-web-1 is plugged into br-0123456789ab",
    lookAt: ["docker network inspect lab-bridge-lan"],
  });
});

test("no verdict when ip fails or prints no JSON", () => {
  const inside = { stdout: JSON.stringify(CONTAINER) };
  const failing = { exit: 255, stderr: 'Error: argument "br-0123456789ab" is wrong: Device does not exist\n\n' };
  expect(judge(probe, findings({ inside, host: failing }))).toEqual({
    verdict: "error",
    actual: 'ip exit 255: Error: argument "br-0123456789ab" is wrong: Device does not exist',
  });
  expect(judge(probe, findings({ inside: { stdout: "" }, host: { stdout: "[]" } }))).toMatchObject({
    verdict: "error",
    actual: "ip printed no JSON",
  });
});
