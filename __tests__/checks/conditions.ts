import type { Conditions } from "../../lib/engine/conditions";

/** A machine as many are, with an old engine and a kernel that lacks one thing. */
export const CONDITIONS: Conditions = {
  version: "20.10.24+dfsg1",
  kernel: "6.18.5",
  firewall: "iptables",
  noHostMode: undefined,
  api: "1.41",
  packetFilter: "iptables-nft",
  forwardPolicy: "ACCEPT",
  nft: false,
  userlandProxy: "on",
  abilities: { dummy: true, esp: true, ipvlan: false, ipvs: true, macvlan: true, vlan: true, vxlan: true },
};
