import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { InspectProbe } from "../../../lib/checks/probes/inspect";
import { findings } from "../findings";

const probe = (expectation: InspectProbe["expectation"]): InspectProbe => ({
  kind: "inspect",
  container: "lab-host-web",
  expectation,
});
const noAddress = probe("host-mode-without-address");
const noneMode = probe("none-mode-without-address");
const nothingPublished = probe("nothing-published");

/** An endpoint as engines describe it; what the labs do not look at is there too. */
const endpoint = (address: string): object => ({
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  NetworkID: "ceaa33cf9c35",
  Gateway: "",
  IPAddress: address,
  IPPrefixLen: 0,
  MacAddress: "",
});
const inspected = (mode: string, networks: object, bindings: unknown = {}, ports: unknown = {}) =>
  findings({
    inspect: {
      stdout: JSON.stringify([
        {
          HostConfig: { NetworkMode: mode, PortBindings: bindings },
          NetworkSettings: { Ports: ports, Networks: networks },
        },
      ]),
    },
  });
const HOST_MODE = inspected("host", { host: endpoint("") });
const BRIDGED = inspected("lab-bridge-lan", { "lab-bridge-lan": endpoint("10.77.0.3") }, null, { "80/tcp": null });
const PUBLISHED = inspected(
  "bridge",
  { bridge: endpoint("172.17.0.2") },
  { "80/tcp": [{ HostIp: "", HostPort: "8080" }] },
  { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }], "443/tcp": null },
);

test("asks the engine about the container", () => {
  expect(commandsOf(noAddress).map(({ command }) => command)).toEqual([["docker", "inspect", "lab-host-web"]]);
  expect(needsOf(noAddress)).toEqual([]);
  expect([expectedOf(noAddress), expectedOf(nothingPublished)]).toEqual([
    "host mode, and no address of the container's own",
    "no port mapping",
  ]);
});

test("none mode without an address passes, all else fails", () => {
  const NONE = inspected("none", { none: endpoint("") });
  expect(judge(noneMode, NONE)).toEqual({ verdict: "pass", actual: "mode none, no address" });
  const meaning = "the container is not in none mode: it has a network stack of its own";
  expect(judge(noneMode, BRIDGED)).toMatchObject({
    verdict: "fail",
    actual: "mode lab-bridge-lan, 10.77.0.3",
    meaning,
  });
  expect(judge(noneMode, HOST_MODE)).toMatchObject({ verdict: "fail", actual: "mode host, no address" });
  expect(judge(noAddress, NONE)).toMatchObject({ verdict: "fail", actual: "mode none, no address" });
});

test("host mode without an address passes, all else fails", () => {
  expect(judge(noAddress, HOST_MODE)).toEqual({ verdict: "pass", actual: "mode host, no address" });
  const meaning = "the container is not in host mode: it has a network stack of its own";
  expect(judge(noAddress, BRIDGED)).toMatchObject({
    verdict: "fail",
    actual: "mode lab-bridge-lan, 10.77.0.3",
    meaning,
  });
  expect(judge(noAddress, inspected("none", { none: endpoint("") }))).toMatchObject({
    verdict: "fail",
    actual: "mode none, no address",
    meaning,
  });
  expect(judge(noAddress, inspected("host", { host: endpoint("10.0.0.9") }))).toMatchObject({
    verdict: "fail",
    actual: "mode host, 10.0.0.9",
  });
});

test("nothing published: an exposed port is none, a mapped one is", () => {
  expect(judge(nothingPublished, HOST_MODE)).toEqual({ verdict: "pass", actual: "no port mapping" });
  expect(judge(nothingPublished, BRIDGED)).toEqual({ verdict: "pass", actual: "no port mapping" });
  expect(judge(nothingPublished, PUBLISHED)).toMatchObject({
    verdict: "fail",
    actual: "published: 80/tcp",
    meaning: "the engine maps a port where the lab declares none",
  });
});

test("nothing published: fails on either sign", () => {
  const wanted = inspected("bridge", {}, { "80/tcp": [{ HostPort: "8080" }] }, null);
  const mapped = inspected("bridge", {}, null, { "80/tcp": [{ HostPort: "8080" }] });
  for (const one of [wanted, mapped]) expect(judge(nothingPublished, one)).toMatchObject({ verdict: "fail" });
});

test.each(["", "[]", "{}", '{"HostConfig":{}', "Template parsing error"])("no verdict on %j", (stdout) => {
  for (const one of [noAddress, nothingPublished]) {
    expect(judge(one, findings({ inspect: { stdout } }))).toEqual({
      verdict: "error",
      actual: "the engine's answer has another form than expected",
    });
  }
});
