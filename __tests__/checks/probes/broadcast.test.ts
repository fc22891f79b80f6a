import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import type { BroadcastProbe } from "../../../lib/checks/probes/broadcast";
import { findings } from "../findings";

const probe: BroadcastProbe = {
  kind: "broadcast",
  from: { kind: "container", container: "web-1", engine: "a" },
  asksFor: "10.68.1.14",
  engine: "b",
  heardOn: "eth0.10",
  notOn: "eth0.20",
};
const LISTENING = "listening on any, link-type LINUX_SLL2 (Linux cooked v2), snapshot length 262144 bytes";
const asked = (wire = "eth0.10", address = "10.68.1.14") =>
  `19:34:23.125464 ${wire} B   ARP, Request who-has ${address} tell 10.68.1.74, length 28\n`;
const judged = (heard: string, ask = -1, stderr = LISTENING) =>
  judge(probe, findings({ heard: { exit: 0, stdout: heard, stderr }, ask: { exit: ask } }));

test("listens on all interfaces while it asks, and asks until that was heard", () => {
  const commands = commandsOf(probe);
  expect(commands.map(({ together, until }) => [together, until])).toEqual([
    [true, undefined],
    [true, "heard"],
  ]);
  expect(commands.map(({ command }) => toShell(command))).toEqual([
    "docker exec b timeout 15 tcpdump -ln -i any -c 4 arp dst host 10.68.1.14 and 'arp[7]' == 1",
    "docker exec a docker exec web-1 ping -n -c 10 -W 1 10.68.1.14",
  ]);
  expect(expectedOf(probe)).toBe("who asks for 10.68.1.14 is heard on eth0.10, and not on eth0.20");
});

test("passes on what is heard on one alone, whatever the trunk below carries", () => {
  expect(judged(asked().repeat(4))).toEqual({
    verdict: "pass",
    actual: "heard 4 times on eth0.10, never on eth0.20",
  });
  expect(judged((asked("eth0") + asked()).repeat(2))).toMatchObject({ verdict: "pass" });
});

test.each([
  ["heard on both", asked() + asked("eth0.20"), 1, LISTENING, "fail", /heard on eth0\.20 too/],
  ["heard on the other alone", asked("eth0.20"), 1, LISTENING, "fail", /heard on eth0\.20 too/],
  ["heard on none", "", 1, LISTENING, "fail", /nobody is heard asking/],
  ["heard on the trunk alone", asked("eth0"), 1, LISTENING, "fail", /nobody is heard asking/],
  ["asked for another address", asked("eth0.10", "10.68.1.140"), 1, LISTENING, "fail", /nobody is heard asking/],
  ["somebody has the address", asked(), 0, LISTENING, "error", /somebody answers at 10\.68\.1\.14/],
  ["a tcpdump that does not listen", "", 1, "any: No such device", "error", /did not listen/],
] as const)("%s", (_, heard, ask, stderr, verdict, actual) => {
  expect(judged(heard, ask, stderr)).toMatchObject({ verdict, actual: expect.stringMatching(actual) });
});
