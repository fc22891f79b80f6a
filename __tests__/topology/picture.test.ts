import * as fc from "fast-check";
import { NestedEngine } from "../../lib/topology/other-engines";
import { Identity } from "../../lib/topology/identity";
import { Lab } from "../../lib/topology/lab";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork, NoneNetwork, SharedNetwork } from "../../lib/topology/network";
import { Engine } from "../../lib/topology/engine";
import { OverlayNetwork } from "../../lib/topology/overlay";
import { pictureOf } from "../../lib/topology/picture";
import { RemoteMachine } from "../../lib/topology/remote-machine";
import { SwarmService, type SwarmServiceProps } from "../../lib/topology/swarm-service";
import { Topology } from "../../lib/topology/topology";
import { Server, type ServerProps } from "../../lib/topology/server";
import { dice, labOf } from "./topologies";

const identity = new Identity("mine", "i1");

test("every mode has its form; ports lead to who listens; a namespace that is shared is a box", () => {
  const lab = new Lab(identity);
  const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.80.0.0/24" }));
  const vault = lab.addNetwork(new BridgeNetwork(identity, "vault", { subnet: "10.81.0.0/24", internal: true }));
  const add = (name: string, props: ServerProps): Server => lab.addServer(new Server(identity, name, props));
  const web = add("web", { network: HostNetwork.of(Engine.local), port: 8090 });
  add("loser", { network: HostNetwork.of(Engine.local), port: 8090, losesPortTo: web });
  add("alone", { network: NoneNetwork.of(Engine.local) });
  add("plain", { network: DefaultBridge.of(Engine.local), publish: [{ port: 8094, to: 81 }] });
  const owner = add("owner", {
    network: lan,
    address: "10.80.0.2",
    alsoOn: [{ network: vault }],
    publish: [8092, { port: 8093, on: "127.0.0.1", to: 81 }],
  });
  add("joiner", { network: SharedNetwork.of(owner), port: 81 });
  lab.addRemoteMachine(new RemoteMachine(identity, "outside", { subnet: "198.18.4.8/29" }));

  const lines = pictureOf("mine", lab.topology())
    .split("\n")
    .map((line) => line.trim());
  const labels = lines.map((line) => line.replace(/, (?:style|fillcolor|color|margin)=.*?(?=\]$)/, ""));
  expect(labels).toEqual(
    expect.arrayContaining([
      'graph "lab mine" {',
      '"remote outside" [label="outside\\nanother machine"]',
      '"remote outside" -- "wire outside"',
      '"wire outside" [label="198.18.4.9"]',
      '"server web" [label="web\\nno network of its own:\\nport 8090 of the host"]',
      '"server loser" [label="loser\\nwants port 8090\\nof the host, which web has"]',
      '"server alone" [label="alone\\na loopback interface only\\n:80"]',
      'subgraph "cluster namespace owner" {',
      '"network vault" [label="vault\\n10.81.0.0/24\\ninternal: no way out"]',
      '"network default bridge" [label="default bridge\\ndocker0"]',
      '"port 8092" -- "server owner" [label=":80"]',
      '"port 127.0.0.1:8093" -- "server joiner" [label=":81"]',
      '"port 8094" -- "server plain" [label=":81, where nothing listens"]',
      '"server owner" -- "network lan" [label="10.80.0.2"]',
      '"server owner" -- "network vault"',
    ]),
  );
});

test("throw-away engines are hosts on the host, plugged into their LAN; an overlay is on none of them", () => {
  const lab = new Lab(identity);
  const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.78.0.0/24" }));
  const addEngine = (name: string, address: string): NestedEngine =>
    lab.addEngine(new NestedEngine(identity, name, { lan, address }));
  const engines = [addEngine("host-a", "10.78.0.10"), addEngine("host-b", "10.78.0.11")] as const;
  const blue = lab.addNetwork(new OverlayNetwork(identity, "blue", { subnet: "10.79.1.0/24", engines }));
  for (const [index, engine] of engines.entries()) {
    lab.addServer(new Server(identity, `web-${String(index)}`, { network: blue, engine }));
  }
  const drawn = pictureOf("mine", lab.topology(), lab.engines);
  const [onHost = "", inA = "", inB = ""] = drawn.split("subgraph").slice(1);
  expect(onHost).toContain('"network blue"');
  expect(inA).toMatch(/cluster engine host-a[^}]*"uplink host-a"[^}]*"server web-0"/);
  expect(inB).toMatch(/cluster engine host-b[^}]*"uplink host-b"[^}]*"server web-1"/);
  expect(drawn).toContain('"uplink host-a" -- "network lan"');
  expect(drawn).toContain('"server web-1" -- "network blue"');
});

test("a service is on no one host; its tasks are, and its ports lead to a task, or by ingress to whichever", () => {
  const lab = new Lab(identity);
  const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: "10.78.0.0/24" }));
  const [a, b] = ["host-a", "host-b"].map((name, index) =>
    lab.addEngine(new NestedEngine(identity, name, { lan, address: `10.78.0.${String(index + 10)}` })),
  ) as [NestedEngine, NestedEngine];
  const blue = lab.addNetwork(new OverlayNetwork(identity, "blue", { subnet: "10.79.1.0/24", engines: [a, b] }));
  const add = (name: string, props: Omit<SwarmServiceProps, "manager">): SwarmService =>
    lab.addService(new SwarmService(identity, name, "nginx:local", { manager: a, ...props }));
  add("spread", { network: blue, endpointMode: "dnsrr" });
  add("balanced", { network: blue });
  add("local", { only: b, publish: { port: 8081, mode: "host" } });
  add("mesh", { only: b, publish: { port: 8080, mode: "ingress" } });
  expect(Topology.parse(lab.topology())).toEqual(lab.topology());

  const drawn = pictureOf("mine", lab.topology(), lab.engines);
  const [onHost = "", inA = "", inB = ""] = drawn.split("subgraph").slice(1);
  const nodes = (part: string): string[] =>
    [...part.matchAll(/^ *"((?:service|task|port) [^"]*)" \[/gm)].map(([, name = ""]) => name);
  expect(nodes(onHost)).toEqual(["service spread", "service balanced", "service local", "service mesh"]);
  expect(nodes(inA)).toEqual(["task spread host-a", "task balanced host-a", "port host-a 8080"]);
  expect(nodes(inB)).toEqual([
    ...["task spread host-b", "task balanced host-b"],
    ...["task local host-b", "port host-b 8081", "task mesh host-b", "port host-b 8080"],
  ]);
  expect(drawn).toContain("its name means its tasks (dnsrr)");
  for (const line of [
    '"service spread" -- "task spread host-b"',
    '"task spread host-a" -- "network blue"',
    '"service balanced" -- "network blue" [label="VIP"]',
    '"port host-b 8081" -- "task local host-b" [label=":80"',
    '"port host-a 8080" -- "service mesh" [label="ingress"',
  ]) {
    expect(drawn).toContain(line);
  }
  expect(drawn).not.toContain('"service spread" -- "network blue"');
  expect(drawn).not.toContain('"task mesh host-b" -- "network');
});

test("of any lab, every server and network stands in it once, and every line ends at something that does", () => {
  fc.assert(
    fc.property(dice(), (thrown) => {
      const topology = labOf(thrown).topology();
      const lines = pictureOf("any", topology)
        .split("\n")
        .map((line) => line.trim());
      const nodes = lines.flatMap((line) => /^("[^"]+") \[label/.exec(line)?.[1] ?? []);
      expect(new Set(nodes).size).toBe(nodes.length);
      for (const { name } of topology.servers) expect(nodes).toContain(`"server ${name}"`);
      for (const { name } of topology.networks) expect(nodes).toContain(`"network ${name}"`);
      for (const line of lines) {
        const ends = /^("[^"]+") -- ("[^"]+")/.exec(line);
        if (ends !== null) expect(nodes).toEqual(expect.arrayContaining(ends.slice(1)));
      }
    }),
    { numRuns: 50 },
  );
});
