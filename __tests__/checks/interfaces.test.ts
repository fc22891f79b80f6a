import { identity, parseInterfaces } from "../../lib/checks/interfaces";
import { HOST, INSIDE, LO } from "./ip";

test("reads what iproute2 prints, and leaves out its empty objects", () => {
  const parsed = parseInterfaces(JSON.stringify([{}, ...HOST, {}]));
  expect(parsed?.map((one) => [one.ifindex, one.ifname])).toEqual([
    [1, "lo"],
    [4, "eth0"],
    [5, "docker0"],
    [6, "br-0123456789ab"],
    [8, "veth3a1c22f"],
  ]);
  expect(parsed?.at(-1)).toMatchObject({ link_index: 7, link_netnsid: 0, master: "br-0123456789ab" });
});

test("reads links, which have no addresses", () => {
  const link = { ...INSIDE, addr_info: undefined };
  expect(parseInterfaces(JSON.stringify([link]))?.[0]?.addr_info).toEqual([]);
  expect(parseInterfaces("[]")).toEqual([]);
});

test.each([
  "",
  "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536",
  "{}",
  '[{"ifname":"lo"}]',
  '[{"ifindex":"1","ifname":"lo"}]',
])("%j is none of it", (text) => {
  expect(parseInterfaces(text)).toBeUndefined();
});

test("an identity is name, MAC and addresses in one order", () => {
  const [lo, inside] = parseInterfaces(JSON.stringify([LO, INSIDE])) ?? [];
  expect([lo, inside].map((one) => one && identity(one))).toEqual([
    "lo 00:00:00:00:00:00 127.0.0.1",
    "eth0 02:42:0a:4d:00:02 10.77.0.2",
  ]);
  const addresses = [{ family: "inet", local: "10.0.0.2" }, { family: "inet6" }, { family: "inet", local: "10.0.0.1" }];
  expect(identity({ ifindex: 3, ifname: "tun0", addr_info: addresses })).toBe("tun0 - 10.0.0.1 10.0.0.2");
});
