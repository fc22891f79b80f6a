import { commandLines } from "../../lib/checks/check";
import { Probe } from "../../lib/checks/probes";
import { describeVantage } from "../../lib/checks/vantage";
import * as say from "../../lib/checks/vocabulary";
import { NestedEngine } from "../../lib/topology/other-engines";
import { SwarmService } from "../../lib/topology/swarm-service";
import { refused } from "../topology/refused";
import { identity, lan, one, plain, remote, SENTENCES, two, web } from "./sentences";

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
      "a host-mode server from a remote machine, at the address by which it knows the host",
      say.http(web).from(remote).answers(),
      `nsenter -t ${PID("lab-x-remote")} -n ${CURL} http://198.18.4.9:8081/`,
    ],
    [
      "on a port of the host likewise",
      say.http(one).onHostPort(8080).from(remote).answersTo(remote.address),
      `nsenter -t ${PID("lab-x-remote")} -n ${CURL} http://198.18.4.9:8080/`,
    ],
    [
      "a server at its own address from there",
      say.http(one).from(remote).answers(),
      `nsenter -t ${PID("lab-x-remote")} -n ${CURL} http://10.77.0.2:80/`,
    ],
    [
      "a remote machine",
      say.http(remote).from(say.namespaceOf(one)).answersTo(remote.hostAddress),
      `nsenter -t ${PID("lab-x-one")} -n ${CURL} http://198.18.4.10:80/`,
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
      "docker inspect -f '{{.State.Status}}' lab-x-one",
    ]);
    const ended = say.http(one).isRefusedWhile(say.http(two), { ended: true });
    expect(line(ended)).toHaveLength(2);
  });

  test("not for the log of a service: one does not know beforehand whose that is", () => {
    const host = new NestedEngine(identity, "host-a", { lan, address: "10.77.0.10" });
    const any = new SwarmService(identity, "any", "nginx:local", { manager: host }).onAnyHost;
    expect(refused(() => say.http(any).isLoggedAs("10.77.0.1"))).toContain("any is a service");
  });

  test("for the server's own token", () => {
    expect(say.http(one).answers()).toMatchObject({ target: { server: { name: "one", token: one.token } } });
  });
});

test("every sentence ends in a probe, and none is the same as another", () => {
  for (const sentence of SENTENCES) expect(Probe.parse(sentence)).toEqual(sentence);
  expect(new Set(SENTENCES.map((sentence) => JSON.stringify(sentence))).size).toBe(SENTENCES.length);
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
  const { from } = say.http(web).from(remote).answers() as Extract<Probe, { kind: "http" }>;
  expect([say.host(), say.namespaceOf(one), say.inside(one), from].map(describeVantage)).toEqual([
    "the host",
    "the network namespace of lab-x-one",
    "inside lab-x-one",
    "the remote machine",
  ]);
});
