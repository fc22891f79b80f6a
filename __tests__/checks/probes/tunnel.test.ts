import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { TunnelProbe } from "../../../lib/checks/probes/tunnel";
import { findings } from "../findings";

const probe: TunnelProbe = {
  kind: "tunnel",
  from: { kind: "container", container: "web-1", engine: "a" },
  to: "10.79.1.12",
  engine: "a",
  hosts: ["10.78.0.10", "10.78.0.11"],
};
const LISTENING = "tcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes";
const packet = (
  target = "10.79.1.12",
) => `14:00:00.1 IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto UDP (17), length 134)
    10.78.0.10.41000 > 10.78.0.11.4789: VXLAN, flags [I] (0x08), vni 4098
IP (tos 0x0, ttl 64, id 2, offset 0, flags [DF], proto ICMP (1), length 84)
    10.79.1.11 > ${target}: ICMP echo request, id 7, seq 1, length 64
`;
const judged = (stdout: string, ping = 0, stderr = LISTENING) =>
  judge(probe, findings({ capture: { stdout, stderr }, ping: { exit: ping } }));

test("listens on the wire while it pings", () => {
  const commands = commandsOf(probe);
  expect(commands.map(({ together }) => together)).toEqual([true, true]);
  expect(commands.map(({ command }) => toShell(command))).toEqual([
    "docker exec a timeout 5 tcpdump -lnv -i eth0 -c 4 udp port 4789 and 'udp[39]' == 1",
    "docker exec a docker exec web-1 ping -n -c 10 -i 0.2 -W 1 10.79.1.12",
  ]);
  expect(expectedOf(probe)).toBe("pings of 10.79.1.12 inside VXLAN packets between 10.78.0.10 and 10.78.0.11");
});

test("passes on the hosts' packets with the pings inside", () => {
  expect(judged(packet())).toEqual({
    verdict: "pass",
    actual: "1 VXLAN packets between the hosts, VNI 4098, with the pings inside",
  });
});

describe("of an encrypted network", () => {
  const sealed: TunnelProbe = { ...probe, encrypted: true };
  /**
   * As tcpdump 4.99.3 wrote it down on Linux 6.1: a ping by VXLAN between two network namespaces, with the states and
   * the cipher (AES-GCM) that the engine would ask for. The hosts' addresses are this test's.
   */
  const esp = (source = "10.78.0.10") =>
    `02:25:17.157326 IP (tos 0x0, ttl 64, id 25326, offset 0, flags [none], proto ESP (50), length 160)
    ${source} > 10.78.0.11: ESP(spi=0x1a2b3c4d,seq=0x7), length 140
`;
  const judgedSealed = (stdout: string, ping = 0, stderr = LISTENING) =>
    judge(sealed, findings({ capture: { stdout, stderr }, ping: { exit: ping } }));

  test("looks for what a host sends in either form", () => {
    expect(toShell(commandsOf(sealed)[0]?.command ?? [])).toBe(
      "docker exec a timeout 5 tcpdump -lnv -i eth0 -c 4 src host 10.78.0.10 and '(' ip proto 50 or udp port 4789 ')'",
    );
    expect(needsOf(sealed)).toEqual([{ kernel: "vxlan" }, { kernel: "esp" }]);
    expect(needsOf(probe)).toEqual([{ kernel: "vxlan" }]);
    expect(expectedOf(sealed)).toBe(
      "pings of 10.79.1.12 inside ESP packets between 10.78.0.10 and 10.78.0.11, and none in VXLAN packets that can be read",
    );
  });

  test("passes on ESP alone", () => {
    expect(judgedSealed(esp() + esp())).toEqual({
      verdict: "pass",
      actual: "2 ESP packets between the hosts, none in clear",
    });
  });

  test.each([
    ["a packet in clear among them", esp() + packet(), 0, LISTENING, "fail", /1 VXLAN packets that anybody/],
    ["nothing on the wire", "", 0, LISTENING, "fail", /neither ESP nor VXLAN/],
    ["somebody else's ESP", esp("10.78.0.99"), 0, LISTENING, "fail", /neither ESP nor VXLAN/],
    ["no answer to the pings", esp(), 1, LISTENING, "error", /does not answer a ping/],
    ["a tcpdump that does not listen", "", 0, "eth0: No such device exists", "error", /did not listen/],
  ])("%s", (_, stdout, ping, stderr, verdict, actual) => {
    expect(judgedSealed(stdout, ping, stderr)).toMatchObject({ verdict, actual: expect.stringMatching(actual) });
  });
});

test.each([
  ["nothing on the wire", "", 0, LISTENING, "fail", /no VXLAN packet/],
  ["somebody else's pings", packet("10.79.2.14"), 0, LISTENING, "fail", /not of these pings/],
  ["somebody else's tunnel", packet().replace("10.78.0.10.", "10.78.0.99."), 0, LISTENING, "fail", /not of these/],
  ["no answer to the pings", packet(), 1, LISTENING, "error", /does not answer a ping/],
  ["a tcpdump that does not listen", "", 0, "eth0: No such device exists", "error", /did not listen/],
])("%s", (_, stdout, ping, stderr, verdict, actual) => {
  expect(judged(stdout, ping, stderr)).toMatchObject({ verdict, actual: expect.stringMatching(actual) });
});
