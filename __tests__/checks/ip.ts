/*
 * Output of `ip -j` (iproute2 6.1) on a machine with one bridged container, for tests of what is read from it. Recorded,
 * then shortened to the interfaces that matter.
 */

const forever = { valid_life_time: 4294967295, preferred_life_time: 4294967295 };
const inet = (local: string, prefixlen: number, label: string) => ({
  family: "inet",
  local,
  prefixlen,
  scope: "global",
  label,
  ...forever,
});
const inet6 = (local: string) => ({ family: "inet6", local, prefixlen: 64, scope: "link", ...forever });

export const LO = {
  ifindex: 1,
  ifname: "lo",
  flags: ["LOOPBACK", "UP", "LOWER_UP"],
  mtu: 65536,
  qdisc: "noqueue",
  operstate: "UNKNOWN",
  group: "default",
  txqlen: 1000,
  link_type: "loopback",
  address: "00:00:00:00:00:00",
  broadcast: "00:00:00:00:00:00",
  addr_info: [{ family: "inet", local: "127.0.0.1", prefixlen: 8, scope: "host", label: "lo", ...forever }],
};

export const ETH0 = {
  ifindex: 4,
  ifname: "eth0",
  flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
  mtu: 1400,
  operstate: "UP",
  link_type: "ether",
  address: "02:fc:00:00:00:01",
  addr_info: [inet("192.0.2.2", 24, "eth0"), inet6("fe80::fc:ff:fe00:1")],
};

export const DOCKER0 = {
  ifindex: 5,
  ifname: "docker0",
  flags: ["NO-CARRIER", "BROADCAST", "MULTICAST", "UP"],
  mtu: 1500,
  operstate: "DOWN",
  link_type: "ether",
  address: "02:42:ce:46:83:e7",
  addr_info: [inet("172.17.0.1", 16, "docker0")],
};

export const BRIDGE = {
  ifindex: 6,
  ifname: "br-0123456789ab",
  flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
  mtu: 1500,
  operstate: "UP",
  link_type: "ether",
  address: "02:42:1f:3f:99:35",
  addr_info: [inet("10.77.0.1", 24, "br-0123456789ab")],
};

/** The end of a veth pair on the host; the container's end is `INSIDE`. */
export const VETH = {
  ifindex: 8,
  link_index: 7,
  ifname: "veth3a1c22f",
  flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
  mtu: 1500,
  master: "br-0123456789ab",
  operstate: "UP",
  link_type: "ether",
  address: "32:1f:3f:99:35:13",
  link_netnsid: 0,
  addr_info: [inet6("fe80::301f:3fff:fe99:3513")],
};

export const INSIDE = {
  ifindex: 7,
  link_index: 8,
  ifname: "eth0",
  flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
  mtu: 1500,
  operstate: "UP",
  link_type: "ether",
  address: "02:42:0a:4d:00:02",
  link_netnsid: 0,
  addr_info: [inet("10.77.0.2", 24, "eth0")],
};

export const HOST = [LO, ETH0, DOCKER0, BRIDGE, VETH];
export const CONTAINER = [LO, INSIDE];
