import type { Construct } from "constructs";
import { host, http, inside, macOf, program } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { Subnet } from "../topology/subnet";

export interface IpvlanLabProps {
  /** What the LAN and three more subnets share out. @default 10.72.0.0/22 */
  readonly subnet?: string | undefined;
}

/** The host's interface on the LAN; containers share it, and its MAC address. */
const PARENT = "eth0";

/** Containers that share their host's MAC address: on its link (l2), or behind it as behind a router (l3). */
export class IpvlanLab extends LabStack {
  constructor(scope: Construct, id: string, props: IpvlanLabProps = {}) {
    super(scope, id, { title: "Ipvlan networks", needs: [{ kernel: "ipvlan" }] });

    const parts = Subnet.parse(`${id}.subnet`, props.subnet ?? "10.72.0.0/22").parts(`${id}.subnet`, 4);
    const [street = "", beside = "", north = "", south = ""] = parts.map(String);
    const lan = this.addNetwork("lan", { subnet: street, internal: true });
    const at = (n: number): string => lan.subnet.address(n);
    const a = this.addEngine("host-a", { lan, address: at(10) });
    const b = this.addEngine("host-b", { lan, address: at(11) });
    const range = lan.subnet.part(lan.subnet.prefixLength + 3, 2);
    const flat = this.addUnderlay("flat", {
      ...{ driver: "ipvlan", driverMode: "l2", engine: a, parent: PARENT, subnet: street },
      // An address that nobody has: what leaves the subnet ends there.
      ...{ gateway: at(9), range: range.toString(), moreSubnets: [beside] },
    });
    const routed = this.addUnderlay("routed", {
      ...{ driver: "ipvlan", driverMode: "l3", engine: b, parent: PARENT, subnet: north, moreSubnets: [south] },
    });
    const peer = this.addServer("peer", { network: lan, address: at(20) });
    const web1 = this.addServer("web-1", { network: flat, address: range.address(10) });
    const web2 = this.addServer("web-2", { network: flat, address: range.address(11) });
    const web3 = this.addServer("web-3", { network: flat, address: Subnet.parse(id, beside).address(10) });
    const web4 = this.addServer("web-4", { network: routed, address: Subnet.parse(id, north).address(10) });
    const web5 = this.addServer("web-5", { network: routed, address: Subnet.parse(id, south).address(10) });

    for (const [server, mode] of [
      [web1, "l2"],
      [web4, "l3"],
    ] as const) {
      const look = program(["ip", "-d", "-o", "link", "show", "eth0"], inside(server));
      this.check(`${server.name}/ipvlan`, look.says(`mode ${mode}`), {
        what: `eth0 of ${server.name} is an ipvlan interface in mode ${mode}, on ${PARENT} of ${server.engine.name}`,
        why: "The kernel hands packets for its IP address from the host's interface to it.",
        ...{ claim: "B20", fact: mode === "l2" ? "I1" : "I3" },
      });
    }
    this.check("peer/sees-hosts-mac", macOf(web1, inside(peer)).isItsParents(), {
      what: "peer sees the MAC address of host-a behind web-1",
      why: "In mode l2 all containers share the parent's MAC address, so that Wi-Fi and switches with a limit take no offence.",
      ...{ claim: "B20", fact: "I1" },
    });
    for (const [from, to] of [
      [peer, web1],
      [web1, peer],
      [web1, web2],
    ] as const) {
      this.check(`${from.name}/reaches-${to.name}`, http(to).from(inside(from)).answers(), {
        what: `${from.name} reaches ${to.name}, by its address and on its own port`,
        why: "In mode l2 the containers are on the LAN as with macvlan: they answer ARP, and nothing is translated.",
        claim: "B20",
      });
    }
    this.check("host-a/blocked", http(web1).from(host(a)).isUnreachableWhile(http(peer)), {
      what: "host-a does not reach its own container, while it reaches peer",
      why: "As with macvlan: what leaves the host by the parent is not handed back to who sits on it.",
      ...{ claim: "B20", fact: "I9" },
    });
    this.check("web-1/other-subnet", http(web3).from(inside(web1)).isUnreachableWhile(http(web2)), {
      what: "in mode l2 web-1 does not reach web-3 beside it, which has an address of another subnet",
      why: "Between subnets it takes a router, on one link too. There is none here.",
      ...{ claim: "B20", fact: "I4" },
    });
    this.check("web-4/other-subnet", http(web5).from(inside(web4)).answers(), {
      what: "in mode l3 web-4 reaches web-5, which has an address of another subnet",
      why: "The parent is a router for its containers: it knows each of their addresses, whatever the subnet.",
      ...{ claim: "B20", fact: "I4" },
    });
    this.check("web-4/device-route", program(["ip", "route", "show"], inside(web4)).says("default dev eth0"), {
      what: "web-4's default route leads to its interface, and to no gateway",
      why: "In mode l3 there is nobody to ask for a MAC address: a packet is handed over, and the parent routes it.",
      ...{ claim: "B20", fact: "I3" },
    });
    this.check("web-4/no-arp", program(["ip", "-o", "link", "show", "eth0"], inside(web4)).says("NOARP"), {
      what: "web-4's interface does not use ARP",
      why: "No broadcast reaches it in mode l3. The LAN finds its subnet by a route to the host, or not at all.",
      ...{ claim: "B20", fact: "I5" },
    });
    const second = ["docker", "network", "create", "--driver", "ipvlan", "--opt", `parent=${PARENT}`] as const;
    this.check(
      "host-a/one-network",
      program([...second, `${flat.engineName}-2`], host(a), { changes: true }).failsWith("already using parent", [
        "docker",
        "network",
        "inspect",
        flat.engineName,
      ]),
      {
        what: `host-a refuses a second network on ${PARENT}`,
        why: "A parent has one network, with as many subnets as it takes. (Since Engine 27 it may have more.)",
        ...{ claim: "B20", fact: ["I9", "M9"], needs: [{ until: "27" }] },
      },
    );

    this.tryNext(`docker exec ${peer.container} curl -s http://${range.address(10)}/`);
    this.tryNext(`docker exec ${peer.container} ip neigh`);
  }
}
