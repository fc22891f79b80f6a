import type { Construct } from "constructs";
import { restart } from "../checks/doing";
import { addresses, http, inside, inspected, listening, namespace, namespaceOf } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { SharedNetwork } from "../topology/network";
import { checkedPort } from "../topology/port";

export interface SharedLabProps {
  /** The subnet of the lab's network. @default 10.78.0.0/24 */
  readonly subnet?: string | undefined;
  /** The host port that leads to owner; the next one leads to joiner. @default 8082 */
  readonly publishedPort?: string | number | undefined;
}

/** One network namespace for two containers (`--network container:NAME`): what a pod is made of. */
export class SharedLab extends LabStack {
  constructor(scope: Construct, id: string, props: SharedLabProps = {}) {
    super(scope, id, { title: "A shared network namespace" });

    const published = checkedPort(`${id}.publishedPort`, props.publishedPort ?? 8082, 8082);
    const forJoiner = checkedPort(`${id}.publishedPort`, published + 1, 8082);
    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.78.0.0/24" });
    const owner = this.addServer("owner", {
      network: lan,
      address: lan.subnet.address(2),
      publish: [published, { port: forJoiner, to: 81 }],
      portOption: "LAB_SHARED_PORT",
    });
    const joiner = this.addServer("joiner", { network: SharedNetwork.of(owner), port: 81 });
    const other = this.addServer("other", { network: lan, address: lan.subnet.address(3) });
    const ownAddress = lan.subnet.address(2);

    this.check("joiner/same-namespace", namespace("net", joiner).is(owner), {
      what: "joiner is in the network namespace of owner",
      why: "`--network container:owner` makes no namespace: the new process is put into the one that is there.",
      claim: "B6",
      fact: "C1",
    });
    this.check("joiner/own-file-systems", namespace("mnt", joiner).differsFrom(owner), {
      what: "joiner's file systems are its own",
      why: "Only the network namespace is shared; that is all that containers of a pod have in common by default.",
      claim: "A5",
    });
    this.check("joiner/owners-address", addresses(namespaceOf(joiner)).have(ownAddress), {
      what: `seen from joiner, the address is ${ownAddress}, owner's`,
      why: "Interfaces and addresses belong to the namespace, not to a container.",
      claim: "B6",
    });
    this.check("joiner/nothing-published", inspected(joiner).publishesNothing(), {
      what: "joiner itself has no port mapping",
      why: "Ports are published by the one who made the namespace; `-p` together with `container:` is refused.",
      claim: "B7",
      fact: "C2",
    });
    this.check("owner/reaches-joiner", http(joiner).at("127.0.0.1").from(namespaceOf(owner)).answers(), {
      what: "owner reaches joiner at 127.0.0.1, on port 81",
      why: "They share one loopback interface: this is how a sidecar talks to its application.",
      claim: "B6",
      fact: "C3",
    });
    this.check("joiner/reaches-owner", http(owner).at("127.0.0.1").from(namespaceOf(joiner)).answers(), {
      what: "joiner reaches owner at 127.0.0.1, on port 80",
      why: "The same in the other direction. Two servers in one namespace need two ports, as two programs of one host do.",
      claim: "B6",
      fact: "C3",
    });
    this.check("joiner/answers-at-owners-name", http(joiner).byName().from(inside(other)).answers(), {
      what: "a neighbour reaches joiner at owner's name, on port 81",
      why: "On the network there is one member, owner; what answers behind its address depends on the port alone.",
      claim: ["A9", "B3"],
      fact: "U3",
    });
    this.check("owner/published", http(owner).onHostPort(published).answers(), {
      what: `owner answers on the host's port ${String(published)}`,
      why: "The engine maps the port to port 80 of the shared namespace.",
      claim: "B7",
      fact: "P3",
    });
    this.check("joiner/published-by-owner", http(joiner).onHostPort(forJoiner).answers(), {
      what: `joiner answers on the host's port ${String(forJoiner)}, which owner published`,
      why: "The mapping leads to port 81 of the namespace; who listens there is not the engine's business.",
      claim: "B7",
      fact: "C3",
    });

    const restarted = this.step("restart-owner", {
      what: "owner is restarted",
      why: "A start makes a new network namespace. joiner still runs, in the old one, which nobody connects any more.",
      actions: [restart(owner)],
    });
    restarted.check("owner-answers", http(owner).onHostPort(published).answers(), {
      what: "owner answers again",
      why: "It has a new namespace, with the same address and the same published ports.",
      claim: "B7",
    });
    restarted.check("joiner-orphaned", namespace("net", joiner).differsFrom(owner), {
      what: "joiner is not in owner's namespace any more",
      why: "A process cannot be moved by the one that it joined: it stays where it was.",
      claim: "B6",
      fact: "C7",
    });
    restarted.check("joiner-loopback-only", addresses(namespaceOf(joiner)).are("127.0.0.1"), {
      what: "joiner has nothing but a loopback interface left",
      why: "The engine took the veth pair out of the old namespace when owner stopped.",
      claim: "B1",
      fact: "C7",
    });
    restarted.check("joiner-still-listens", listening(81).from(namespaceOf(joiner)).isOnEveryAddress(), {
      what: "joiner runs and listens, as if nothing had happened",
      why: "`docker ps` shows it as up. Only a check of what is reachable sees that it is lost.",
      claim: "B6",
      fact: "C7",
    });
    restarted.check(
      "joiner-unreachable",
      http(joiner).onHostPort(forJoiner).isResetWhile(http(owner).onHostPort(published)),
      {
        what: `on the host's port ${String(forJoiner)} the connection is accepted, and given up`,
        why: "docker-proxy accepts, but nobody listens on port 81 in the new namespace. A listener is not a service.",
        claim: "B7",
        fact: ["C7", "P4"],
        needs: [{ userlandProxy: "on" }],
        // A server that has just been started resets connections, too, for a moment.
        consistently: 1,
      },
    );
    const rejoined = this.step("restart-joiner", {
      what: "joiner is restarted too",
      why: "At each start the engine looks up the namespace that owner has then.",
      actions: [restart(joiner)],
    });
    rejoined.check("same-namespace-again", namespace("net", joiner).is(owner), {
      what: "joiner is in owner's namespace again",
      why: "Who shares a namespace is restarted after the one who made it. Orchestrators do that; the engine does not.",
      claim: "B6",
      fact: "C1",
    });
    rejoined.check("joiner-answers", http(joiner).onHostPort(forJoiner).answers(), {
      what: `joiner answers on the host's port ${String(forJoiner)} again`,
      why: "The mapping was never lost, only the one behind it.",
      claim: "B7",
    });

    this.tryNext(`curl -s http://127.0.0.1:${String(published)}/ http://127.0.0.1:${String(forJoiner)}/`);
    this.tryNext(`docker exec ${joiner.container} ip -br addr show`);
    this.tryNext(`npx lab step ${id}`);
  }
}
