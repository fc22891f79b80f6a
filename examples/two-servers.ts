import type { Construct } from "constructs";
import { host, http, inside, LabStack } from "docker-network-labs";

/** Two servers on one network: they know each other by name, and one of them is published. */
export default class TwoServers extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "Two servers on one bridge" });
    const lan = this.addNetwork("lan", { subnet: "10.90.0.0/24" });
    const front = this.addServer("front", { network: lan, publish: [8090] });
    const back = this.addServer("back", { network: lan });

    this.check("front/published", http(front).onHostPort(8090).from(host()).answers(), {
      what: "front answers on port 8090 of the host",
      why: "the engine maps the host's port to the container's",
    });
    this.check("front/reaches-back", http(back).byName().from(inside(front)).answers(), {
      what: "front reaches back by its name",
      why: "the embedded resolver knows every container on the network",
    });
  }
}
