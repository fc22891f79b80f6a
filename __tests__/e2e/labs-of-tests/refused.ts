import type { Construct } from "constructs";
import { LabStack } from "docker-network-labs";

/** A lab of one's own with a mistake in it: both networks claim the same addresses. */
export default class Refused extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "Refused" });
    const lan = this.addNetwork("lan", { subnet: "10.213.80.0/24" });
    this.addNetwork("other", { subnet: lan.subnet.toString() });
  }
}
