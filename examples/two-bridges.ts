import type { Construct } from "constructs";
import { host, http, inside, LabStack } from "docker-network-labs";

/** Three servers on two networks: who is on the same one is reached, who is on the other one is neither reached nor known. */
export default class TwoBridges extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "Two bridges, isolated from each other" });
    const left = this.addNetwork("left", { subnet: "10.91.0.0/24" });
    const right = this.addNetwork("right", { subnet: "10.92.0.0/24" });
    const client = this.addServer("client", { network: left });
    const near = this.addServer("near", { network: left, address: "10.91.0.80" });
    const far = this.addServer("far", { network: right, address: "10.92.0.80" });

    this.check("far/answers-the-host", http(far).from(host()).answers(), {
      what: "far answers the host",
      why: "the host has an address on both bridges",
    });
    const toNear = http(near).from(inside(client));
    this.check("client/far-dropped", http(far).from(inside(client)).isDroppedWhile(toNear), {
      what: "client does not reach far, and reaches near",
      why: "the engine's packet filter drops what would go from one of its bridges to another",
    });
    this.check("client/far-unknown", http(far).byName().from(inside(client)).hasNoNameWhile(toNear.byName()), {
      what: "client does not know far's name, and knows near's",
      why: "the embedded resolver tells a container the names of its own networks only",
    });
  }
}
