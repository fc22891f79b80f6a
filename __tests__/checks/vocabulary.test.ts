import { commandLines } from "../../lib/checks/check";
import { Probe } from "../../lib/checks/probes";
import { describeVantage } from "../../lib/checks/vantage";
import * as say from "../../lib/checks/vocabulary";
import { Identity } from "../../lib/topology/identity";
import { BridgeNetwork, DefaultBridge, Engine, HostNetwork } from "../../lib/topology/network";
import { Server } from "../../lib/topology/server";
import { refused } from "../topology/refused";

const identity = new Identity("x", "i1");
const lan = new BridgeNetwork(identity, "lan", { subnet: "10.77.0.0/24" });
const web = new Server(identity, "web", { network: HostNetwork.of(Engine.local), port: 8081 });
const one = new Server(identity, "one", { network: lan, address: "10.77.0.2", publish: [8080] });
const two = new Server(identity, "two", { network: lan });
const plain = new Server(identity, "plain", { network: DefaultBridge.of(Engine.local) });

const PID = (container: string): string => `"$(docker inspect -f '{{.State.Pid}}' ${container})"`;
const CURL = "curl -4 -sSiv --noproxy '*' --max-time 3";

describe("http asks", () => {
  const line = (probe: Probe): string[] => commandLines({ id: "x/a", what: "a", why: "b", claims: [], probe });

  test.each<[string, Probe, string]>([
    ["a host-mode server on the host's loopback address", say.http(web).answers(), `${CURL} http://127.0.0.1:8081/`],
    ["a server at the address that it was given", say.http(one).answers(), `${CURL} http://10.77.0.2:80/`],
    [
      "a server at the address that the engine chose",
      say.http(two).answers(),
      `${CURL} "http://$(docker inspect -f '{{(index .NetworkSettings.Networks "lab-x-lan").IPAddress}}' lab-x-two):80/"`,
    ],
    [
      "one on the default bridge likewise",
      say.http(plain).answers(),
      `${CURL} "http://$(docker inspect -f '{{(index .NetworkSettings.Networks "bridge").IPAddress}}' lab-x-plain):80/"`,
    ],
    ["on a port of the host", say.http(one).onHostPort(8080).answers(), `${CURL} http://127.0.0.1:8080/`],
    [
      "from another server's namespace",
      say.http(one).from(say.namespaceOf(two)).answers(),
      `nsenter -t ${PID("lab-x-two")} -n ${CURL} http://10.77.0.2:80/`,
    ],
    [
      "by name, from inside",
      say.http(one).byName().from(say.inside(two)).answers(),
      `docker exec lab-x-two ${CURL} http://one:80/`,
    ],
  ])("%s", (_name, probe, expected) => {
    expect(line(probe)).toEqual([expected]);
  });

  test("at any other address and port", () => {
    expect(line(say.http(one).at("10.77.0.1").answers())).toEqual([`${CURL} http://10.77.0.1:80/`]);
    expect(line(say.http(one).at("10.77.0.1", 8080).answers())).toEqual([`${CURL} http://10.77.0.1:8080/`]);
    expect(line(say.http(one).byName("pool").answers())).toEqual([`${CURL} http://pool:80/`]);
  });

  test("the order of words does not matter", () => {
    expect(say.http(one).from(say.inside(two)).byName().answers()).toEqual(
      say.http(one).byName().from(say.inside(two)).answers(),
    );
  });

  test("what must be refused stands beside what must answer, from the same place", () => {
    const probe = say
      .http(one)
      .onHostPort(8080)
      .from(say.namespaceOf(one))
      .isRefusedWhile(say.http(one).onHostPort(80));
    expect(line(probe)).toEqual([
      `nsenter -t ${PID("lab-x-one")} -n ${CURL} http://127.0.0.1:8080/`,
      `nsenter -t ${PID("lab-x-one")} -n ${CURL} http://127.0.0.1:80/`,
    ]);
  });

  test("for the server's own token", () => {
    expect(say.http(one).answers()).toMatchObject({ target: { server: { name: "one", token: one.token } } });
  });
});

test("every sentence ends in a probe, and none is the same as another", () => {
  const sentences = [
    say.http(web).from(say.host()).answers(),
    say.http(web).onEveryHostAddress().answers(),
    say.http(one).onHostPort(9).isRefusedWhile(say.http(one)),
    say.http(one).onHostPort(9).isDroppedWhile(say.http(one)),
    say.http(one).onHostPort(9).isUnreachableWhile(say.http(one)),
    say.http(one).onHostPort(9).isResetWhile(say.http(one)),
    say.http(one).byName("nobody").hasNoNameWhile(say.http(one).byName()),
    say.tcp(one).connects(),
    say.tcp(one).at("10.77.0.9", 81).isRefusedWhile(say.tcp(one)),
    say.tcp(one).from(say.inside(two)).isDroppedWhile(say.tcp(one)),
    say.tcp(one).isUnreachableWhile(say.tcp(one)),
    say.listening(80).isOnEveryAddress(),
    say.listening(80, "udp").isOnEveryAddress(),
    say.listening(80).from(say.namespaceOf(one)).isOnLoopbackOnly(),
    say.listening(80).isOnOnly("10.77.0.1"),
    say.listening(80).isNobodys(),
    say.addresses(say.inside(one)).are("10.77.0.2", "127.0.0.1"),
    say.addresses(say.host()).have("10.77.0.1"),
    say.addresses(say.host()).lack("10.77.0.2"),
    say.routes(say.namespaceOf(one)).areNone(),
    say.routes(say.namespaceOf(one)).haveNoDefault(),
    say.routes(say.namespaceOf(one)).leadOutBy("10.77.0.1"),
    say.routes(say.namespaceOf(one)).leadStraightTo("10.77.0.0/24"),
    say.neighbour("10.77.0.2", say.host()).isKnown(),
    say.neighbour("10.77.0.2", say.host()).isKnown("02:42:0a:4d:00:02"),
    say.neighbour("10.77.0.9", say.host()).isUnknownWhile("10.77.0.2"),
    say.name("pool", say.inside(two)).means(one, two, plain),
    say.name("nobody", say.inside(two)).isUnknownWhile("one"),
    say.sysctl("net.ipv4.ip_forward", say.host()).is(1),
    say.process(one).runs(),
    say.process(one).hasExited(1, "Address already in use"),
    say.process(one).couldNotStart("port is already allocated"),
    say.log(one).contains("10.77.0.1"),
    say.program(["id"], say.inside(one)).says("uid=0"),
    say
      .program(["ip", "link", "add", "x", "type", "veth"], say.inside(one), { changes: true })
      .failsWith("Operation not permitted", ["ip", "link", "show", "lo"]),
    say.listening(80).isOwnedBy(web),
    say.listening(80).isHeldByEngineFor(web),
    say.namespace("net", web).isEngines(),
    say.namespace("net", web).differsFromEngines(),
    say.namespace("pid", web).differsFromEngines(),
    say.namespace("net", web).differsFrom(one),
    say.interfaces(web).areTheHosts(),
    say.interfaces(web).areTheHostsByIfconfig(),
    say.interfaces(web).areNotNewOnHost(),
    say.interfaces(one).haveItsOwnAddress(),
    say.vethPair(one),
    say.vethPair(plain),
    say.inspected(web).isInHostMode(),
    say.inspected(web).publishesNothing(),
    say.resolver(web).isTheHosts(),
    say.resolver(one).isEmbedded(),
    say.resolver(one).isNotEmbedded(),
    say.masquerade(lan),
    say.portMapping(one, 8080),
    say.discardedPorts(identity, "nginx"),
  ];
  for (const sentence of sentences) expect(Probe.parse(sentence)).toEqual(sentence);
  expect(new Set(sentences.map((sentence) => JSON.stringify(sentence))).size).toBe(sentences.length);
});

test("what has no name is asked by name, and so is its control", () => {
  const rule = "both requests ask by name (byName), or nothing is said of names";
  const by = say.http(one).byName();
  expect(refused(() => by.hasNoNameWhile(say.http(one)))).toBe(`hasNoNameWhile: "10.77.0.2" is an address; ${rule}`);
  expect(refused(() => say.http(one).hasNoNameWhile(by))).toBe(`hasNoNameWhile: "10.77.0.2" is an address; ${rule}`);
  expect(refused(() => by.hasNoNameWhile(say.http(two)))).toContain(`is an address; ${rule}`);
});

test("what looks for an address needs one that was given", () => {
  const message = ".address: none is given; what looks for an address needs one of the lab's choice";
  expect(refused(() => say.interfaces(plain).haveItsOwnAddress())).toBe(`lab-x-plain${message}`);
  expect(refused(() => say.portMapping(two, 8080))).toBe(`lab-x-two${message}`);
});

test("places have names for people", () => {
  expect([say.host(), say.namespaceOf(one), say.inside(one)].map(describeVantage)).toEqual([
    "the host",
    "the network namespace of lab-x-one",
    "inside lab-x-one",
  ]);
});
