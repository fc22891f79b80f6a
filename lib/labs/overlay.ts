import type { Construct } from "constructs";
import { host, http, inside, inSwarm, mtuOf, program, tunnelled, vxlanOf } from "../checks/vocabulary";
import { onEngine, toShell } from "../checks/command";
import { LabStack } from "../constructs/lab-stack";
import { NestedEngine, type RemoteEngine } from "../topology/other-engines";
import { Refusal } from "../topology/refusal";

export interface OverlayLabProps {
  /** The subnet of the LAN that the hosts meet on. @default 10.70.0.0/24 */
  readonly subnet?: string | undefined;
  /** Addresses of two remote engines, with a comma between: `ssh://user@a,ssh://user@b`, `tcp://a:2376,tcp://b:2376`. @default two throw-away ones */
  readonly engines?: string | undefined;
}

/** Ethernet's 1500 bytes without VXLAN's 50: outer Ethernet 14, IP 20, UDP 8, VXLAN 8. */
const OVERLAY_MTU = 1450;

/** Two hosts in one swarm, two networks across them: names, addresses, tunnels, and a wall between the two. */
export class OverlayLab extends LabStack {
  constructor(scope: Construct, id: string, props: OverlayLabProps = {}) {
    // Of another machine's kernel its own engine tells, when a network is created.
    super(scope, id, { title: "Overlay networks", ...(props.engines ? {} : { needs: [{ kernel: "vxlan" }] }) });

    const [a, b] = props.engines ? this.remoteHosts(props.engines) : this.throwAwayHosts(props.subnet);
    const blue = this.addOverlay("blue", { subnet: "10.79.1.0/24", engines: [a, b] });
    const green = this.addOverlay("green", { subnet: "10.79.2.0/24", engines: [a, b] });
    const web1 = this.addServer("web-1", { network: blue, engine: a, address: "10.79.1.11" });
    const web2 = this.addServer("web-2", { network: blue, engine: b, address: "10.79.1.12" });
    const far = this.addServer("web-3", { network: green, engine: a, address: "10.79.2.13" });
    const near = this.addServer("web-4", { network: green, engine: b, address: "10.79.2.14" });

    for (const [from, to] of [
      [web1, web2],
      [web2, web1],
      [far, near],
    ] as const) {
      this.check(`${from.name}/reaches-by-address`, http(to).from(inside(from)).answers(), {
        what: `${from.name} on ${from.engine.name} reaches ${to.name} on ${to.engine.name} by its address`,
        why: "An overlay is one network: who is on it meets at one address range, whatever host each runs on.",
        claim: "B16",
      });
      this.check(`${from.name}/reaches-by-name`, http(to).byName().from(inside(from)).answers(), {
        what: `${from.name} on ${from.engine.name} reaches ${to.name} on ${to.engine.name} by its name`,
        why: "The engines of a swarm tell each other who is on a network (gossip), and each answers names from that.",
        claim: "B16",
        fact: "O12",
      });
    }
    for (const network of [blue, green]) {
      this.check(`${network.name}/vxlan`, vxlanOf(network), {
        what: `network ${network.name} has a VXLAN interface with the same VNI on both hosts`,
        why: "The VNI says to which network a packet in the tunnel belongs, as a VLAN's tag does on a wire.",
        claim: "B16",
        fact: "O7",
      });
    }
    this.check("web-1/tunnelled", tunnelled(web1, web2), {
      what: "what web-1 sends to web-2 travels between the hosts inside VXLAN packets on udp/4789",
      why: "The LAN knows only the hosts: it carries UDP packets between them, and the containers' frames lie inside.",
      claim: "B16",
    });
    this.check("web-1/mtu", mtuOf(web1).is(OVERLAY_MTU), {
      what: `a packet of web-1 has at most ${String(OVERLAY_MTU)} bytes`,
      why: "The tunnel's headers take 50 of the 1500 bytes that fit into a frame on the LAN.",
      claim: "B16",
      fact: "O6",
    });
    this.check(
      "web-2/other-overlay-by-name",
      http(near).byName().from(inside(web2)).hasNoNameWhile(http(web1).byName()),
      {
        what: "web-2 knows no name of the other overlay, not even of a server on the same host",
        why: "Names belong to a network: a resolver answers those of the networks that the asking container is on.",
        claim: "B17",
      },
    );
    this.check("web-2/other-overlay-by-address", http(near).from(inside(web2)).isUnreachableWhile(http(web1)), {
      what: "web-2 does not reach a server of the other overlay on the same host",
      why: "Each overlay has a bridge of its own on each host, and no router leads from one to the other.",
      claim: "B17",
    });
    this.check("web-1/other-overlay-elsewhere", http(near).from(inside(web1)).isUnreachableWhile(http(web2)), {
      what: "web-1 does not reach a server of the other overlay on the other host",
      why: "Frames with another VNI belong to another network, though they take the same way.",
      claim: "B17",
    });
    for (const engine of [a, b]) {
      this.check(`${engine.name}/no-key-value-store`, inSwarm(engine), {
        what: `${engine.name} is in a swarm; its daemon was given no key-value store`,
        why: "Swarm mode (since Docker 1.12) keeps the state of networks in the managers themselves. (The article is of before.)",
        claim: "B18",
      });
    }

    // On somebody's machine it may have containers of somebody's.
    if (a instanceof NestedEngine) {
      this.check("host-a/docker0-down", program(["ip", "link", "show", "docker0"], host(a)).says("state DOWN"), {
        what: "docker0 of host-a, where all containers are on other networks, is down",
        why: "A bridge has a carrier while something is plugged in. (Lab default-bridge shows it up.)",
        fact: "B2",
      });
    }

    const onA = (command: string): string => toShell(onEngine(a.container, command.split(" ")));
    this.tryNext(onA(`docker exec ${web1.container} curl -s http://web-2/`));
    this.tryNext(onA("docker node ls"));
    this.tryNext(onA(`tcpdump -nv -i ${a instanceof NestedEngine ? "eth0" : "any"} udp port 4789`));
  }

  private throwAwayHosts(subnet = "10.70.0.0/24"): [NestedEngine, NestedEngine] {
    const lan = this.addNetwork("lan", { subnet, internal: true });
    return [
      this.addEngine("host-a", { lan, address: lan.subnet.address(10) }),
      this.addEngine("host-b", { lan, address: lan.subnet.address(11) }),
    ];
  }

  /** @throws Refusal where there are not two */
  private remoteHosts(engines: string): [RemoteEngine, RemoteEngine] {
    const [a, b, ...more] = engines.split(",");
    if (a === undefined || b === undefined || more.length > 0) {
      throw new Refusal(
        "--engines",
        `lab ${this.lab.id} is about two hosts`,
        "ssh://root@192.0.2.5,ssh://root@192.0.2.6",
      );
    }
    return [this.addRemoteEngine("host-a", a), this.addRemoteEngine("host-b", b)];
  }
}
