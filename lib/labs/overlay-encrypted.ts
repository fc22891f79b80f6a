import type { Construct } from "constructs";
import { onEngine, toShell } from "../checks/command";
import { http, inside, mtuOf, tunnelled } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";

export interface OverlayEncryptedLabProps {
  /** The subnet of the LAN that the hosts meet on. @default 10.66.0.0/24 */
  readonly subnet?: string | undefined;
}

/** Ethernet's 1500 bytes without VXLAN's 50 and the 26 that Docker keeps free for ESP. */
const ENCRYPTED_MTU = 1424;

/** An overlay whose packets nobody on the wire between the hosts can read. */
export class OverlayEncryptedLab extends LabStack {
  constructor(scope: Construct, id: string, props: OverlayEncryptedLabProps = {}) {
    super(scope, id, { title: "An encrypted overlay", needs: [{ kernel: "vxlan" }, { kernel: "esp" }] });

    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.66.0.0/24", internal: true });
    const a = this.addEngine("host-a", { lan, address: lan.subnet.address(10) });
    const b = this.addEngine("host-b", { lan, address: lan.subnet.address(11) });
    const sealed = this.addOverlay("sealed", { subnet: "10.79.1.0/24", engines: [a, b], encrypted: true });
    const web1 = this.addServer("web-1", { network: sealed, engine: a, address: "10.79.1.11" });
    const web2 = this.addServer("web-2", { network: sealed, engine: b, address: "10.79.1.12" });

    for (const [from, to] of [
      [web1, web2],
      [web2, web1],
    ] as const) {
      this.check(`${from.name}/reaches-by-address`, http(to).from(inside(from)).answers(), {
        what: `${from.name} on ${from.engine.name} reaches ${to.name} on ${to.engine.name} by its address`,
        why: "To the containers an encrypted overlay is a network as any other.",
        claim: "B16",
      });
      this.check(`${from.name}/reaches-by-name`, http(to).byName().from(inside(from)).answers(), {
        what: `${from.name} on ${from.engine.name} reaches ${to.name} on ${to.engine.name} by its name`,
        why: "Names travel by gossip between the engines, which is encrypted in any swarm.",
        ...{ claim: "B16", fact: "O12" },
      });
    }
    this.check("web-1/sealed", tunnelled(web1, web2), {
      what: "what web-1 sends to web-2 travels between the hosts inside ESP packets (IP protocol 50), and no VXLAN packet is to be read",
      why: "The kernel of each host encrypts the network's VXLAN packets (IPsec); the swarm's manager hands out the keys, and changes them.",
      ...{ claim: "B16", fact: "O8" },
    });
    this.check("web-1/mtu", mtuOf(web1).is(ENCRYPTED_MTU), {
      what: `a packet of web-1 has at most ${String(ENCRYPTED_MTU)} bytes`,
      why: "Encryption takes its bytes of each packet, too, besides the tunnel's headers.",
      ...{ claim: "B16", fact: "O6" },
    });

    const onA = (command: string): string => toShell(onEngine(a.container, command.split(" ")));
    this.tryNext(onA(`docker exec ${web1.container} curl -s http://web-2/`));
    this.tryNext(onA("ip xfrm state"));
    this.tryNext(onA("tcpdump -nv -i eth0 ip proto 50"));
  }
}
