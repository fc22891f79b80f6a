import type { Construct } from "constructs";
import { onEngine, toShell } from "../checks/command";
import { start, stop } from "../checks/doing";
import { host, http, inside, program, vxlanOf } from "../checks/vocabulary";
import type { LabStep } from "../constructs/lab-checks";
import { LabStack } from "../constructs/lab-stack";
import type { Server } from "../topology/server";

export interface OverlayRestartLabProps {
  /** The subnet of the LAN that the hosts meet on. @default 10.69.0.0/24 */
  readonly subnet?: string | undefined;
}

/** A swarm counts from 4096, which its ingress network has. */
const FIRST_VNI = 4097;

/** A host of a swarm goes and comes back: what breaks meanwhile, what heals by itself, and what waits for somebody. */
export class OverlayRestartLab extends LabStack {
  constructor(scope: Construct, id: string, props: OverlayRestartLabProps = {}) {
    super(scope, id, { title: "A host of a swarm is restarted", needs: [{ kernel: "vxlan" }] });

    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.69.0.0/24", internal: true });
    const a = this.addEngine("host-a", { lan, address: lan.subnet.address(10) });
    const b = this.addEngine("host-b", { lan, address: lan.subnet.address(11) });
    const blue = this.addOverlay("blue", { subnet: "10.79.1.0/24", engines: [a, b] });
    const web1 = this.addServer("web-1", { network: blue, engine: a, address: "10.79.1.11" });
    const web2 = this.addServer("web-2", {
      ...{ network: blue, engine: b, address: "10.79.1.12", restart: "unless-stopped" },
    });
    const web3 = this.addServer("web-3", { network: blue, engine: a, address: "10.79.1.13" });
    const web4 = this.addServer("web-4", { network: blue, engine: b, address: "10.79.1.14" });
    const nodes = program(["docker", "node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.Availability}}"], host(a));

    for (const [from, to] of [
      [web1, web2],
      [web2, web1],
      [web1, web4],
    ] as const) {
      this.meets(this, from, to, "An overlay is one network across both hosts: so it is before anything happens.");
    }
    this.check("host-b/ready", nodes.says("host-b Ready Active"), {
      what: "the swarm's manager counts host-b as ready",
      why: "Each host of a swarm tells the manager every few seconds that it is there (here: each second).",
      claim: "B16",
    });
    this.check("blue/vxlan", vxlanOf(blue, FIRST_VNI), {
      what: `network blue has VNI ${String(FIRST_VNI)} on both hosts`,
      why: "The manager numbers the networks; the first is given to ingress, which every swarm has.",
      ...{ claim: "B16", fact: "O7" },
    });

    const down = this.step("stop-host-b", {
      what: "host-b is stopped: its engine ends, and all that runs on it",
      why: "A host that is updated takes its containers with it, for a while. The network spans what is left.",
      actions: [stop(b)],
    });
    down.check("web-3-reaches-web-1", http(web1).from(inside(web3)).answers(), {
      what: "on host-a web-3 still reaches web-1",
      why: "Each host has its own part of the network. Nobody between two containers of one host is gone.",
      claim: "B16",
    });
    down.check(
      "web-2-has-no-name",
      http(web2).byName().from(inside(web3)).hasNoNameWhile(http(web1).byName(), { ended: true }),
      {
        what: "web-3 knows no name of web-2 any more",
        why: "The engines tell each other who comes and goes (gossip). host-b took leave before it ended.",
        claim: "B16",
      },
    );
    down.check("web-2-unreachable", http(web2).from(inside(web3)).isUnreachableWhile(http(web1), { ended: true }), {
      what: "web-3 does not reach web-2 at its address either",
      why: "host-a has forgotten behind which host the address lies: nobody answers the question for its MAC address.",
      claim: "B16",
    });
    down.check("host-b-down", nodes.says("host-b Down Active"), {
      what: "the swarm's manager counts host-b as down",
      why: "It has not heard of it three times in a row. The swarm keeps its place: it stays a member.",
      claim: "B16",
    });

    const back = this.step("start-host-b", {
      what: "host-b is started again, and nothing else is done",
      why: "What a host needs to be in the swarm lies on its disk. What it runs again depends on each container.",
      actions: [start(b)],
    });
    back.check("host-b-ready", nodes.says("host-b Ready Active"), {
      what: "the manager counts host-b as ready again, without its having joined anew",
      why: "Its identity (a certificate) is on its disk.",
      claim: "B16",
    });
    for (const [from, to] of [
      [web1, web2],
      [web2, web1],
    ] as const) {
      this.meets(back, from, to, "web-2 is to run unless it was stopped by hand: its engine has started it again.");
    }
    back.check(
      "web-4-has-no-name",
      http(web4).byName().from(inside(web1)).hasNoNameWhile(http(web2).byName(), { ended: true }),
      {
        what: "web-4 is still gone",
        why: "It has no restart policy. A container's default is that nobody starts it again.",
        claim: "B16",
      },
    );
    back.check("same-vni", vxlanOf(blue, FIRST_VNI), {
      what: "network blue has the same VNI on both hosts as before",
      why: "The networks are the swarm's, not the host's: it was told of them when it came back.",
      ...{ claim: "B16", fact: "O7" },
    });

    const whole = this.step("start-web-4", {
      what: "web-4 is started by hand",
      why: "There is nothing else to mend: the network takes it as it took it at first.",
      actions: [start(web4)],
    });
    this.meets(whole, web1, web4, "All is as it was.");

    const onA = (command: string): string => toShell(onEngine(a.container, command.split(" ")));
    this.tryNext(onA("docker node ls"));
    this.tryNext(onA(`docker exec ${web1.container} curl -s http://web-2/`));
  }

  /** By its address and by its name. */
  private meets(when: LabStep, from: Server, to: Server, why: string): void {
    const [there, place] = [http(to).from(inside(from)), `${from.name} on ${from.engine.name} reaches ${to.name}`];
    // A step's own checks have one slash less to give away.
    const id = `${from.name}${when === this ? "/" : "-"}reaches-${to.name}`;
    when.check(id, there.answers(), {
      ...{ what: `${place} on ${to.engine.name} by its address`, why, claim: "B16" },
    });
    when.check(`${id}-by-name`, there.byName().answers(), {
      ...{ what: `${place} on ${to.engine.name} by its name`, why, claim: "B16", fact: "O12" },
    });
  }
}
