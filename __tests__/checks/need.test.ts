import { describeNeed, lackingIn, Need } from "../../lib/checks/need";
import { CONDITIONS } from "./conditions";

test.each<[Exclude<Need, "root">, string | undefined]>([
  ["iptables", undefined],
  [{ since: "20.10" }, undefined],
  [{ since: "20.10.24" }, undefined],
  [{ since: "20.10.25" }, "only since Engine 20.10.25; this is 20.10.24+dfsg1"],
  [{ since: "28" }, "only since Engine 28; this is 20.10.24+dfsg1"],
  [{ since: "9" }, undefined],
  [{ until: "28" }, undefined],
  [{ until: "20.10" }, "only before Engine 20.10; this is 20.10.24+dfsg1"],
  [{ api: "1.41" }, undefined],
  [{ api: "1.5" }, undefined],
  [{ api: "1.48" }, "needs API 1.48; this engine speaks 1.41"],
  [{ firewall: "iptables" }, undefined],
  [{ firewall: "nftables" }, "the engine filters packets by iptables"],
  [{ forwardPolicy: "ACCEPT" }, undefined],
  [{ forwardPolicy: "DROP" }, "the host's FORWARD policy is ACCEPT"],
  [{ userlandProxy: "on" }, undefined],
  [{ userlandProxy: "off" }, "the engine's userland-proxy is on"],
  [{ kernel: "macvlan" }, undefined],
  [{ kernel: "ipvlan" }, "the kernel lacks ipvlan"],
  [{ without: "ipvlan" }, undefined],
  [{ without: "vlan" }, "the kernel has vlan, so nothing stands in for it"],
])("%j", (need, reason) => {
  expect(Need.parse(need)).toEqual(need);
  expect(lackingIn(need, CONDITIONS)).toBe(reason);
});

test.each([
  ["iptables", false, undefined],
  ["iptables+firewalld", false, undefined],
  ["nftables", true, undefined],
  [
    "nftables",
    false,
    "the engine filters packets by nftables, and nft is not here to show its rules (apt-get install nftables)",
  ],
  ["ebpf", true, "the engine filters packets by ebpf"],
])("to look at rules of %s, while nft is here: %s", (firewall, nft, reason) => {
  expect(lackingIn("rules", { ...CONDITIONS, firewall, nft })).toBe(reason);
});

test("what could not be found out is no reason to skip", () => {
  const abilities = { ...CONDITIONS.abilities, ipvlan: undefined };
  const unknown = { ...CONDITIONS, forwardPolicy: undefined, userlandProxy: undefined, abilities };
  for (const need of [{ forwardPolicy: "DROP" }, { userlandProxy: "off" }, { kernel: "ipvlan" }] as const) {
    expect(lackingIn(need, unknown)).toBeUndefined();
  }
});

test("but what stands in for something is there only where that is known to be missing", () => {
  const abilities = { ...CONDITIONS.abilities, vlan: undefined };
  expect(lackingIn({ without: "vlan" }, { ...CONDITIONS, abilities })).toBe("whether the kernel has vlan is unknown");
});

test.each([{ since: "new" }, { since: "28", until: "29" }, { kernel: "ipx" }, { rootless: true }, "windows", {}])(
  "%j is no need",
  (need) => {
    expect(Need.safeParse(need).success).toBe(false);
  },
);

test("every need can be said in words", () => {
  const needs: Need[] = [
    "root",
    "iptables",
    { since: "28" },
    { until: "28" },
    { api: "1.48" },
    { firewall: "nftables" },
  ];
  const more: Need[] = [{ forwardPolicy: "DROP" }, { userlandProxy: "off" }, { kernel: "ipvlan" }, { without: "vlan" }];
  expect([...needs, ...more].map(describeNeed)).toEqual([
    "root",
    "an engine with iptables",
    "Engine 28 or newer",
    "Engine older than 28",
    "API 1.48 or newer",
    "an engine with nftables",
    "FORWARD policy DROP",
    "userland-proxy off",
    "a kernel with ipvlan",
    "a kernel without vlan",
  ]);
});
