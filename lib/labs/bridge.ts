import type { Construct } from "constructs";
import {
  host,
  http,
  inside,
  inspected,
  interfaces,
  listening,
  masquerade,
  namespace,
  namespaceOf,
  portMapping,
  resolver,
  tcp,
  vethPair,
} from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { DefaultBridge } from "../topology/network";
import { checkedPort } from "../topology/port";
import type { RemoteMachine } from "../topology/remote-machine";
import type { Server } from "../topology/server";

export interface BridgeLabProps {
  /** The subnet of the lab's own bridge network. @default 10.77.0.0/24 */
  readonly subnet?: string | undefined;
  /** The host port that leads to web-1. @default 8080 */
  readonly publishedPort?: string | number | undefined;
  /**
   * The port that leads to plain on the host's loopback address alone; the next one, on every address, leads to a port
   * of plain that nothing listens on. @default 8092
   */
  readonly localPort?: string | number | undefined;
}

/** Containers behind a Linux bridge: namespaces of their own, veth pairs, address translation, a published port. */
export class BridgeLab extends LabStack {
  constructor(scope: Construct, id: string, props: BridgeLabProps = {}) {
    super(scope, id, { title: "Bridge networks" });

    const published = checkedPort(`${id}.publishedPort`, props.publishedPort ?? 8080, 8080);
    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.77.0.0/24" });
    const web1 = this.addServer("web-1", {
      network: lan,
      address: lan.subnet.address(2),
      publish: [published],
      portOption: "LAB_PUBLISHED_PORT",
    });
    const web2 = this.addServer("web-2", { network: lan, address: lan.subnet.address(3) });
    const local = checkedPort(`${id}.localPort`, props.localPort ?? 8092, 8092);
    const silent = checkedPort(`${id}.localPort`, local + 1, 8092);
    const plain = this.addServer("plain", {
      network: DefaultBridge.of(this.engine),
      publish: [
        { port: local, on: "127.0.0.1" },
        { port: silent, to: 81 },
      ],
      portOption: "LAB_LOCAL_PORT",
    });
    const remote = this.addRemoteMachine("remote");
    const servers = [web1, web2, plain];

    for (const server of servers) {
      this.check(`${server.name}/own-namespace`, namespace("net", server).differsFromEngines(), {
        what: `${server.name} has a network namespace of its own`,
        why: "Bridge mode gives each container a network stack: interfaces, routes and ports that nobody else sees.",
        claim: ["A1", "B6"],
        fact: "B5",
      });
      this.check(`${server.name}/veth`, vethPair(server), {
        what: `a veth pair connects ${server.name} with its bridge`,
        why: "What goes into one end comes out of the other, and the two ends may lie in different namespaces.",
        claim: "B5",
        fact: "B4",
      });
      this.check(`${server.name}/answers`, http(server).from(host()).answers(), {
        what: `${server.name} answers on port ${String(server.port)} of its own address`,
        why: "Each namespace has its own port 80, so the servers do not get into each other's way.",
        claim: "B8",
        fact: "B12",
      });
    }
    this.check("web-1/not-web-2s-namespace", namespace("net", web1).differsFrom(web2), {
      what: "web-1 and web-2 do not share a network namespace",
      why: "Being on one network is not being in one namespace: they meet on the bridge.",
      claim: "B6",
      fact: "B5",
    });
    for (const server of [web1, web2]) {
      this.check(`${server.name}/own-address`, interfaces(server).haveItsOwnAddress(), {
        what: `${server.name} has the address ${String(server.address)}, which the host does not have`,
        why: "The address lies on the container's end of the veth pair, in the container's namespace.",
        claim: "A2",
        fact: "U11",
      });
      this.check(`${server.name}/embedded-resolver`, resolver(server).isEmbedded(), {
        what: `${server.name} uses the engine's embedded resolver`,
        why: "On a user-defined network the engine answers names of containers at 127.0.0.11, inside each container.",
        claim: "A9",
        fact: ["U2", "U4"],
      });
    }
    this.check("plain/no-embedded-resolver", resolver(plain).isNotEmbedded(), {
      what: "on the default bridge there is no embedded resolver",
      why: "The default bridge keeps its behaviour of 2013: no names. (The article says that it has a resolver; it has not.)",
      claim: "A9",
      fact: "B8",
    });
    this.check("web-2/reaches-by-address", http(web1).from(namespaceOf(web2)).answers(), {
      what: "web-2 reaches web-1 by its address",
      why: "Both are plugged into the same bridge, which is a switch: frames go straight from one to the other.",
      claim: "B3",
      fact: "B6",
    });
    this.check("web-2/reaches-by-name", http(web1).byName().from(inside(web2)).answers(), {
      what: "web-2 reaches web-1 by its name",
      why: "The embedded resolver knows the names of all containers on the network.",
      claim: ["A9", "B3"],
      fact: "U3",
    });
    this.check("web-1/published", http(web1).onHostPort(published).answersTo(lan.gateway), {
      what: `web-1 answers on the host's port ${String(published)}, and sees the bridge's address, ${lan.gateway}`,
      why: "The engine maps the host's port to the container's port 80. From 127.0.0.1 nothing can come to another namespace: docker-proxy asks in its place, or the kernel translates it.",
      claim: "B7",
      fact: "P3",
    });
    this.check("web-1/published-outside", http(web1).onHostPort(published).from(remote).answersTo(remote.address), {
      what: `another machine reaches web-1 by the host's port ${String(published)}`,
      why: "The kernel rewrites where the packets go to, and not where they come from: web-1 sees the machine's own address.",
      claim: "B7",
      fact: "P3",
    });
    this.check("web-1/client-logged", http(web1).onHostPort(published).from(remote).isLoggedAs(remote.address), {
      what: `when another machine asks by the host's port ${String(published)}, web-1 logs it as the client, ${remote.address}`,
      why: "nginx logs whoever the packets say they come from; `docker logs` shows it, as the image lets nginx write to the container's output.",
      claim: "B7",
      fact: "P3",
    });
    this.check("web-1/publisher", listening(published).isHeldByEngineFor(web1), {
      what: `the host's port ${String(published)} belongs to the engine, not to nginx`,
      why: "The server listens in another namespace; on the host, docker-proxy (or dockerd) holds the port for it.",
      claim: ["A13", "B7"],
      fact: "P1",
    });
    this.check("web-1/port-mapping", portMapping(web1, published), {
      what: `a DNAT rule leads from port ${String(published)} to web-1`,
      why: "The kernel rewrites the destination of what arrives from outside, so that the server sees its real client.",
      claim: "B7",
      fact: "P14",
    });
    // Published under its own number, the port is the same inside, and shows nothing.
    if (published !== web1.port) {
      this.check(
        "web-1/host-port-not-inside",
        http(web1).onHostPort(published).from(namespaceOf(web1)).isRefusedWhile(http(web1).onHostPort(web1.port)),
        {
          what: `inside web-1, nothing listens on port ${String(published)}`,
          why: "The published port is the host's; in the container's own namespace there is only what the server opened.",
          claim: "B6",
          fact: "P9",
        },
      );
    }
    this.check("web-2/nothing-published", inspected(web2).publishesNothing(), {
      what: "web-2 has no port mapping",
      why: "No port of the host leads to it; from the host itself it is reached by its own address, which others have no route to.",
      claim: "B7",
      fact: "P12",
    });
    this.checkDirectRoute(web2, remote, http(web1).onHostPort(published));

    for (const server of [web1, web2]) {
      const onHost = http(web1).at(remote.hostAddress, published).from(namespaceOf(server));
      this.check(`${server.name}/hairpin`, onHost.answers(), {
        what: `${server.name} reaches web-1 by an address of the host and the published port`,
        why: "The request leaves by the bridge, and comes back by it (hairpin): docker-proxy passes it on, or the kernel turns it round.",
        claim: "B7",
        fact: "P8",
      });
    }
    this.check(
      "web-2/client-hidden",
      http(web1).at(remote.hostAddress, published).from(namespaceOf(web2)).isLoggedAs(lan.gateway),
      {
        what: `when web-2 asks by the host's port ${String(published)}, web-1 logs ${lan.gateway} as the client, and not web-2`,
        why: "docker-proxy asks in the name of the host: whoever counts or bars clients by their address counts or bars it.",
        claim: "B7",
        fact: "P8",
        needs: [{ userlandProxy: "on" }],
      },
    );

    this.check("plain/local", http(plain).onHostPort(local).answers(), {
      what: `plain answers on port ${String(local)} of the host's loopback address`,
      why: "A port may be published on one of the host's addresses, here on 127.0.0.1.",
      claim: "B7",
      fact: "P3",
    });
    this.check("plain/local-only", listening(local).isOnLoopbackOnly(), {
      what: `port ${String(local)} is taken on the loopback address, and on no other`,
      why: "Who publishes for people at this machine only says so: `--publish 127.0.0.1:PORT:PORT`; otherwise it is on every address.",
      claim: "B7",
      fact: "P6",
    });
    this.check(
      "plain/not-outside",
      http(plain).onHostPort(local).from(remote).isRefusedWhile(http(web1).onHostPort(published)),
      {
        what: `for another machine nothing listens on port ${String(local)}`,
        why: "It asks at another address of the host, where this port is not published.",
        claim: "B7",
        fact: "P6",
      },
    );
    this.check("plain/listen", listening(silent).isHeldByEngineFor(plain), {
      what: `port ${String(silent)} of the host is published and shows as LISTEN, though nothing listens behind it`,
      why: "It is the engine that listens, whether or not anything in the container does: LISTEN is not service.",
      claim: "B7",
      fact: "P4",
    });
    const connection = tcp(plain).onHostPort(silent);
    this.check("plain/accepted", connection.connects(), {
      what: `a TCP connection to port ${String(silent)} comes about, though nothing listens behind it`,
      why: "docker-proxy accepts before it asks the container: a health check or a port scan that only connects sees a service.",
      claim: "B7",
      fact: "P4",
      needs: [{ userlandProxy: "on" }],
    });
    this.check("plain/not-accepted", connection.isRefusedWhile(tcp(plain).onHostPort(local)), {
      what: `a TCP connection to port ${String(silent)} is refused`,
      why: "Without docker-proxy the kernel leads it into the container, also from the host itself, and there nothing listens.",
      claim: "B7",
      fact: "P4",
      needs: [{ userlandProxy: "off" }],
    });
    const behindNothing = http(plain).onHostPort(silent);
    this.check("plain/no-service", behindNothing.isResetWhile(http(plain).onHostPort(local)), {
      what: `who asks something at port ${String(silent)} of the host is connected, and cut off`,
      why: "docker-proxy took the connection first, finds that nothing listens inside, and gives it up.",
      claim: "B7",
      fact: "P4",
      needs: [{ userlandProxy: "on" }],
    });
    this.check(
      "plain/no-service-outside",
      behindNothing.from(remote).isRefusedWhile(http(web1).onHostPort(published)),
      {
        what: `another machine that connects to port ${String(silent)} of the host is refused`,
        why: "From outside the kernel rewrites the destination, docker-proxy is not asked, and the container itself refuses.",
        claim: "B7",
        fact: "P4",
      },
    );
    this.check("lan/masquerade", masquerade(lan), {
      what: "what leaves the network takes the host's address",
      why: "The containers' addresses mean nothing outside this host, so the kernel replaces them (NAT).",
      claim: "B7",
      fact: "B9",
    });

    this.check("web-2/masqueraded", http(remote).from(namespaceOf(web2)).answersTo(remote.hostAddress), {
      what: "another machine that web-2 asks sees the host's address",
      why: "On the way out the kernel puts the host's address in the place of web-2's (masquerade), which nobody outside could answer.",
      claim: "B7",
      fact: "B10",
    });

    this.tryNext(`curl -i http://127.0.0.1:${String(published)}/`);
    this.tryNext(`docker exec ${web2.container} curl -s http://web-1/`);
    this.tryNext(`ip link show master "br-$(docker network inspect -f '{{.Id}}' ${lan.engineName} | cut -c1-12)"`);
  }

  /**
   * Another machine that has a route to the containers, as any neighbour of the host may have: whether it gets through
   * is the packet filter's matter, and differs between engines. Of the three checks one applies.
   */
  private checkDirectRoute(web: Server, remote: RemoteMachine, control: ReturnType<typeof http>): void {
    const direct = http(web).from(remote);
    const facts = { claim: "B4", fact: "P7" };
    this.check(`${web.name}/direct-open`, direct.answersTo(remote.address), {
      ...facts,
      what: `another machine with a route to the bridge reaches ${web.name} by its own address, published or not`,
      why: "Engines before 28 leave it to the host whether it forwards, and this host forwards everything. (The article's claim holds only as others have no route.)",
      needs: [{ until: "28" }, { forwardPolicy: "ACCEPT" }],
    });
    this.check(`${web.name}/direct-closed`, direct.isDroppedWhile(control), {
      ...facts,
      what: `what another machine sends to the address of ${web.name} is dropped, even with a route`,
      why: "The host's FORWARD policy is DROP (the engine sets it where it turned forwarding on itself), and no rule lets it pass.",
      needs: [{ until: "28" }, { forwardPolicy: "DROP" }],
    });
    this.check(`${web.name}/direct-guarded`, direct.isDroppedWhile(control), {
      ...facts,
      what: `what another machine sends to the address of ${web.name} is dropped, even with a route`,
      why: "Since Engine 28 a rule drops what comes for a container from anywhere but its own bridge, before all forwarding.",
      needs: [{ since: "28" }],
    });
  }
}
