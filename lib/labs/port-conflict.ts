import type { Construct } from "constructs";
import { kill, start } from "../checks/doing";
import { host, http, listening, process } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { DefaultBridge, HostNetwork } from "../topology/network";

export interface PortConflictLabProps {
  /** The port of the host that both servers want. @default 8088 */
  readonly port?: string | number | undefined;
}

/** Source B's experiment: a second server in host mode on a port that is taken, and how the port changes hands. */
export class PortConflictLab extends LabStack {
  constructor(scope: Construct, id: string, props: PortConflictLabProps = {}) {
    super(scope, id, { title: "Port conflict" });

    const port = props.port ?? 8088;
    const network = HostNetwork.of(this.engine);
    const web1 = this.addServer("web1", { network, port, portOption: "LAB_CONFLICT_PORT" });
    const web2 = this.addServer("web2", { network, port, losesPortTo: web1 });
    const apart = this.addServer("apart", { network: DefaultBridge.of(this.engine), port });
    const thePort = `port ${String(web1.port)}`;

    this.check("web1/answers", http(web1).from(host()).answers(), {
      what: `web1 answers on ${thePort} of the host, as if web2 were not there`,
      why: "Who listens first has the port. The one that comes too late does the first no harm.",
      claim: ["A4", "B11"],
      fact: "H5",
    });
    this.check("web1/owner", listening(web1.port).isOwnedBy(web1), {
      what: `the listener table names web1 as the owner of ${thePort}`,
      why: "Both containers share the host's one table of listeners; it says who is in the way.",
      claim: ["A13", "B11"],
      fact: "H4",
    });
    this.check("web2/gave-up", process(web2).hasExited(1, "Address already in use"), {
      what: "web2 has given up: address already in use",
      why: "The kernel refuses a second listener on an address and port (EADDRINUSE). nginx tries for 2.5 s, then exits. `docker run -d` was content all the same: the container had started.",
      claim: ["A8", "B11"],
      fact: "H6",
    });
    this.check("apart/answers", http(apart).from(host()).answers(), {
      what: `apart answers on the same ${thePort}, at its own address`,
      why: "Bridge mode gives it a namespace of its own, and with it a listener table of its own: no conflict.",
      claim: "B8",
      fact: "B12",
    });

    const killed = this.step("kill-web1", {
      what: "web1 is killed",
      why: "With its process goes its listener: the port belongs to the process, not to the container or to Docker.",
      actions: [kill(web1)],
    });
    killed.check("exit-code", process(web1).hasExited(137), {
      what: "web1 was ended by signal 9 (SIGKILL)",
      why: "A process that a signal has ended gets 128 plus the signal's number as its exit code.",
      claim: "B13",
    });
    killed.check("port-closed", http(web1).from(host()).isRefusedWhile(http(apart), { ended: true }), {
      what: `nobody answers on ${thePort} of the host any more`,
      why: "The kernel itself refuses the connection, since nobody listens. web2 does not come back by itself: its process is gone, and no restart policy brings it back. That takes more than one look.",
      claim: ["A8", "B13"],
      consistently: 2,
    });

    const started = this.step("start-web2", {
      what: "web2 is started again",
      why: "The very container that could not have the port gets it now: nothing was wrong with it.",
      actions: [start(web2)],
    });
    started.check("web2-answers", http(web2).from(host()).answers(), {
      what: `web2 answers on ${thePort} of the host`,
      why: "The port was free, so the kernel gave it to the next who asked.",
      claim: "B13",
      fact: "H5",
    });
    started.check("web2-owner", listening(web2.port).isOwnedBy(web2), {
      what: `the listener table names web2 as the owner of ${thePort}`,
      why: "Same port, another process: seen from outside, only the answers have changed.",
      claim: ["A13", "B13"],
      fact: "H4",
    });

    this.tryNext(`npx lab reset ${id}`);
    this.tryNext(`npx lab step ${id}`);
    this.tryNext(`docker logs ${web2.container}`);
  }
}
