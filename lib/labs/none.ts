import type { Construct } from "constructs";
import { connect, disconnect } from "../checks/doing";
import { addresses, host, http, inspected, namespace, namespaceOf, program, routes } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { NoneNetwork } from "../topology/network";

export interface NoneLabProps {
  /** The subnet of the network that the staged server is connected with. @default 10.76.0.0/24 */
  readonly subnet?: string | undefined;
}

/** A network stack with a loopback interface only; and how to prepare a container for a connection that comes later. */
export class NoneLab extends LabStack {
  constructor(scope: Construct, id: string, props: NoneLabProps = {}) {
    super(scope, id, { title: "No network" });

    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.76.0.0/24" });
    const alone = this.addServer("alone", { network: NoneNetwork.of(this.engine) });
    const staged = this.addServer("staged", { network: lan, address: lan.subnet.address(2) });
    const neighbour = this.addServer("neighbour", { network: lan, address: lan.subnet.address(3) });

    this.check("alone/own-namespace", namespace("net", alone).differsFromEngines(), {
      what: "alone has a network namespace of its own",
      why: "`none` does not mean that there is no network stack: it is there, and nobody has connected it.",
      claim: "B1",
    });
    this.check("alone/loopback-only", addresses(namespaceOf(alone)).are("127.0.0.1"), {
      what: "alone has the loopback address, and no other",
      why: "A new network namespace comes with one interface, lo. The engine adds none.",
      claim: "B1",
      fact: ["N1", "N2"],
    });
    this.check("alone/no-routes", routes(namespaceOf(alone)).areNone(), {
      what: "alone has no route",
      why: "Where no interface leads out, there is nothing that a route could point to.",
      claim: "B1",
      fact: "N3",
    });
    this.check("alone/no-address", inspected(alone).isInNoneMode(), {
      what: "the engine knows no address of alone",
      why: "`docker inspect` shows one network, none, with all its fields empty.",
      claim: "B1",
      fact: "N5",
    });
    this.check("alone/answers-itself", http(alone).from(namespaceOf(alone)).answers(), {
      what: "alone answers itself at 127.0.0.1",
      why: "The loopback interface works as everywhere: processes of one namespace reach each other.",
      claim: "B1",
      fact: "N4",
    });
    this.check("alone/reaches-nobody", http(neighbour).from(namespaceOf(alone)).isUnreachableWhile(http(alone)), {
      what: "everybody else is unreachable, and the kernel says so at once",
      why: "Without a route there is nothing to wait for: the kernel gives up before it has sent anything.",
      claim: "B1",
      fact: "N3",
    });
    this.check("neighbour/answers", http(neighbour).from(host()).answers(), {
      what: "neighbour answers the host meanwhile",
      why: "So it is not neighbour's fault that alone does not reach it.",
      claim: "B3",
      fact: "B12",
    });
    this.check(
      "alone/connection-refused",
      program(["docker", "network", "connect", lan.engineName, alone.container], host(), { changes: true }).failsWith(
        "private (none) mode",
        ["docker", "network", "inspect", lan.engineName],
      ),
      {
        what: "alone cannot be connected with a network later",
        why: "`none` is a choice for the container's life. (The article says that it is of use for a later connection: the engine refuses that.)",
        claim: "B2",
        fact: "N6",
      },
    );

    const unplugged = this.step("unplug", {
      what: "staged, which has been on a network since its start, is disconnected from it",
      why: "That is the way that works: a container of a user-defined network may lose all its networks and get others.",
      actions: [disconnect(staged, lan)],
    });
    unplugged.check("loopback-only", addresses(namespaceOf(staged)).are("127.0.0.1"), {
      what: "staged has a loopback interface only, as alone has",
      why: "With its last network went its last interface but lo, and all its routes.",
      claim: ["B1", "B2"],
      fact: "U9",
    });
    unplugged.check(
      "reaches-nobody",
      http(neighbour).from(namespaceOf(staged)).isUnreachableWhile(http(staged).at("127.0.0.1")),
      {
        what: "staged runs, and reaches nobody",
        why: "It can be prepared in peace: its server runs and answers itself.",
        claim: "B2",
      },
    );
    const plugged = this.step("plug", {
      what: "staged is connected with the network",
      why: "Now, and not earlier, it takes part.",
      actions: [connect(staged, lan)],
    });
    plugged.check("reaches-neighbour", http(neighbour).from(namespaceOf(staged)).answers(), {
      what: "staged reaches neighbour",
      why: "The engine put a new veth pair into the namespace of the running container.",
      claim: ["B2", "B3"],
      fact: "U9",
    });

    this.tryNext(`docker exec ${alone.container} ip -br addr show`);
    this.tryNext(`docker exec ${alone.container} curl -sS http://${String(neighbour.address)}/`);
    this.tryNext(`docker network connect ${lan.engineName} ${alone.container}`);
  }
}
