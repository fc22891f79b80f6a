import { Identity } from "../../lib/topology/identity";
import { Lab } from "../../lib/topology/lab";
import { BridgeNetwork, DefaultBridge, Engine, HostNetwork } from "../../lib/topology/network";
import { Server, type ServerProps } from "../../lib/topology/server";
import { refused } from "./refused";

const identity = new Identity("mine", "i1");
const host = HostNetwork.of(Engine.local);
const plain = DefaultBridge.of(Engine.local);

/** A lab with a network "lan" and the servers given, by name. */
function lab(servers: Record<string, ServerProps> = {}): Lab {
  const made = new Lab(identity);
  made.addNetwork(lan);
  for (const [name, props] of Object.entries(servers)) made.addServer(new Server(identity, name, props));
  return made;
}
const lan = new BridgeNetwork(identity, "lan", { subnet: "10.77.0.0/24" });
const adding = (to: Lab, name: string, props: ServerProps) => (): unknown =>
  to.addServer(new Server(identity, name, props));

test("servers on port 80 each are no conflict, unless they take the host's", () => {
  const made = lab({ web: { network: host }, one: { network: lan }, two: { network: plain, publish: [8080] } });
  expect(made.servers.map((server) => server.name)).toEqual(["web", "one", "two"]);
});

describe("names", () => {
  test.each([
    ["web", ["web"], "web-2"],
    ["web", ["web", "web-2"], "web-3"],
    ["lan", [], "lan-2"],
    ["a".repeat(24), ["a".repeat(24)], `${"a".repeat(22)}-2`],
  ])("%s is given once", (name, others, free) => {
    const made = lab(Object.fromEntries(others.map((other) => [other, { network: lan }])));
    expect(refused(adding(made, name, { network: lan }))).toBe(
      `mine.servers: "${name}" is there already; a name is given once in a lab: ${free}`,
    );
  });

  test("of networks too, and not that of a server", () => {
    const named = (name: string) => new BridgeNetwork(identity, name, { subnet: "10.78.0.0/24" });
    expect(refused(() => lab().addNetwork(named("lan")))).toBe(
      'mine.networks: "lan" is there already; a name is given once in a lab: lan-2',
    );
    expect(refused(() => lab({ web: { network: lan } }).addNetwork(named("web")))).toBe(
      'mine.networks: "web" is there already; a name is given once in a lab: web-2',
    );
  });
});

test.each([
  ["10.77.0.0/24", "10.77.1.0/24"],
  ["10.77.0.128/25", "10.77.1.0/25"],
  ["10.0.0.0/8", undefined],
])("an overlapping subnet %s is refused", (subnet, free) => {
  expect(refused(() => lab().addNetwork(new BridgeNetwork(identity, "dmz", { subnet })))).toBe(
    `mine.dmz.subnet: ${subnet} overlaps 10.77.0.0/24 of network "lan"; subnets on one engine are disjoint${free === undefined ? "" : `: ${free}`}`,
  );
});

describe("ports of the host", () => {
  const one = "one host port has one listener";
  test.each<[string, Record<string, ServerProps>, ServerProps, string]>([
    [
      "two servers in host mode",
      { web: { network: host } },
      { network: host },
      `mine.new.port: 80 is taken on the host by server "web"; ${one}: 81`,
    ],
    [
      "one in host mode, one published",
      { web: { network: host, port: 8080 } },
      { network: lan, publish: [8080] },
      `mine.new.publish: 8080 is taken on the host by server "web"; ${one}: 8081`,
    ],
    [
      "two published",
      { web: { network: lan, publish: [8080, 8081] } },
      { network: plain, publish: [8080] },
      `mine.new.publish: 8080 is taken on the host by server "web"; ${one}: 8082`,
    ],
    [
      "the proposal is none of the server's own",
      { web: { network: lan, publish: [8080] } },
      { network: lan, publish: [8080, 8081] },
      `mine.new.publish: 8080 is taken on the host by server "web"; ${one}: 8082`,
    ],
    [
      "at the end of the range",
      { web: { network: lan, publish: [65535] } },
      { network: lan, publish: [65535] },
      `mine.new.publish: 65535 is taken on the host by server "web"; ${one}: 65534`,
    ],
    [
      "the same twice",
      {},
      { network: lan, publish: [8080, "8080"] },
      "mine.new.publish: 8080 is given twice; a host port leads to one place: 8081",
    ],
  ])("%s", (_name, servers, props, message) => {
    expect(refused(adding(lab(servers), "new", props))).toBe(message);
  });
});

test("an address is given once in a network", () => {
  const made = lab({ one: { network: lan, address: "10.77.0.2" }, two: { network: lan, address: "10.77.0.3" } });
  expect(refused(adding(made, "three", { network: lan, address: "10.77.0.2" }))).toBe(
    'mine.three.address: 10.77.0.2 is the address of server "one"; an address is given once in a network: 10.77.0.4',
  );
});

test("what is refused is not added", () => {
  const made = lab({ web: { network: host } });
  refused(adding(made, "other", { network: host }));
  expect(made.servers.map((server) => server.name)).toEqual(["web"]);
});
