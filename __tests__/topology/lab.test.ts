import { Identity } from "../../lib/topology/identity";
import { Lab } from "../../lib/topology/lab";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork, NoneNetwork, SharedNetwork } from "../../lib/topology/network";
import { Engine } from "../../lib/topology/engine";
import { Server, type ServerProps } from "../../lib/topology/server";
import { Topology } from "../../lib/topology/topology";
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
      { web: { network: lan, publish: [8080, { port: 8081, to: 81 }] } },
      { network: plain, publish: [8080] },
      `mine.new.publish: 8080 is taken on the host by server "web"; ${one}: 8082`,
    ],
    [
      "the proposal is none of the server's own",
      { web: { network: lan, publish: [8080] } },
      { network: lan, publish: [8080, { port: 8081, to: 81 }] },
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
    [
      "one on every address, one on a single one",
      { web: { network: lan, publish: [8080] } },
      { network: lan, publish: [{ port: 8080, on: "127.0.0.1" }] },
      `mine.new.publish: 127.0.0.1:8080 is taken (as 8080) on the host by server "web"; ${one}: 8081`,
    ],
    [
      "one in host mode, one published on a single address",
      { web: { network: lan, publish: [{ port: 80, on: "127.0.0.1" }] } },
      { network: host },
      `mine.new.port: 80 is taken (as 127.0.0.1:80) on the host by server "web"; ${one}: 81`,
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

test("one port on two addresses of the host is two places", () => {
  const made = lab({ one: { network: lan, publish: [{ port: 8080, on: "127.0.0.1" }] } });
  adding(made, "two", { network: lan, publish: [{ port: 8080, on: "127.0.0.2" }] })();
  expect(made.servers.flatMap((server) => server.hostListeners)).toEqual([
    { port: 8080, on: "127.0.0.1" },
    { port: 8080, on: "127.0.0.2" },
  ]);
});

test("an address on a further network is given once too", () => {
  const made = lab();
  const dmz = made.addNetwork(new BridgeNetwork(identity, "dmz", { subnet: "10.78.0.0/24" }));
  adding(made, "one", { network: lan, alsoOn: [{ network: dmz, address: "10.78.0.2" }] })();
  expect(refused(adding(made, "two", { network: dmz, address: "10.78.0.2" }))).toBe(
    'mine.two.address: 10.78.0.2 is the address of server "one"; an address is given once in a network: 10.78.0.3',
  );
});

describe("aliases", () => {
  test("are shared by as many servers as like", () => {
    const made = lab({
      one: { network: lan, aliases: ["pool"] },
      two: { network: lan, aliases: ["pool", "two"] },
    });
    expect(made.servers.map(({ attachments }) => attachments[0]?.names)).toEqual([
      ["one", "pool"],
      ["two", "pool"],
    ]);
  });

  const rule = 'is the name of another server on network "lan"; several servers share an alias, none another\'s name';
  test.each<[string, Record<string, ServerProps>, string, ServerProps, string]>([
    [
      "that is there",
      { web: { network: lan } },
      "new",
      { network: lan, aliases: ["web"] },
      `mine.new.aliases: "web" ${rule}`,
    ],
    [
      "that comes later",
      { web: { network: lan, aliases: ["new"] } },
      "new",
      { network: lan },
      `mine.web.aliases: "new" ${rule}`,
    ],
  ])("are not another server's name, %s", (_name, servers, name, props, message) => {
    expect(refused(adding(lab(servers), name, props))).toBe(message);
  });

  test("may be a server's name where that server is not", () => {
    const made = lab({ web: { network: host }, one: { network: lan, aliases: ["web"] } });
    expect(made.servers).toHaveLength(2);
  });
});

describe("a shared namespace", () => {
  const made = lab();
  const owner = made.addServer(new Server(identity, "owner", { network: lan }));
  const network = SharedNetwork.of(owner);
  adding(made, "joiner", { network, port: 81 })();

  test("has one listener on a port", () => {
    expect(refused(adding(made, "new", { network }))).toBe(
      'mine.new.port: 80 is taken in the namespace of "owner" by server "owner"; one port of a namespace has one listener: 82',
    );
    expect(refused(adding(made, "new", { network, port: 81 }))).toBe(
      'mine.new.port: 81 is taken in the namespace of "owner" by server "joiner"; one port of a namespace has one listener: 82',
    );
  });

  test("is that of a server of the same lab", () => {
    expect(refused(adding(lab(), "new", { network, port: 82 }))).toBe(
      'mine.servers: server "owner" is not of this lab; addServer makes one that is',
    );
  });
});

test("a lab as plain data names what it refers to", () => {
  const made = lab();
  const dmz = made.addNetwork(
    new BridgeNetwork(identity, "dmz", { subnet: "10.78.0.0/24", internal: true, interContainerConnectivity: false }),
  );
  const props: ServerProps = {
    network: lan,
    address: "10.77.0.9",
    aliases: ["front"],
    alsoOn: [{ network: dmz }],
    publish: [{ port: 8080, on: "127.0.0.1", to: 81 }],
  };
  const owner = made.addServer(new Server(identity, "owner", props));
  adding(made, "joiner", { network: SharedNetwork.of(owner), port: 81 })();
  adding(made, "plain", { network: plain })();
  adding(made, "alone", { network: NoneNetwork.of(Engine.local) })();
  expect(Topology.parse(made.topology())).toEqual(made.topology());
  expect(made.topology()).toMatchObject({
    networks: [
      { name: "lan", engineName: "lab-mine-lan", subnet: "10.77.0.0/24", gateway: "10.77.0.1", internal: false },
      { name: "dmz", internal: true, interContainerConnectivity: false },
      { name: "default bridge", engineName: "bridge", internal: false, interContainerConnectivity: true },
    ],
    servers: [
      {
        name: "owner",
        mode: "bridge",
        attachments: [
          { network: "lan", address: "10.77.0.9", names: ["owner", "front"] },
          { network: "dmz", names: ["owner"] },
        ],
        publications: [{ port: 8080, on: "127.0.0.1", to: 81 }],
      },
      { name: "joiner", mode: "shared", owner: "owner", port: 81, attachments: [] },
      { name: "plain", mode: "default-bridge", attachments: [{ network: "default bridge", names: [] }] },
      { name: "alone", mode: "none", attachments: [] },
    ],
  });
});

test("what is refused is not added", () => {
  const made = lab({ web: { network: host } });
  refused(adding(made, "other", { network: host }));
  expect(made.servers.map((server) => server.name)).toEqual(["web"]);
});
