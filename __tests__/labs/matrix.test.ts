import { Testing } from "cdktf";
import type { Check } from "../../lib/checks/check";
import { needsOfCheck } from "../../lib/checks/check";
import { type Need, lackingIn } from "../../lib/checks/need";
import type { Probe } from "../../lib/checks/probes";
import type { Vantage } from "../../lib/checks/vantage";
import type { Conditions } from "../../lib/engine/conditions";
import { createApp } from "../../lib/labs";
import {
  type Destination,
  type EngineTraits,
  type Place,
  Reachability,
} from "../../lib/topology/reachability/connection";
import { ReachabilityOfEngines } from "../../lib/topology/reachability/engines";
import type { Topology } from "../../lib/topology/topology";
import { SETTINGS } from "./synthesized";

/*
 * Labs word their checks themselves, and choose their controls, since that is what teaches. What a request comes to is
 * not theirs to say, though: it follows from the model, and here each is held against it, for every engine on which it
 * would be run.
 */
const ENGINES: readonly EngineTraits[] = [
  ...["20.10.24", "26.1.5", "28.5.2", "29.7.2"].map((version) => ({ version, firewall: "iptables" })),
  { version: "29.7.2", firewall: "nftables" },
].flatMap((engine) =>
  [true, false].flatMap((userlandProxy) =>
    ["ACCEPT", "DROP"].map((forwardPolicy) => ({ ...engine, userlandProxy, forwardPolicy })),
  ),
);

type HttpProbe = Extract<Probe, { kind: "http" }>;

const { labs } = createApp({}, SETTINGS, Testing.app().outdir);
/** Every request of a lab's beginning that is a cell of its matrix. */
const requests = labs.flatMap((stack) => {
  const declared = stack.lab.topology();
  // Who loses its port is not there.
  const servers = declared.servers.filter(({ losesPortTo }) => losesPortTo === undefined);
  const topology = { ...declared, servers };
  return stack
    .describe()
    .checks.flatMap((check): { id: string; check: Check; probe: HttpProbe; topology: Topology }[] =>
      check.probe.kind === "http" && isAbout(check.probe, topology)
        ? [{ id: check.id, check, probe: check.probe, topology }]
        : [],
    );
});

/** A request to a remote machine is no cell, nor is one to all addresses of the host at once. */
function isAbout({ target }: HttpProbe, { servers }: Topology): boolean {
  const everywhere = typeof target.host !== "string" && JSON.stringify(target.host).includes("each-host-address");
  return !everywhere && servers.some(({ container }) => container === target.server.container);
}

test("there are many such requests, in every lab that has any", () => {
  expect(requests.length).toBeGreaterThan(60);
  expect(new Set(requests.map(({ id }) => id.split("/")[0])).size).toBeGreaterThanOrEqual(10);
});

test.each(requests)("$id comes to what the matrix says", ({ check, probe, topology }) => {
  const asked = ENGINES.filter((engine) => needsOfCheck(check).every((need) => isGiven(need, engine)));
  expect(asked.length).toBeGreaterThan(0);
  for (const engine of asked) {
    const several = topology.engines.length > 0;
    const reachability = several ? new ReachabilityOfEngines(topology, engine) : new Reachability(topology, engine);
    const to = destinationOf(probe.target.host, topology);
    const outcomes = reachability.connect(placeOf(probe.from, topology), to, probe.target.port)?.outcomes;
    const expected =
      probe.outcome === "answers" ? { kind: "answers", by: [probe.target.server.name] } : { kind: probe.outcome };
    expect({ engine, outcomes }).toEqual({ engine, outcomes: [expected] });
  }
});

function isGiven(need: Need, { version, userlandProxy, forwardPolicy, firewall }: EngineTraits): boolean {
  if (need === "root") return true;
  const found = { version, forwardPolicy, userlandProxy: userlandProxy ? "on" : "off", firewall };
  return lackingIn(need, { ...found, abilities: {} } as unknown as Conditions) === undefined;
}

function placeOf(from: Vantage, { servers, remotes, engines }: Topology): Place {
  if (from.kind === "host") {
    const engine = engines.find(({ container }) => container === from.engine);
    return engine === undefined ? { kind: "host" } : { kind: "engine", engine: engine.name };
  }
  const is = ({ container }: { container: string }): boolean => container === from.container;
  const remote = remotes.find(is);
  if (remote !== undefined) return { kind: "remote", remote: remote.name };
  const server = servers.find(is);
  if (server === undefined) throw new Error(`nobody is ${from.container}`);
  return { kind: "server", server: server.name };
}

function destinationOf(
  host: HttpProbe["target"]["host"],
  { networks, servers, remotes, engines }: Topology,
): Destination {
  if (typeof host !== "string") {
    const [reference] = host;
    if (typeof reference !== "object" || reference.ref !== "container-address") throw new Error("an unknown reference");
    const network = networks.find(({ engineName }) => engineName === reference.network)?.name ?? "";
    const server = servers.find(({ container }) => container === reference.container)?.name ?? "";
    return { kind: "address", server, network };
  }
  if (host === "127.0.0.1") return { kind: "loopback" };
  if (remotes.some(({ hostAddress }) => hostAddress === host)) return { kind: "host" };
  const engine = engines.find(({ address }) => address === host);
  if (engine !== undefined) return { kind: "engine", engine: engine.name };
  const gateway = networks.find((network) => network.gateway === host);
  if (gateway !== undefined) return { kind: "gateway", network: gateway.name };
  for (const { name, attachments } of servers) {
    const found = attachments.find(({ address }) => address === host);
    if (found !== undefined) return { kind: "address", server: name, network: found.network };
  }
  return { kind: "name", name: host };
}
