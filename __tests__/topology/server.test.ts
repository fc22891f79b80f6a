import { Identity } from "../../lib/topology/identity";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork, NoneNetwork, SharedNetwork } from "../../lib/topology/network";
import { Engine } from "../../lib/topology/engine";
import { Server, type ServerProps } from "../../lib/topology/server";
import { refused } from "./refused";

const identity = new Identity("bridge", "i1");
const lan = new BridgeNetwork(identity, "lan", { subnet: "10.77.0.0/29" });
const server = (props: ServerProps, name = "web"): Server => new Server(identity, name, props);

test("a host-mode server takes the port that it listens on", () => {
  expect(server({ network: HostNetwork.of(Engine.local), port: "8081" })).toMatchObject({
    container: "lab-bridge-web",
    port: 8081,
    hostListeners: [{ port: 8081, on: "0.0.0.0" }],
    token: identity.tokenOf("web"),
  });
});

test("a bridged server takes what it publishes, in ascending order, and nothing else", () => {
  const publish = [{ port: "9090", on: "127.0.0.1", to: 90 }, "8080", { port: 443, to: "443" }];
  expect(server({ network: lan, publish }).publications).toEqual([
    { port: 443, on: "0.0.0.0", to: 443 },
    { port: 8080, on: "0.0.0.0", to: 80 },
    { port: 9090, on: "127.0.0.1", to: 90 },
  ]);
  expect(server({ network: lan, publish }).hostListeners).toEqual([
    { port: 443, on: "0.0.0.0" },
    { port: 8080, on: "0.0.0.0" },
    { port: 9090, on: "127.0.0.1" },
  ]);
  expect(server({ network: DefaultBridge.of(Engine.local) }).hostListeners).toEqual([]);
});

describe("a server that loses its port", () => {
  const network = HostNetwork.of(Engine.local);
  const holder = server({ network, port: 8088 }, "holder");

  test("takes none: the one that holds it does", () => {
    expect(server({ network, port: 8088, losesPortTo: holder })).toMatchObject({
      hostListeners: [],
      losesPortTo: holder,
    });
  });

  test("wants the very port that the other holds on the host", () => {
    expect(refused(() => server({ network, port: 8089, losesPortTo: holder }))).toBe(
      'bridge.web.port: 8089 is not lost to server "holder", which holds port 8088; two servers in host mode contend for one port: 8088',
    );
    const bridged = server({ network: lan, port: 8088 }, "bridged");
    expect(refused(() => server({ network, port: 8088, losesPortTo: bridged }))).toContain(
      "which holds no port of the host itself",
    );
    // @ts-expect-error in a namespace of its own, a server has every port
    const apart: ServerProps = { network: lan, losesPortTo: holder };
    expect(apart.network).toBe(lan);
  });
});

test("illegal combinations do not compile", () => {
  const network = HostNetwork.of(Engine.local);
  // @ts-expect-error a host-mode server publishes nothing: it listens on the host itself
  const publishing: ServerProps = { network, publish: [8080] };
  // @ts-expect-error a host-mode server has no address of its own
  const addressed: ServerProps = { network, address: "10.77.0.2" };
  // @ts-expect-error on the default bridge the engine chooses the address
  const chosen: ServerProps = { network: DefaultBridge.of(Engine.local), address: "172.17.0.9" };
  // @ts-expect-error the default bridge knows no names
  const named: ServerProps = { network: DefaultBridge.of(Engine.local), aliases: ["front"] };
  // @ts-expect-error a server without a network has nothing that a port of the host could lead to
  const alone: ServerProps = { network: NoneNetwork.of(Engine.local), publish: [8080] };
  // @ts-expect-error a server without a network is on no other either: the engine refuses to connect it
  const connected: ServerProps = { network: NoneNetwork.of(Engine.local), alsoOn: [{ network: lan }] };
  const shared = SharedNetwork.of(server({ network: lan }));
  // @ts-expect-error in a shared namespace the owner publishes
  const joined: ServerProps = { network: shared, publish: [8080] };
  // @ts-expect-error in a shared namespace the address is the owner's
  const settled: ServerProps = { network: shared, address: "10.77.0.2" };
  // @ts-expect-error in a shared namespace the names are the owner's
  const called: ServerProps = { network: shared, aliases: ["front"] };
  // @ts-expect-error a server in host mode has no name on a network of the lab
  const known: ServerProps = { network, aliases: ["front"] };
  // @ts-expect-error a server in host mode is on no network of the lab
  const both: ServerProps = { network, alsoOn: [{ network: lan }] };
  expect([publishing, addressed, chosen, named, alone, connected, joined, settled, called, known, both]).toHaveLength(
    11,
  );
});

describe("a shared namespace", () => {
  test("is a bridged server's, or one's without network", () => {
    const owners: ServerProps[] = [
      { network: lan },
      { network: DefaultBridge.of(Engine.local) },
      { network: NoneNetwork.of(Engine.local) },
    ];
    for (const props of owners) {
      const owner = server(props, "owner");
      expect(server({ network: SharedNetwork.of(owner), port: 81 }).namespaceOwner).toBe(owner);
      expect(owner.namespaceOwner).toBe(owner);
    }
  });

  test("is not the host's, nor one that its owner shares itself", () => {
    const inHost = server({ network: HostNetwork.of(Engine.local) }, "first");
    expect(refused(() => server({ network: SharedNetwork.of(inHost) }))).toBe(
      'bridge.web.network: server "first" is in the host\'s namespace; a server shares that by: HostNetwork.of(engine)',
    );
    const joiner = server({ network: SharedNetwork.of(server({ network: lan }, "first")) }, "second");
    expect(refused(() => server({ network: SharedNetwork.of(joiner) }))).toBe(
      'bridge.web.network: server "second" is in the namespace of "first" itself; a namespace is shared by its owner: SharedNetwork.of(first)',
    );
  });
});

test("a server on several networks has an address and names on each", () => {
  const dmz = new BridgeNetwork(identity, "dmz", { subnet: "10.78.0.0/24" });
  const alsoOn = [{ network: dmz, address: "10.78.0.5", aliases: ["front", "front"] }];
  expect(server({ network: lan, alsoOn }).attachments).toEqual([
    { network: lan, address: undefined, names: ["web"] },
    { network: dmz, address: "10.78.0.5", names: ["web", "front"] },
  ]);
});

const rule = "a port is a whole number from 1 to 65535";
test.each<[string, ServerProps, string]>([
  ["a port", { network: lan, port: 0 }, `bridge.web.port: 0 is no port that one can listen on; ${rule}: 80`],
  ["a port of the host", { network: lan, publish: ["80a"] }, `bridge.web.publish: "80a" is not a port; ${rule}: 80`],
  ["no port of the host", { network: lan, publish: [""] }, `bridge.web.publish: "" is not a port; ${rule}: 8080`],
  [
    "an address outside",
    { network: lan, address: "10.78.0.2" },
    "bridge.web.address: 10.78.0.2 lies outside 10.77.0.0/29; an address lies in its network's subnet: 10.77.0.2",
  ],
  [
    "the broadcast address",
    { network: lan, address: "10.77.0.7" },
    "bridge.web.address: 10.77.0.7 is reserved in 10.77.0.0/29; the first address names the network, the last is broadcast: 10.77.0.2",
  ],
  [
    "the gateway's address",
    { network: lan, address: "10.77.0.1" },
    "bridge.web.address: 10.77.0.1 is the gateway's; an address is given once in a network: 10.77.0.2",
  ],
  [
    "an address of another network",
    {
      network: lan,
      alsoOn: [{ network: new BridgeNetwork(identity, "dmz", { subnet: "10.78.0.0/24" }), address: "10.77.0.2" }],
    },
    "bridge.web.address: 10.77.0.2 lies outside 10.78.0.0/24; an address lies in its network's subnet: 10.78.0.2",
  ],
  [
    "an alias",
    { network: lan, aliases: ["Front page"] },
    'bridge.web.aliases: "Front page" is not a name; a name is lower-case letters, digits and hyphens, and starts with a letter: front-page',
  ],
  [
    "one network twice",
    { network: lan, alsoOn: [{ network: lan, aliases: ["front"] }] },
    'bridge.web.alsoOn: network "lan" is given twice; a server is on a network once, with as many aliases as it likes',
  ],
  [
    "one port twice",
    { network: lan, publish: [8080, { port: 8081, on: "127.0.0.1" }] },
    "bridge.web.publish: 8080 and 127.0.0.1:8081 both lead to port 80; a server's port is published once",
  ],
  [
    "an address of the host",
    { network: lan, publish: [{ port: 8080, on: "localhost" }] },
    'bridge.web.publish: "localhost" is not an IPv4 address; a port is published on one of the host\'s: 127.0.0.1',
  ],
  [
    "a port inside",
    { network: lan, publish: [{ port: 8080, to: 0 }] },
    `bridge.web.publish: 0 is no port that one can listen on; ${rule}: 80`,
  ],
  [
    "a published port",
    { network: new BridgeNetwork(identity, "vault", { subnet: "10.79.0.0/24", internal: true }), publish: [8080] },
    'bridge.web.publish: network "vault" is internal; a port is published by a network that has a way out: alsoOn, with a network that is not internal',
  ],
  [
    "no address",
    { network: lan, address: "web" },
    'bridge.web.address: "web" is not an IPv4 address; one is four numbers up to 255: 10.77.0.2',
  ],
])("%s is refused where it cannot be", (_name, props, message) => {
  expect(refused(() => server(props))).toBe(message);
});

test("a bad name is refused", () => {
  expect(refused(() => server({ network: lan }, "Web 1"))).toBe(
    'bridge.servers: "Web 1" is not a name; a name is lower-case letters, digits and hyphens, and starts with a letter: web-1',
  );
});
