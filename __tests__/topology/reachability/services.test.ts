import { Identity } from "../../../lib/topology/identity";
import { Lab } from "../../../lib/topology/lab";
import { BridgeNetwork } from "../../../lib/topology/declared-network";
import { NestedEngine } from "../../../lib/topology/other-engines";
import { OverlayNetwork } from "../../../lib/topology/overlay";
import { reachabilityMatrix, vantageName } from "../../../lib/topology/reachability";
import { Server } from "../../../lib/topology/server";
import { SwarmService, type SwarmServiceProps } from "../../../lib/topology/swarm-service";

const identity = new Identity("mine", "i1");
const lab = new Lab(identity);
const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.78.0.0/24", internal: true }));
const [a, b] = ["host-a", "host-b"].map((name, index) =>
  lab.addEngine(new NestedEngine(identity, name, { lan, address: `10.78.0.${String(index + 10)}` })),
) as [NestedEngine, NestedEngine];
const engines = [a, b] as const;
const blue = lab.addNetwork(new OverlayNetwork(identity, "blue", { subnet: "10.79.1.0/24", engines }));
const green = lab.addNetwork(new OverlayNetwork(identity, "green", { subnet: "10.79.2.0/24", engines }));
lab.addServer(new Server(identity, "near", { network: blue, engine: a }));
lab.addServer(new Server(identity, "far", { network: green, engine: b }));
const add = (name: string, props: Omit<SwarmServiceProps, "manager">): SwarmService =>
  lab.addService(new SwarmService(identity, name, "nginx:local", { manager: a, ...props }));
add("spread", { network: blue, endpointMode: "dnsrr" });
add("balanced", { network: blue });
add("local", { only: b, publish: { port: 8081, mode: "host" } });
add("closed", { network: blue, publish: { port: 8082, mode: "host" } });
add("mesh", { only: b, publish: { port: 8080, mode: "ingress" } });

/** `who → what by which way`: what comes of it. */
function derived(ipvs: boolean): Record<string, string> {
  const { rows } = reachabilityMatrix(lab.topology(), { version: "20.10.24", userlandProxy: true, ipvs });
  const cells = rows.flatMap(({ vantage, way, cells }) =>
    cells.flatMap((cell) => (cell === undefined ? [] : [{ vantage: vantageName(vantage), way, cell }])),
  );
  return Object.fromEntries(
    cells.map(({ vantage, way, cell: { listener, prediction } }) => [
      `${vantage} → ${listener.title} by ${way}`,
      prediction.outcomes.map((one) => (one.kind === "answers" ? one.by.join("/") : one.kind)).join(" or "),
    ]),
  );
}

test("names of services are known on their network: their tasks answer, at a virtual address only with IPVS", () => {
  const either = {
    "near → spread:80 by name": "spread-host-a/spread-host-b",
    "near → spread:80 by tasks.NAME": "spread-host-a/spread-host-b",
    "near → balanced:80 by tasks.NAME": "balanced",
    "far → spread:80 by name": "no-name",
    "far → balanced:80 by tasks.NAME": "no-name",
    "host-a → balanced:80 by name": "no-name",
    "host → balanced:80 by name": "no-name",
  };
  expect(derived(true)).toMatchObject({ ...either, "near → balanced:80 by name": "balanced" });
  expect(derived(false)).toMatchObject({ ...either, "near → balanced:80 by name": "unreachable" });
});

test("a port in mode host is open where a task is; by ingress on every host, with IPVS", () => {
  const either = {
    "host → local published :8081 by address of host-b": "local",
    "host-a → local published :8081 by address of host-b": "local",
    "host-b → local published :8081 by address of host-b": "local",
    "host-a → local published :8081 by address of host-a": "refused",
    "host-a → closed published :8082 by address of host-b": "refused",
    "near → local published :8081 by address of host-b": "unreachable",
  };
  expect(derived(true)).toMatchObject({ ...either, "host-a → mesh published :8080 by address of host-a": "mesh" });
  expect(derived(false)).toMatchObject({
    ...either,
    "host-a → mesh published :8080 by address of host-a": "refused",
    "host → mesh published :8080 by address of host-b": "refused",
    "near → mesh published :8080 by address of host-b": "unreachable",
  });
});
