import type { Construct } from "constructs";
import { start, stop } from "../checks/doing";
import { http, inside, name, namespaceOf, resolver, shortIdOf, udpQuestion } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { HostNetwork } from "../topology/network";
import type { Server } from "../topology/server";

export interface DnsLabProps {
  /** The subnet of the lab's network. @default 10.74.0.0/24 */
  readonly subnet?: string | undefined;
  /** The port of the host that the server in host mode takes. @default 8084 */
  readonly port?: string | number | undefined;
}

/** Who answers names: the host's resolvers in host mode, the engine's embedded one on a user-defined network. */
export class DnsLab extends LabStack {
  constructor(scope: Construct, id: string, props: DnsLabProps = {}) {
    super(scope, id, { title: "Names" });

    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.74.0.0/24" });
    const addWeb = (n: number): Server =>
      this.addServer(`web-${String(n)}`, { network: lan, address: lan.subnet.address(n + 1), aliases: ["pool"] });
    const [web1, web2, web3] = [addWeb(1), addWeb(2), addWeb(3)];
    const client = this.addServer("client", { network: lan, address: lan.subnet.address(5) });
    const onHost = this.addServer("on-host", {
      network: HostNetwork.of(this.engine),
      port: props.port ?? 8084,
      portOption: "LAB_DNS_PORT",
    });

    this.check("on-host/hosts-resolver", resolver(onHost).isTheHosts(), {
      what: "in host mode a server asks whom the host asks",
      why: "The engine copies the host's resolv.conf. Names of containers are unknown there.",
      claim: "A9",
    });
    this.check("client/embedded-resolver", resolver(client).isEmbedded(), {
      what: "on a user-defined network a server asks the engine, at 127.0.0.11",
      why: "The engine listens there inside each container's namespace, and passes on what it does not know.",
      claim: "A9",
      fact: ["U2", "U4"],
    });
    const question = udpQuestion(web1).from(namespaceOf(client));
    this.check("client/asks-by-udp", question.isAnswered(), {
      what: "the resolver answers at 127.0.0.11, port 53, by UDP",
      why: "It is a DNS server as any other: a question goes there in one datagram, and the answer comes back in one, with the question's id.",
      claim: "A9",
      fact: "U4",
    });
    this.check("client/neighbour-is-no-resolver", question.at(String(web1.address)).isRefusedWhile(question), {
      what: "web-1, which has an embedded resolver too, answers no questions of its neighbours",
      why: "127.0.0.11 is a loopback address: each namespace has its own, and nobody else reaches it. On web-1's own address the port is closed, as ICMP tells.",
      claim: "A9",
      fact: "U4",
    });
    this.check("client/by-name", name(web1.name, inside(client)).means(web1), {
      what: "client finds web-1 by the name that the lab gave it",
      why: "That name is an alias on the network: the container itself is called otherwise.",
      claim: ["A9", "B3"],
      fact: "U3",
    });
    this.check("client/by-container-name", name(web1.container, inside(client)).means(web1), {
      what: `client finds web-1 by the container's name, ${web1.container}`,
      why: "Every container is known by its name on all its user-defined networks.",
      claim: "A9",
      fact: "U3",
    });
    this.check("client/by-qualified-name", name(`${web1.name}.${lan.engineName}`, inside(client)).means(web1), {
      what: "client finds web-1 by its name and the network's, with a dot between",
      why: "So that a container on two networks can say which of two namesakes it means.",
      claim: "A9",
      fact: "U3",
    });
    this.check("client/by-short-id", name(shortIdOf(web1), inside(client)).means(web1), {
      what: "client finds web-1 by its short id, the first twelve digits of what `docker ps` shows",
      why: "The engine makes it a name of its own accord: it is also the hostname that a container gives itself.",
      claim: "A9",
      fact: "U3",
    });
    this.check("client/by-alias", name("pool", inside(client)).means(web1, web2, web3), {
      what: "the alias pool means all three servers",
      why: "An alias may be given to several containers: the answer holds the addresses of all, in no order. That spreads load, roughly.",
      claim: "A9",
      fact: "U5",
    });
    this.check(
      "client/reaches-by-name",
      http(web2)
        .byName()
        .from(inside(client))
        .answers({ remoteAddress: String(web2.address) }),
      {
        what: `client reaches web-2 by its name, and it is ${String(web2.address)} that it asks`,
        why: "The resolver says the address, the bridge carries the frames: the name itself is in no packet to web-2.",
        claim: ["A9", "B3"],
        fact: "U3",
      },
    );
    this.check("client/unknown-name", name("web-9", inside(client)).isUnknownWhile(web1.name), {
      what: "a name that nobody has is unknown",
      why: "The engine asks the resolvers of the host for what it does not know, and they do not know it either.",
      claim: "A9",
    });

    const stopped = this.step("stop-web-2", {
      what: "web-2 is stopped",
      why: "A container that does not run has no address, and is no member of its networks.",
      actions: [stop(web2)],
    });
    stopped.check("alias-shrinks", name("pool", inside(client)).means(web1, web3), {
      what: "the alias pool means two servers now",
      why: "The resolver tells who is there at this moment. Clients that keep an answer for long will miss that.",
      claim: "A9",
      fact: "U6",
    });
    stopped.check("name-is-gone", name(web2.name, inside(client)).isUnknownWhile(web1.name), {
      what: "the name web-2 is unknown",
      why: "Unknown, not unreachable: a stopped container looks as if it had never been.",
      claim: "A9",
      fact: "U6",
    });
    const started = this.step("start-web-2", {
      what: "web-2 is started again",
      why: "It joins its networks again, with its names.",
      actions: [start(web2)],
    });
    started.check("alias-grows", name("pool", inside(client)).means(web1, web2, web3), {
      what: "the alias pool means all three servers again",
      why: "Nobody had to be told.",
      claim: "A9",
      fact: "U5",
    });

    this.tryNext(`docker exec ${client.container} getent ahostsv4 pool`);
    this.tryNext(`docker exec ${client.container} cat /etc/resolv.conf`);
    this.tryNext(`npx lab step ${id}`);
  }
}
