import { networkConfig } from "../../lib/constructs/network";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { Identity } from "../../lib/topology/identity";
import { NestedEngine } from "../../lib/topology/other-engines";
import { OverlayNetwork } from "../../lib/topology/overlay";
import { UnderlayNetwork } from "../../lib/topology/underlay";

const identity = new Identity("mine", "0a1b2c3d");
const lan = new BridgeNetwork(identity, "lan", { subnet: "10.90.0.0/24" });
const engine = new NestedEngine(identity, "host-a", { lan, address: "10.90.0.10" });

test("a bridge that is as bridges are is told nothing", () => {
  expect(networkConfig(lan)).toEqual({
    name: "lab-mine-lan",
    driver: "bridge",
    ipamConfig: [{ subnet: "10.90.0.0/24", gateway: "10.90.0.1" }],
  });
});

test("an overlay is open to containers; an encrypted one keeps what the engine adds to its options", () => {
  const overlay = (encrypted: boolean) =>
    networkConfig(new OverlayNetwork(identity, "blue", { subnet: "10.91.0.0/24", engines: [engine], encrypted }));
  expect(overlay(false)).toMatchObject({ driver: "overlay", attachable: true });
  expect(overlay(false)).not.toHaveProperty("options");
  expect(overlay(true)).toMatchObject({ options: { encrypted: "true" }, lifecycle: { ignoreChanges: ["options"] } });
});

test("an underlay names its parent and its mode, and gives addresses from its range", () => {
  const underlay = new UnderlayNetwork(identity, "direct", {
    engine,
    driver: "macvlan",
    driverMode: "private",
    parent: "eth0",
    subnet: "10.90.0.0/24",
    range: "10.90.0.64/28",
  });
  expect(networkConfig(underlay)).toMatchObject({
    driver: "macvlan",
    options: { parent: "eth0", macvlan_mode: "private" },
    ipamConfig: [{ subnet: "10.90.0.0/24", gateway: "10.90.0.1", ipRange: "10.90.0.64/28" }],
  });
});
