import type { Construct } from "constructs";
import { onEngine, toShell } from "../checks/command";
import { host, http, inside, name, virtualAddressOf } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";

export interface OverlayServicesLabProps {
  /** The subnet of the LAN that the hosts meet on. @default 10.67.0.0/24 */
  readonly subnet?: string | undefined;
}

/** Ports of the hosts; each host is an engine of its own, and the real machine's stay free. */
const [BY_INGRESS, ON_HOST] = [8080, 8081];

/** What the kernel balances a service's address and an ingress port with, in each host. */
const BALANCED = [{ kernel: "ipvs" }] as const;
const NOT_BALANCED = [{ without: "ipvs" }] as const;

/** Services of a swarm: what their names lead to, what becomes of their own address, and two ways to publish a port. */
export class OverlayServicesLab extends LabStack {
  constructor(scope: Construct, id: string, props: OverlayServicesLabProps = {}) {
    super(scope, id, { title: "Services of a swarm", needs: [{ kernel: "vxlan" }] });

    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.67.0.0/24", internal: true });
    const a = this.addEngine("host-a", { lan, address: lan.subnet.address(10) });
    const b = this.addEngine("host-b", { lan, address: lan.subnet.address(11) });
    const blue = this.addOverlay("blue", { subnet: "10.79.1.0/24", engines: [a, b] });
    const web1 = this.addServer("web-1", { network: blue, engine: a, address: "10.79.1.201" });
    const web2 = this.addServer("web-2", { network: blue, engine: b, address: "10.79.1.202" });
    // Two on each host: so neither leaves the network when servers are started anew, one after the other.
    this.addServer("web-3", { network: blue, engine: a, address: "10.79.1.203" });
    this.addServer("web-4", { network: blue, engine: b, address: "10.79.1.204" });

    const spread = this.swarmService("spread", { manager: a, network: blue, endpointMode: "dnsrr" });
    const balanced = this.swarmService("balanced", { manager: a, network: blue });
    const local = this.swarmService("local", { manager: a, only: b, publish: { port: ON_HOST, mode: "host" } });
    const mesh = this.swarmService("mesh", { manager: a, only: b, publish: { port: BY_INGRESS, mode: "ingress" } });
    const asking = inside(web1);

    this.check("web-1/reaches-web-2", http(web2).byName().from(asking).answers(), {
      what: "web-1 on host-a reaches web-2 on host-b by its name",
      why: "Both are plain containers on the overlay; the services come to the same network.",
      ...{ claim: "B16", fact: "O12" },
    });

    const create = this.step("create-services", {
      what: "two services are created, each with a task on either host: spread, by DNS round robin, and balanced, with an address of its own",
      why: "A service is what the swarm keeps running; a task is one container of it, on a host that the manager chooses.",
      actions: [this.createService(spread), this.createService(balanced)],
    });
    create.check("spread-means-its-tasks", name("spread", asking).means(spread.on(a), spread.on(b)), {
      what: "the name spread means the addresses of its tasks, on both hosts",
      why: "DNS round robin: the resolver of each engine gives all of them, in turning order, and the client chooses.",
      claim: "B16",
    });
    for (const one of [a, b]) {
      create.check(`spread-on-${one.name}-answers`, http(spread.on(one)).from(asking).answers(), {
        what: `spread's task on ${one.name} answers web-1 at its address, and says which host it is on`,
        why: "A task is on the network as a plain container is, whatever host it was put on.",
        claim: "B16",
      });
    }
    create.check("spread-tasks", name("tasks.spread", asking).means(spread.on(a), spread.on(b)), {
      what: "tasks.spread means the same",
      why: "For a service without an address of its own there is no difference.",
      ...{ claim: "B16", fact: "O9" },
    });
    create.check("balanced-means-one", name("balanced", asking).means(virtualAddressOf(balanced)), {
      what: "the name balanced means one address, which is the service's and no task's",
      why: "A virtual address (VIP) stays when tasks come and go, and clients that remember it go on.",
      ...{ claim: "B16", fact: "O9" },
    });
    create.check("balanced-tasks", name("tasks.balanced", asking).means(balanced.on(a), balanced.on(b)), {
      what: "tasks.balanced means the addresses of its tasks",
      why: "Whoever wants to choose a task finds all of them by this name, beside the service's own.",
      ...{ claim: "B16", fact: "O9" },
    });
    for (const one of [a, b]) {
      create.check(`balanced-on-${one.name}-answers`, http(balanced.on(one)).from(asking).answers(), {
        what: `balanced's task on ${one.name} answers web-1 at its own address`,
        why: "The way to a task leads past the virtual address, and needs nobody who balances.",
        ...{ claim: "B16", fact: "O9" },
      });
    }
    create.check("balanced-answers", http(balanced.onAnyHost).from(asking).answers(), {
      what: "balanced answers at its virtual address",
      why: "In each host the kernel (IPVS) turns the virtual address into that of one of the tasks.",
      ...{ claim: "B16", fact: ["O9", "O11"], needs: BALANCED },
    });
    const byTasks = http(balanced.onAnyHost).byName("tasks.balanced");
    create.check("balanced-unreachable", http(balanced.onAnyHost).from(asking).isUnreachableWhile(byTasks), {
      what: "without IPVS nobody answers at balanced's virtual address, while its tasks answer",
      why: "The engine cannot set the address up, and does not say so: the service counts as running. Only a request tells.",
      ...{ claim: "B16", fact: "O11", needs: NOT_BALANCED },
    });

    const publish = this.step("publish-ports", {
      what: `two services are created with a task on host-b alone: local publishes port ${String(ON_HOST)} of its host, mesh port ${String(BY_INGRESS)} of all hosts`,
      why: "A port is published on the hosts of the tasks (mode host), or on every host of the swarm (ingress).",
      actions: [this.createService(local), this.createService(mesh)],
    });
    const localOn = http(local.onAnyHost).from(host(a));
    publish.check("local-on-host-b-answers", localOn.at(b.address, ON_HOST).answers(), {
      what: `host-a reaches local on port ${String(ON_HOST)} of host-b`,
      why: "In mode host a task's port is published as that of a plain container, by its own engine.",
    });
    publish.check(
      "local-on-host-a-refused",
      localOn.at(a.address, ON_HOST).isRefusedWhile(localOn.at(b.address, ON_HOST)),
      {
        what: `port ${String(ON_HOST)} of host-a, where no task of local runs, is closed`,
        why: "Who asks must know where the task is, or be led there by a load balancer of one's own.",
      },
    );
    for (const one of [a, b]) {
      const asked = http(mesh.onAnyHost).from(host(a)).at(one.address, BY_INGRESS);
      publish.check(`mesh-on-${one.name}-answers`, asked.answers(), {
        what: `host-a reaches mesh on port ${String(BY_INGRESS)} of ${one.name}, its one task being on host-b`,
        why: "The routing mesh: each host takes the port, and IPVS sends what arrives over the overlay named ingress.",
        ...{ fact: "O11", needs: BALANCED },
      });
      publish.check(`mesh-on-${one.name}-refused`, asked.isRefusedWhile(localOn.at(b.address, ON_HOST)), {
        what: `without IPVS port ${String(BY_INGRESS)} of ${one.name} is closed, though mesh counts as running`,
        why: "The mesh needs IPVS in each host, also on that of the task. A port in mode host does not.",
        ...{ fact: "O11", needs: NOT_BALANCED },
      });
    }

    const onA = (command: string): string => toShell(onEngine(a.container, command.split(" ")));
    this.tryNext(onA("docker service ls"));
    this.tryNext(onA(`docker exec ${web1.container} getent ahostsv4 tasks.balanced`));
    this.tryNext(onA(`docker exec ${web1.container} curl -s http://spread/`));
  }
}
