import { leftovers } from "../../lib/checks/leftovers";
import { BRIDGE_LAB, container, network, REMOTE_LAB, world } from "./worlds";

const NOTHING = { answering: [], rules: [] };
const own = { lab: "bridge", instance: "mine0000" };

test("of a lab that has vanished nothing is left", () => {
  expect(leftovers(BRIDGE_LAB, world(), NOTHING)).toEqual([]);
});

test("what is left is named, each kind", () => {
  const left = world({
    containers: [container("lab-bridge-web-1", own)],
    networks: [network("lab-bridge-lan", own)],
    routes: [
      { destination: "10.77.0.0/24", device: "br-0123456789ab" },
      { destination: "default", device: "eth0" },
    ],
  });
  const rules = [
    "-A POSTROUTING -s 10.77.0.0/24 ! -o br-0123456789ab -j MASQUERADE",
    "-A DOCKER ! -i br-0123456789ab -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.77.0.2:80",
    "-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
    "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
  ];
  expect(leftovers(BRIDGE_LAB, left, { answering: ["web-1"], rules })).toEqual([
    "container lab-bridge-web-1",
    "network lab-bridge-lan",
    "server web-1 still answers on the host",
    "route 10.77.0.0/24 by br-0123456789ab",
    "rule -A POSTROUTING -s 10.77.0.0/24 ! -o br-0123456789ab -j MASQUERADE",
    "rule -A DOCKER ! -i br-0123456789ab -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.77.0.2:80",
  ]);
});

test("what belongs to others is no leftover", () => {
  const others = world({
    containers: [
      container("shop"),
      container("lab-host-web", { lab: "host", instance: "mine0000" }),
      container("other-bridge-web-1", { lab: "bridge", instance: "other111" }),
    ],
    networks: [network("shop_default", { subnets: ["10.78.0.0/24"] })],
    routes: [{ destination: "10.78.0.0/24", device: "br-ffffffffffff" }],
  });
  expect(
    leftovers(BRIDGE_LAB, others, { answering: [], rules: ["-A POSTROUTING -s 10.78.0.0/24 -j MASQUERADE"] }),
  ).toEqual([]);
});

test("of a remote machine its wire may be left, and the route that lies on it; another's is none of its", () => {
  const wired = world({
    interfaces: ["lo", "wire-0123abcd", "wire-ffffffff"],
    routes: [
      { destination: "198.18.4.8/29", device: "wire-0123abcd" },
      { destination: "198.18.8.0/29", device: "wire-ffffffff" },
    ],
  });
  expect(leftovers(REMOTE_LAB, wired, NOTHING)).toEqual([
    "interface wire-0123abcd",
    "route 198.18.4.8/29 by wire-0123abcd",
  ]);
  expect(leftovers(REMOTE_LAB, world(), NOTHING)).toEqual([]);
});
