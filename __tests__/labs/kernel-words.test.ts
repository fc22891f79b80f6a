import { Check } from "../../lib/checks/check";
import { judge } from "../../lib/checks/probes";
import { findings } from "../checks/findings";
import { synthesized } from "./synthesized";

/** Recorded on Linux 6.1 with iproute2 6.1: an ipvlan interface in a network namespace of its own, in either mode. */
const ipvlan = (mode: "l2" | "l3"): string =>
  `31: eth0@if28: <BROADCAST,MULTICAST,${mode === "l3" ? "NOARP," : ""}UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/ether 6e:b9:68:5a:3f:5a brd ff:ff:ff:ff:ff:ff link-netnsid 0 promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 \\    ipvlan  mode ${mode} bridge addrgenmode eui64 numtxqueues 1 gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 \n`;
/** The same of a sub-interface, and of a veth. */
const tagged =
  "30: tr0.10@tr0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\\    link/ether da:4e:b3:5a:b1:41 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 0 maxmtu 65535 \\    vlan protocol 802.1Q id 10 <REORDER_HDR> addrgenmode eui64 numtxqueues 1 gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 \n";

function verdict(lab: string, id: string, stdout: string): string {
  const { output } = synthesized(lab) as { output: { lab: { value: { checks: unknown[] } } } };
  const check = output.lab.value.checks.map((one) => Check.parse(one)).find((one) => one.id === `${lab}/${id}`);
  if (check === undefined) throw new Error(`no check ${lab}/${id}`);
  return judge(check.probe, findings({ run: { stdout } })).verdict;
}

test.each([
  ["ipvlan", "web-1/ipvlan", ipvlan("l2"), ipvlan("l3")],
  ["ipvlan", "web-4/ipvlan", ipvlan("l3"), ipvlan("l2")],
  ["ipvlan", "web-4/no-arp", ipvlan("l3"), ipvlan("l2")],
  ["vlan", "host-a/tagged", tagged, ipvlan("l2")],
])("%s/%s looks for words that such a kernel's interfaces are shown with", (lab, id, right, wrong) => {
  expect([verdict(lab, id, right), verdict(lab, id, wrong)]).toEqual(["pass", "fail"]);
});
