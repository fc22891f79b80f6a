import { commandsOf, Probe } from "../../lib/checks/probes";
import { toShell } from "../../lib/checks/command";
import { SwarmService } from "../../lib/topology/swarm-service";
import * as say from "../../lib/checks/vocabulary";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { Identity } from "../../lib/topology/identity";
import { NestedEngine } from "../../lib/topology/other-engines";
import { OverlayNetwork } from "../../lib/topology/overlay";
import { Server } from "../../lib/topology/server";
import { refused } from "./refused";

const identity = new Identity("x", "i1");
const lan = new BridgeNetwork(identity, "lan", { subnet: "10.90.0.0/24" });
const a = new NestedEngine(identity, "host-a", { lan, address: "10.90.0.10" });
const b = new NestedEngine(identity, "host-b", { lan, address: "10.90.0.11" });
const blue = new OverlayNetwork(identity, "blue", { subnet: "10.91.0.0/24", engines: [a, b] });
const client = say.inside(new Server(identity, "client", { network: blue, engine: a }));
const spread = new SwarmService(identity, "spread", "nginx:local", {
  ...{ manager: a, network: blue, endpointMode: "dnsrr" },
});
const balanced = new SwarmService(identity, "balanced", "nginx:local", { manager: a, network: blue });
const local = new SwarmService(identity, "local", "nginx:local", { manager: a, only: b });

const commands = (probe: Probe): string[] => {
  expect(Probe.parse(JSON.parse(JSON.stringify(probe)))).toEqual(probe);
  return commandsOf(probe).map(({ command }) => toShell(command));
};
const CURL = "docker exec lab-x-host-a docker exec lab-x-client curl -4 -sSiv --noproxy '*' --max-time 3";

test("its task on one host is asked at its own address, which that host's engine tells", () => {
  const probe = say.http(spread.on(b)).from(client).answers();
  expect(commands(probe)).toEqual([
    `${CURL} "http://$(docker exec lab-x-host-b docker network inspect -f '{{range .Containers}}{{println .Name .IPv4Address}}{{end}}' lab-x-blue | sed -n 's|^spread\\.[^ ]* \\(.*\\)/.*|\\1|p'):80/"`,
  ]);
  expect(probe).toMatchObject({
    target: { server: { name: "spread-host-b", token: spread.token, container: "spread", engine: "lab-x-host-a" } },
  });
});

test("whichever of its tasks is asked by the service's name, and answers in it", () => {
  const probe = say.http(balanced.onAnyHost).from(client);
  expect(commands(probe.answers())).toEqual([`${CURL} http://balanced:80/`]);
  expect(commands(probe.byName().answers())).toEqual([`${CURL} http://balanced:80/`]);
  expect(commands(probe.byName("tasks.balanced").answers())).toEqual([`${CURL} http://tasks.balanced:80/`]);
  expect(commands(probe.at(b.address, 8080).answers())).toEqual([`${CURL} http://10.90.0.11:8080/`]);
  for (const task of [balanced.onAnyHost, balanced.on(a), balanced.on(b)]) expect(task.name).toBe("balanced");
});

test("a name means its tasks, or the service itself", () => {
  expect(commands(say.name("tasks.spread", client).means(spread.on(a), spread.on(b)))).toEqual([
    expect.stringContaining("getent ahostsv4 tasks.spread"),
    expect.stringMatching(/^docker exec lab-x-host-a docker network inspect .* lab-x-blue$/),
    expect.stringMatching(/^docker exec lab-x-host-b docker network inspect .* lab-x-blue$/),
  ]);
  expect(commands(say.name("balanced", client).means(say.virtualAddressOf(balanced)))).toEqual([
    expect.stringContaining("getent ahostsv4 balanced"),
    "docker exec lab-x-host-a docker service inspect -f '{{range .Endpoint.VirtualIPs}}{{println .Addr}}{{end}}' balanced",
  ]);
});

test("a name that is none is refused, and so is an address that nobody has", () => {
  expect(refused(() => new SwarmService(identity, "Spread", "nginx:local", { manager: a }))).toContain("x.services");
  expect(refused(() => spread.onAnyHost)).toBe(
    "x.spread: its tasks answer in names of their own; a task is asked for by its host: on(host)",
  );
  const none = "an address is asked for on its network, of its task on one host";
  expect(refused(() => say.http(local.on(b)))).toBe(`x.local: ${none}`);
  expect(refused(() => say.name("balanced", client).means(balanced.onAnyHost))).toBe(`x.balanced: ${none}`);
});
