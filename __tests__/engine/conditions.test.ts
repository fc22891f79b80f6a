import { describeConditions, packetFilterOf } from "../../lib/engine/conditions";
import { CONDITIONS } from "../checks/conditions";

test("the conditions of a run, in one line", () => {
  expect(describeConditions(CONDITIONS)).toBe(
    "engine 20.10.24+dfsg1, iptables-nft, FORWARD ACCEPT, userland-proxy on, kernel without ipvlan",
  );
});

test("what could not be found out is said to be so, or left out where only root could know it", () => {
  const abilities = { ...CONDITIONS.abilities, ipvlan: true, vlan: undefined };
  const found = { ...CONDITIONS, forwardPolicy: undefined, userlandProxy: undefined, abilities };
  expect(describeConditions(found)).toBe(
    "engine 20.10.24+dfsg1, iptables-nft, userland-proxy unknown, whether the kernel has vlan is unknown",
  );
});

test.each([
  ["iptables", "iptables v1.8.9 (nf_tables)\n", "iptables-nft"],
  ["iptables", "iptables v1.8.9 (legacy)\n", "iptables-legacy"],
  ["iptables", "", "iptables"],
  ["iptables+firewalld", "iptables v1.8.9 (nf_tables)\n", "iptables-nft+firewalld"],
  ["nftables", "iptables v1.8.9 (nf_tables)\n", "nftables"],
])("%s, and iptables says %j: %s", (firewall, said, name) => {
  expect(packetFilterOf(firewall, said)).toBe(name);
});
