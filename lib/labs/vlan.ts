import type { Construct } from "constructs";
import { broadcastOf, host, http, inside, program } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { type NestedEngine, subInterface } from "../topology/other-engines";
import type { BridgeNetwork } from "../topology/declared-network";
import type { Server } from "../topology/server";
import { Subnet } from "../topology/subnet";

export interface VlanLabProps {
  /** What the LAN and the VLANs share out. @default 10.68.0.0/22 */
  readonly subnet?: string | undefined;
}

/** Of the VLAN's subnets: an address that nobody has, not even a router; so nothing leads from one to the other. */
const NOBODY = 14;

/** Two VLANs on one interface of each of two hosts: each has a sub-interface of it, and a macvlan network on that. */
export class VlanLab extends LabStack {
  constructor(scope: Construct, id: string, props: VlanLabProps = {}) {
    super(scope, id, { title: "VLANs on one interface", needs: [{ kernel: "macvlan" }] });

    const parts = Subnet.parse(`${id}.subnet`, props.subnet ?? "10.68.0.0/22").parts(`${id}.subnet`, 4);
    const [street = "", ten = "", twenty = ""] = parts.map(String);
    const lan = this.addNetwork("lan", { subnet: street, internal: true });
    const access10 = this.addNetwork("vlan-10", { subnet: ten, internal: true });
    const access20 = this.addNetwork("vlan-20", { subnet: twenty, internal: true });
    const vlans = [
      { id: 10, access: access10 },
      { id: 20, access: access20 },
    ];
    const a = this.addEngine("host-a", { lan, address: lan.subnet.address(10), vlans });
    const b = this.addEngine("host-b", { lan, address: lan.subnet.address(11), vlans });
    const web1 = this.server("web-1", "blue-a", a, 10, access10);
    const web2 = this.server("web-2", "blue-b", b, 10, access10);
    const web3 = this.server("web-3", "green-a", a, 20, access20);
    const web4 = this.server("web-4", "green-b", b, 20, access20);

    for (const { name, container, engine } of [web1, web4]) {
      const vlan = name === web1.name ? 10 : 20;
      const own = subInterface(vlan);
      const look = program(["ip", "-d", "-o", "link", "show", own], host(engine));
      this.check(`${engine.name}/tagged`, look.says(`vlan protocol 802.1Q id ${String(vlan)}`), {
        what: `${own} of ${engine.name} is a sub-interface of eth0: what leaves by it is tagged with VLAN ${String(vlan)}`,
        why: "Both VLANs share one wire to the switch (a trunk): the tag in each frame says whose it is.",
        ...{ claim: "B21", fact: "M11", needs: [{ kernel: "vlan" }] },
      });
      this.check(`${engine.name}/stand-in`, look.says("veth"), {
        what: `${own} of ${engine.name} stands in for a sub-interface: this kernel has no 802.1Q, and nothing is tagged`,
        why: `It is one more interface of the host, on a network of VLAN ${String(vlan)} alone, as from the access port of a switch.`,
        // Where it holds, the ledger of claims names it: what is said there of VLANs was shown by a stand-in.
        ...{ claim: "B21", needs: [{ without: "vlan" }] },
      });
      this.check(
        `${engine.name}/no-bridge`,
        program(["ls", `/sys/class/net/${own}/master`], host(engine)).failsWith("No such file", [
          "ls",
          `/sys/class/net/${own}/mtu`,
        ]),
        {
          what: `${own} of ${engine.name} is plugged into no bridge, and the server's network sits on it all the same`,
          why: "The older way takes a bridge for each VLAN. With macvlan the sub-interface itself is the parent.",
          claim: "B21",
        },
      );
      const type = program(["ip", "-d", "-o", "link", "show", "eth0"], inside({ container, engine }));
      this.check(`${name}/macvlan`, type.says("macvlan mode bridge"), {
        what: `eth0 of ${name} is a macvlan interface, on ${own} of ${engine.name}`,
        why: "A sub-interface is an interface like any: containers sit on it as they would on the host's own.",
        ...{ claim: "B21", fact: "M1" },
      });
    }
    for (const [from, to] of [
      [web1, web2],
      [web4, web3],
    ] as const) {
      this.check(`${from.name}/reaches-${to.name}`, http(to).from(inside(from)).answers(), {
        what: `${from.name} on ${from.engine.name} reaches ${to.name} on ${to.engine.name}, in the same VLAN`,
        why: "A VLAN is one Ethernet, whatever host or switch its machines are on.",
        claim: "B21",
      });
    }
    for (const [from, to, control, where] of [
      [web1, web3, web2, "beside it on the same host"],
      [web1, web4, web2, "on the other host"],
      [web3, web1, web4, "beside it on the same host"],
    ] as const) {
      this.check(`${from.name}/other-vlan-${to.name}`, http(to).from(inside(from)).isUnreachableWhile(http(control)), {
        what: `${from.name} does not reach ${to.name} ${where}, which is in the other VLAN`,
        why: "From one VLAN to another it takes a router. Their gateway here is an address that nobody has.",
        claim: "B21",
      });
    }
    for (const [from, listener, own, other] of [
      [web1, b, 10, 20],
      [web4, a, 20, 10],
    ] as const) {
      const nobody = from.network.mode === "macvlan" ? from.network.subnet.address(NOBODY) : "";
      const broadcast = broadcastOf(from, nobody, listener);
      this.check(`${from.name}/broadcast`, broadcast.isHeardOnlyOn(subInterface(own), subInterface(other)), {
        what: `what ${from.name} asks everybody is heard on ${subInterface(own)} of ${listener.name}, and not on ${subInterface(other)}`,
        why: "VLANs are apart as Ethernets, below all addresses: a broadcast reaches its own VLAN only.",
        claim: "B21",
      });
    }

    this.tryNext(`docker exec ${a.container} ip -d link show ${subInterface(10)}`);
    this.tryNext(`docker exec ${b.container} timeout 5 tcpdump -eln -i ${subInterface(10)}`);
  }

  /** A server in a VLAN, on a network of its host. */
  private server(name: string, network: string, engine: NestedEngine, vlan: number, { subnet }: BridgeNetwork): Server {
    // Of one subnet: each engine gives addresses from a range of its own.
    const range = subnet.part(subnet.prefixLength + 3, engine.name === "host-a" ? 2 : 3);
    const on = this.addUnderlay(network, {
      ...{ driver: "macvlan", engine, parent: subInterface(vlan), subnet: subnet.toString() },
      ...{ gateway: subnet.address(NOBODY), range: range.toString() },
    });
    return this.addServer(name, { network: on, address: range.address(10) });
  }
}
