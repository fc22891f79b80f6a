import { Identity } from "../../lib/topology/identity";
import { BridgeNetwork, DefaultBridge, Engine, HostNetwork } from "../../lib/topology/network";
import { Server, type ServerProps } from "../../lib/topology/server";
import { refused } from "./refused";

const identity = new Identity("bridge", "i1");
const lan = new BridgeNetwork(identity, "lan", { subnet: "10.77.0.0/29" });
const server = (props: ServerProps, name = "web"): Server => new Server(identity, name, props);

test("a host-mode server takes the port that it listens on", () => {
  expect(server({ network: HostNetwork.of(Engine.local), port: "8081" })).toMatchObject({
    container: "lab-bridge-web",
    port: 8081,
    hostPorts: [8081],
    token: identity.tokenOf("web"),
  });
});

test("a bridged server takes what it publishes, in ascending order, and nothing else", () => {
  expect(server({ network: lan, publish: [9090, "8080", 443] }).hostPorts).toEqual([443, 8080, 9090]);
  expect(server({ network: DefaultBridge.of(Engine.local) }).hostPorts).toEqual([]);
});

test("illegal combinations do not compile", () => {
  const network = HostNetwork.of(Engine.local);
  // @ts-expect-error a host-mode server publishes nothing: it listens on the host itself
  const publishing: ServerProps = { network, publish: [8080] };
  // @ts-expect-error a host-mode server has no address of its own
  const addressed: ServerProps = { network, address: "10.77.0.2" };
  // @ts-expect-error on the default bridge the engine chooses the address
  const chosen: ServerProps = { network: DefaultBridge.of(Engine.local), address: "172.17.0.9" };
  expect([publishing, addressed, chosen]).toHaveLength(3);
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
