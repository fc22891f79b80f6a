import { Check } from "../../../lib/checks/check";
import { type ReachabilityChoice, reachabilityChecks } from "../../../lib/checks/matrix/checks";
import { NestedEngine } from "../../../lib/topology/other-engines";
import { Identity } from "../../../lib/topology/identity";
import { Lab } from "../../../lib/topology/lab";
import { BridgeNetwork } from "../../../lib/topology/declared-network";
import { DefaultBridge } from "../../../lib/topology/network";
import { Engine } from "../../../lib/topology/engine";
import { Server } from "../../../lib/topology/server";

const identity = new Identity("mine", "i1");
const lab = new Lab(identity);
const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.80.0.0/24" }));
lab.addServer(new Server(identity, "one", { network: lan, address: "10.80.0.2", publish: [8080], aliases: ["pool"] }));
lab.addServer(new Server(identity, "two", { network: lan, aliases: ["pool"] }));
lab.addServer(new Server(identity, "plain", { network: DefaultBridge.of(Engine.local) }));

const outcomes = (choice: ReachabilityChoice): Record<string, string> =>
  Object.fromEntries(
    reachabilityChecks(lab.id, lab.topology(), choice).map(({ id, probe }) => [
      id,
      probe.kind === "http" ? probe.outcome : probe.kind,
    ]),
  );

test("each chosen cell becomes a check, with how it fails where it does", () => {
  expect(outcomes({ to: ["one"] })).toEqual({
    "host/reach-one-80-by-address-on-lan": "answers",
    "host/reach-one-published-8080-by-address-on-lan": "refused",
    "one/reach-one-80-by-address-on-lan": "answers",
    "one/reach-one-published-8080-by-address-on-lan": "refused",
    "one/reach-one-80-by-name": "answers",
    "two/reach-one-80-by-address-on-lan": "answers",
    "two/reach-one-published-8080-by-address-on-lan": "refused",
    "two/reach-one-80-by-name": "answers",
    "plain/reach-one-80-by-address-on-lan": "dropped",
    "plain/reach-one-published-8080-by-address-on-lan": "dropped",
  });
});

test("what engines do not agree upon is no check: a published port without docker-proxy, from another bridge", () => {
  expect(outcomes({ from: ["plain"], to: ["one"], by: ["gateway"] })).toEqual({});
  expect(outcomes({ from: ["host"], to: ["one"], by: ["gateway"] })).toEqual({
    "host/reach-one-published-8080-by-gateway-of-lan": "answers",
  });
});

test("a failure is proven beside something that answers from the same vantage; a missing name beside a known one", () => {
  for (const { probe } of reachabilityChecks(lab.id, lab.topology(), {})) {
    if (probe.kind !== "http") throw new Error("not a request");
    if (probe.outcome === "answers") continue;
    expect(probe.control.server.name).not.toBe("");
    if (probe.outcome === "no-name") expect(["one", "two"]).toContain(probe.control.host);
  }
  expect(outcomes({ from: ["two"], to: ["plain"], by: ["name"] })).toEqual({ "two/reach-plain-80-by-name": "no-name" });
});

test("they are checks as all others are", () => {
  for (const { id, probe, what, why } of reachabilityChecks(lab.id, lab.topology(), {
    by: ["loopback", "address", "name"],
  })) {
    expect(Check.safeParse({ id: `mine/${id}`, what, why, claims: [], probe }).error).toBeUndefined();
  }
});

test("on engines of a lab's own, they look from there, and know the target's engine", () => {
  const several = new Lab(identity);
  const street = several.addNetwork(new BridgeNetwork(identity, "street", { subnet: "10.81.0.0/24", internal: true }));
  const host = several.addEngine(new NestedEngine(identity, "host-a", { lan: street, address: "10.81.0.10" }));
  const inner = several.addNetwork(new BridgeNetwork(identity, "inner", { subnet: "10.82.0.0/24", engine: host }));
  several.addServer(new Server(identity, "web", { network: inner }));
  const checks = reachabilityChecks("mine", several.topology(), { from: ["host", "host-a", "web"] });
  expect(checks.map(({ id }) => id)).toEqual([
    "host-a/reach-web-80-by-address-on-inner",
    "web/reach-web-80-by-address-on-inner",
    "web/reach-web-80-by-name",
  ]);
  const engine = "lab-mine-host-a";
  const address = { ref: "container-address", container: "lab-mine-web", network: "lab-mine-inner", engine };
  expect(checks[0]?.probe).toMatchObject({
    from: { kind: "host", engine },
    target: { host: [address], server: { name: "web", engine } },
  });
  expect(checks[1]?.probe).toMatchObject({ from: { kind: "container", container: "lab-mine-web", engine } });
});
