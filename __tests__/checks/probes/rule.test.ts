import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { RuleProbe } from "../../../lib/checks/probes/rule";
import { findings } from "../findings";

const masquerade: RuleProbe = {
  kind: "rule",
  rule: "masquerade",
  network: "lab-bridge-lan",
  subnet: "10.77.0.0/24",
};
const dnat: RuleProbe = {
  kind: "rule",
  rule: "dnat",
  network: "lab-bridge-lan",
  port: 8080,
  destination: "10.77.0.2:80",
};

test("asks iptables whether exactly that rule is there", () => {
  const bridge = `"br-$(docker network inspect -f '{{.Id}}' lab-bridge-lan | cut -c1-12)"`;
  expect([masquerade, dnat].flatMap((one) => commandsOf(one).map(({ command }) => toShell(command)))).toEqual([
    `iptables -w -t nat -C POSTROUTING -s 10.77.0.0/24 '!' -o ${bridge} -j MASQUERADE`,
    `iptables -w -t nat -C DOCKER '!' -i ${bridge} -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.77.0.2:80`,
  ]);
  expect([masquerade, dnat].map(expectedOf)).toEqual([
    "a rule that masquerades what leaves 10.77.0.0/24",
    "a rule that sends port 8080 on to 10.77.0.2:80",
  ]);
  expect(needsOf(dnat)).toEqual(["root", "iptables"]);
});

test.each([masquerade, dnat])("passes when it is there", (probe) => {
  expect(judge(probe, findings({ check: { exit: 0 } }))).toEqual({ verdict: "pass", actual: "the rule is there" });
});

test.each([
  [
    masquerade,
    "answers to what the containers send beyond the host cannot find their way back",
    "iptables -t nat -S POSTROUTING",
  ],
  [
    dnat,
    "only docker-proxy, if it runs, still leads to the container; it hides the client's address",
    "iptables -t nat -S DOCKER",
  ],
])("fails when it is not", (probe, meaning, lookAt) => {
  for (const stderr of [
    "iptables: Bad rule (does a matching rule exist in that chain?).\n",
    "iptables: No chain/target/match by that name.\n",
  ]) {
    expect(judge(probe, findings({ check: { exit: 1, stderr } }))).toEqual({
      verdict: "fail",
      actual: "no such rule",
      meaning,
      lookAt: [lookAt],
    });
  }
});

test.each([
  [
    4,
    "iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n",
    "iptables exit 4: iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)",
  ],
  [
    2,
    "iptables v1.8.9 (nf_tables): host/network `999.1.1.1' not found\nTry `iptables -h' or 'iptables --help' for more information.\n",
    "iptables exit 2: iptables v1.8.9 (nf_tables): host/network `999.1.1.1' not found",
  ],
  [3, "", "iptables exit 3: "],
])("is no verdict when iptables could not look (exit %d)", (exit, stderr, actual) => {
  expect(judge(dnat, findings({ check: { exit, stderr } }))).toEqual({
    verdict: "error",
    actual,
    meaning: "reading rules needs root (sudo)",
  });
});
