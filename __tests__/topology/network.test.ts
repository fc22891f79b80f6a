import { Identity } from "../../lib/topology/identity";
import { BridgeNetwork, type BridgeNetworkProps } from "../../lib/topology/declared-network";
import { refused } from "./refused";

const identity = new Identity("bridge", "i1");
const lan = (props: BridgeNetworkProps, name = "lan"): BridgeNetwork => new BridgeNetwork(identity, name, props);

test("a network's gateway is its first address, unless another is given", () => {
  expect(lan({ subnet: "10.77.0.0/24" })).toMatchObject({ engineName: "lab-bridge-lan", gateway: "10.77.0.1" });
  expect(lan({ subnet: "10.77.0.0/24", gateway: "10.77.0.254" }).gateway).toBe("10.77.0.254");
});

test("bad names and subnets are refused under the lab's name", () => {
  expect(refused(() => lan({ subnet: "10.77.0.0/24" }, "$(id)"))).toBe(
    'bridge.networks: "$(id)" is not a name; a name is lower-case letters, digits and hyphens, and starts with a letter: id',
  );
  expect(refused(() => lan({ subnet: "10.77.0.5/24" }))).toBe(
    "bridge.lan.subnet: 10.77.0.5/24 has host bits set; a subnet is a network address: 10.77.0.0/24",
  );
});

test("a network has a way out, and its containers meet, unless it is said otherwise", () => {
  expect(lan({ subnet: "10.77.0.0/24" })).toMatchObject({
    internal: false,
    interContainerConnectivity: true,
    mtu: undefined,
  });
  const other = { internal: true, interContainerConnectivity: false, mtu: 1400 };
  expect(lan({ subnet: "10.77.0.0/24", ...other })).toMatchObject(other);
});

test.each([
  [67, 68],
  [65536, 65535],
  [1400.5, 1401],
  [NaN, 1500],
])("an MTU of %d is refused", (mtu, nearest) => {
  expect(refused(() => lan({ subnet: "10.77.0.0/24", mtu }))).toBe(
    `bridge.lan.mtu: ${String(mtu)} is no size of a packet; an MTU is a whole number of bytes from 68 to 65535: ${String(nearest)}`,
  );
});

test.each([
  ["10.77.1.1", "10.77.1.1 lies outside 10.77.0.0/24; an address lies in its network's subnet: 10.77.0.1"],
  [
    "10.77.0.0",
    "10.77.0.0 is reserved in 10.77.0.0/24; the first address names the network, the last is broadcast: 10.77.0.1",
  ],
  [
    "10.77.0.255",
    "10.77.0.255 is reserved in 10.77.0.0/24; the first address names the network, the last is broadcast: 10.77.0.1",
  ],
  ["fd00::1", '"fd00::1" is not an IPv4 address; one is four numbers up to 255: 10.77.0.1'],
  ["10.77.0.01", '"10.77.0.01" is not an IPv4 address; one is four numbers up to 255: 10.77.0.1'],
  ["", '"" is not an IPv4 address; one is four numbers up to 255: 10.77.0.1'],
])("gateway %j is refused", (gateway, message) => {
  expect(refused(() => lan({ subnet: "10.77.0.0/24", gateway }))).toBe(`bridge.lan.gateway: ${message}`);
});
