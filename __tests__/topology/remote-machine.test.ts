import { Identity } from "../../lib/topology/identity";
import { Lab } from "../../lib/topology/lab";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { RemoteMachine, WIRE_NAME } from "../../lib/topology/remote-machine";
import { Subnet } from "../../lib/topology/subnet";
import { refused } from "./refused";

const identity = new Identity("host", "i1");
const RANGE = Subnet.parse("range", "198.18.0.0/16");

test("a remote machine and the host have each an address of a subnet of their own", () => {
  const remote = new RemoteMachine(identity, "remote", { subnet: "198.18.4.8/29" });
  expect(remote).toMatchObject({
    container: "lab-host-remote",
    token: identity.tokenOf("remote"),
    hostAddress: "198.18.4.9",
    address: "198.18.4.10",
    wire: `wire-${identity.tokenOf("remote")}`,
  });
});

test("the subnet is taken from a range: always the same one, and another for each lab and machine", () => {
  const subnetOf = (lab: string, name: string, instance = "i1", range?: string): string =>
    new RemoteMachine(new Identity(lab, instance), name, {}, range).subnet.toString();
  expect(subnetOf("host", "remote")).toBe(subnetOf("host", "remote", "i2"));
  const subnets = ["host", "bridge", "mine"].flatMap((lab) => [subnetOf(lab, "remote"), subnetOf(lab, "other")]);
  expect(new Set(subnets).size).toBe(subnets.length);
  for (const subnet of subnets) expect(Subnet.parse("subnet", subnet).overlaps(RANGE)).toBe(true);
  expect(subnetOf("host", "remote", "i1", "203.0.113.64/29")).toBe("203.0.113.64/29");
});

test("the wire's name is one that Linux takes, and that is known for what it is", () => {
  const { wire } = new RemoteMachine(identity, "a".repeat(24));
  expect(wire).toMatch(WIRE_NAME);
  expect(wire.length).toBeLessThanOrEqual(15);
});

test.each([
  ["a name", "Remote", {}, undefined, /^host\.remotes: "Remote" is not a name/],
  ["a subnet", "remote", { subnet: "198.18.0.9/29" }, undefined, /^host\.remote\.subnet: .* has host bits set/],
  [
    "a subnet that is too small",
    "remote",
    { subnet: "198.18.0.8/30" },
    undefined,
    /is too small.*: 198\.18\.0\.0\/24$/,
  ],
  ["a range", "remote", {}, "198.18.0.0", /^LAB_REMOTE_RANGE: "198\.18\.0\.0" is not an IPv4 subnet/],
] as const)("refuses %s", (_what, name, props, range, message) => {
  expect(refused(() => new RemoteMachine(identity, name, props, range))).toMatch(message);
});

describe("in a lab", () => {
  const lan = new BridgeNetwork(identity, "lan", { subnet: "198.18.4.0/24" });

  test("its name is given once, to whatever", () => {
    const lab = new Lab(identity);
    lab.addRemoteMachine(new RemoteMachine(identity, "lan"));
    expect(refused(() => lab.addNetwork(lan))).toBe(
      'host.networks: "lan" is there already; a name is given once in a lab: lan-2',
    );
  });

  test("its subnet is nobody else's", () => {
    const remote = new RemoteMachine(identity, "remote", { subnet: "198.18.4.8/29" });
    const [lab, other] = [new Lab(identity), new Lab(identity)];
    lab.addNetwork(lan);
    expect(refused(() => lab.addRemoteMachine(remote))).toBe(
      'host.remote.subnet: 198.18.4.8/29 overlaps 198.18.4.0/24 of network "lan"; subnets on one engine are disjoint: 198.18.5.0/29',
    );
    other.addRemoteMachine(remote);
    expect(refused(() => other.addNetwork(lan))).toBe(
      'host.lan.subnet: 198.18.4.0/24 overlaps 198.18.4.8/29 of remote machine "remote"; subnets on one engine are disjoint: 198.18.5.0/24',
    );
  });
});
