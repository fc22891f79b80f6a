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
const LISTENING = "listening on eth0.10, link-type EN10MB (Ethernet), snapshot length 262144 bytes";
const asked = (address = "10.68.1.14") =>
  `19:34:23.125464 ARP, Request who-has ${address} tell 10.68.1.74, length 28\n`;
const judged = (heard: string, elsewhere: string, ask = 1, stderr = LISTENING) =>
  judge(
    probe,
    findings({
      heard: { exit: 124, stdout: heard, stderr: LISTENING },
      elsewhere: { exit: 124, stdout: elsewhere, stderr },
      ask: { exit: ask },
    }),
  );

test("listens on both interfaces while it asks", () => {
  const commands = commandsOf(probe);
  expect(commands.map(({ together }) => together)).toEqual([true, true, true]);
  expect(commands.map(({ command }) => toShell(command))).toEqual([
    "docker exec b timeout 4 tcpdump -ln -i eth0.10 arp host 10.68.1.14",
    "docker exec b timeout 4 tcpdump -ln -i eth0.20 arp host 10.68.1.14",
    "docker exec a docker exec web-1 ping -n -c 3 -W 1 10.68.1.14",
  ]);
  expect(expectedOf(probe)).toBe("who asks for 10.68.1.14 is heard on eth0.10, and not on eth0.20");
});

test("passes on what is heard on one alone", () => {
  expect(judged(asked().repeat(3), "")).toEqual({
    verdict: "pass",
    actual: "heard 3 times on eth0.10, never on eth0.20",
  });
});

test.each([
  ["heard on both", asked(), asked(), 1, LISTENING, "fail", /heard on eth0\.20 too/],
  ["heard on the other alone", "", asked(), 1, LISTENING, "fail", /heard on eth0\.20 too/],
  ["heard on none", "", "", 1, LISTENING, "fail", /nobody is heard asking/],
  ["somebody asks for another address", asked("10.68.1.140"), "", 1, LISTENING, "fail", /nobody is heard asking/],
  ["somebody has the address", asked(), "", 0, LISTENING, "error", /somebody answers at 10\.68\.1\.14/],
  ["a tcpdump that does not listen", asked(), "", 1, "eth0.20: No such device", "error", /did not listen/],
] as const)("%s", (_, heard, elsewhere, ask, stderr, verdict, actual) => {
  expect(judged(heard, elsewhere, ask, stderr)).toMatchObject({ verdict, actual: expect.stringMatching(actual) });
});
