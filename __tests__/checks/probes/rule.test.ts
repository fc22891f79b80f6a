import { commandLines } from "../../../lib/checks/check";
import { expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import { parseNft, type RuleProbe } from "../../../lib/checks/probes/rule";
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

/** Printed by nft 1.0.6 of rules in the form that Engine 29.7 gives its own. */
const PRINTED = {
  prerouting: String.raw`{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}, {"chain": {"family": "ip", "table": "docker-bridges", "name": "nat-prerouting-and-output", "handle": 3}}, {"rule": {"family": "ip", "table": "docker-bridges", "chain": "nat-prerouting-and-output", "handle": 10, "comment": "DNAT", "expr": [{"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": "br-0123456789ab"}}, {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 8080}}, {"counter": {"packets": 0, "bytes": 0}}, {"dnat": {"addr": "10.77.0.2", "port": 80}}]}}, {"rule": {"family": "ip", "table": "docker-bridges", "chain": "nat-prerouting-and-output", "handle": 11, "comment": "DNAT", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 5353}}, {"counter": {"packets": 0, "bytes": 0}}, {"dnat": {"addr": "10.77.0.3", "port": 53}}]}}, {"rule": {"family": "ip", "table": "docker-bridges", "chain": "nat-prerouting-and-output", "handle": 12, "comment": "DNAT", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "127.0.0.1"}}, {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 8081}}, {"counter": {"packets": 0, "bytes": 0}}, {"dnat": {"addr": "10.77.0.3", "port": 80}}]}}]}`,
  postrouting: String.raw`{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}, {"chain": {"family": "ip", "table": "docker-bridges", "name": "nat-postrouting-out__br-0123456789ab", "handle": 5}}, {"rule": {"family": "ip", "table": "docker-bridges", "chain": "nat-postrouting-out__br-0123456789ab", "handle": 14, "comment": "MASQUERADE", "expr": [{"match": {"op": "!=", "left": {"meta": {"key": "oifname"}}, "right": "br-0123456789ab"}}, {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": {"prefix": {"addr": "10.77.0.0", "len": 24}}}}, {"counter": {"packets": 0, "bytes": 0}}, {"masquerade": null}]}}]}`,
  translated: String.raw`{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}, {"chain": {"family": "ip", "table": "docker-bridges", "name": "nat-postrouting-out__snat0", "handle": 6}}, {"rule": {"family": "ip", "table": "docker-bridges", "chain": "nat-postrouting-out__snat0", "handle": 15, "comment": "SNAT", "expr": [{"match": {"op": "!=", "left": {"meta": {"key": "oifname"}}, "right": "snat0"}}, {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": {"prefix": {"addr": "10.78.0.0", "len": 24}}}}, {"counter": {"packets": 0, "bytes": 0}}, {"snat": {"addr": "192.0.2.9"}}]}}]}`,
};

test("asks iptables whether exactly that rule is there", () => {
  const bridge = `"br-$(docker network inspect -f '{{.Id}}' lab-bridge-lan | cut -c1-12)"`;
  const lines = [masquerade, dnat].flatMap((probe) => {
    const check = { id: "x/a", what: "a", why: "b", claims: [], probe };
    return commandLines(check);
  });
  expect(lines).toEqual([
    `iptables -w -t nat -C POSTROUTING -s 10.77.0.0/24 '!' -o ${bridge} -j MASQUERADE`,
    `iptables -w -t nat -C DOCKER '!' -i ${bridge} -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.77.0.2:80`,
  ]);
  expect([masquerade, dnat].map(expectedOf)).toEqual([
    "a rule that masquerades what leaves 10.77.0.0/24",
    "a rule that sends port 8080 on to 10.77.0.2:80",
  ]);
  expect(needsOf(dnat)).toEqual(["root", "rules"]);
});

test("asks for the other form of a port mapping where there is no docker-proxy", () => {
  const lacking = (need: unknown): string | undefined =>
    ['{"userlandProxy":"on"}', '{"firewall":"nftables"}'].includes(JSON.stringify(need)) ? "not here" : undefined;
  expect(commandLines({ id: "x/a", what: "a", why: "b", claims: [], probe: dnat }, lacking)).toEqual([
    "iptables -w -t nat -C DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.77.0.2:80",
  ]);
});

test("takes either form where nobody knows of docker-proxy", () => {
  const [there, missing, broken] = [{ exit: 0 }, { exit: 1 }, { exit: 3 }];
  const verdict = (...check: { exit: number }[]): string => judge(dnat, findings({ check })).verdict;
  expect([verdict(there, missing), verdict(missing, there)]).toEqual(["pass", "pass"]);
  expect([verdict(missing, missing), verdict(missing, broken)]).toEqual(["fail", "error"]);
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

describe("where the engine filters by nftables", () => {
  const lacking = (need: unknown): string | undefined =>
    JSON.stringify(need) === '{"firewall":"iptables"}' ? "not here" : undefined;
  const DNAT = PRINTED.prerouting;
  const MASQUERADE = PRINTED.postrouting;

  test("asks nft for the chain that has such rules", () => {
    const bridge = `"nat-postrouting-out__br-$(docker network inspect -f '{{.Id}}' lab-bridge-lan | cut -c1-12)"`;
    const lines = [masquerade, dnat].flatMap((probe) =>
      commandLines({ id: "x/a", what: "a", why: "b", claims: [], probe }, lacking),
    );
    expect(lines).toEqual([
      `nft -j list chain ip docker-bridges ${bridge}`,
      "nft -j list chain ip docker-bridges nat-prerouting-and-output",
    ]);
  });

  test("reads what nft prints, of all tables too", () => {
    expect(parseNft(DNAT)).toEqual([
      { source: undefined, port: 8080, masquerades: false, destination: "10.77.0.2:80" },
      { source: undefined, port: undefined, masquerades: false, destination: "10.77.0.3:53" },
      { source: undefined, port: 8081, masquerades: false, destination: "10.77.0.3:80" },
    ]);
    expect(parseNft(MASQUERADE)).toEqual([
      { source: "10.77.0.0/24", port: undefined, masquerades: true, destination: undefined },
    ]);
    expect(parseNft(PRINTED.translated)).toEqual([
      { source: "10.78.0.0/24", port: undefined, masquerades: false, destination: undefined },
    ]);
    expect(parseNft('{"nftables": [{"metainfo": {"version": "1.0.6"}}]}')).toEqual([]);
    expect(["", "[]", "{}", '{"nftables": [{"rule": {}}]}', MASQUERADE.slice(0, -9)].map(parseNft)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  test("passes with that very rule only", () => {
    expect(judge(masquerade, findings({ chain: { stdout: MASQUERADE } }))).toMatchObject({ verdict: "pass" });
    expect(judge(dnat, findings({ chain: { stdout: DNAT } }))).toMatchObject({ verdict: "pass" });
    const others: [RuleProbe, string][] = [
      [masquerade, PRINTED.translated],
      [{ ...masquerade, subnet: "10.78.0.0/24" } as RuleProbe, PRINTED.translated],
      [{ ...masquerade, subnet: "10.77.0.0/16" } as RuleProbe, MASQUERADE],
      [{ ...dnat, port: 5353, destination: "10.77.0.3:53" } as RuleProbe, DNAT],
      [{ ...dnat, destination: "10.77.0.3:80" } as RuleProbe, DNAT],
    ];
    for (const [probe, stdout] of others) {
      expect(judge(probe, findings({ chain: { stdout } }))).toMatchObject({ verdict: "fail", actual: "no such rule" });
    }
  });

  test("fails without the chain, and is no verdict where nft could not look", () => {
    const argv = ["nft", "-j", "list", "chain", "ip", "docker-bridges", "nat-postrouting-out__br-0"];
    const none = { argv, exit: 1, stderr: "Error: No such file or directory\nlist chain ip docker-bridges x\n" };
    expect(judge(masquerade, findings({ chain: none }))).toMatchObject({
      verdict: "fail",
      lookAt: ["nft list chain ip docker-bridges nat-postrouting-out__br-0"],
    });
    const denied = { argv, exit: 1, stderr: "Operation not permitted (you must be root)\nnetlink: Error: …\n" };
    expect(judge(masquerade, findings({ chain: denied }))).toMatchObject({
      verdict: "error",
      actual: "nft exit 1: Operation not permitted (you must be root)",
    });
    for (const stdout of ["", "nonsense", "{}"]) {
      expect(judge(masquerade, findings({ chain: { argv, stdout } }))).toMatchObject({ verdict: "error" });
    }
  });
});
