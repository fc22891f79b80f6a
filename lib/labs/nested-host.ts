import type { Construct } from "constructs";
import { LabStack } from "../constructs/lab-stack";

export interface NestedHostProps {
  /** The subnet of the LAN that the host is alone on. @default 10.73.0.0/24 */
  readonly subnet?: string | undefined;
}

/**
 * One throw-away host, which other labs are up on (`--on nested`). It shows nothing itself and so has no checks: the
 * labs on it have theirs. No lab's own subnet is its LAN's, and that leads nowhere.
 */
export class NestedHost extends LabStack {
  constructor(scope: Construct, id: string, props: NestedHostProps = {}) {
    super(scope, id, { title: "A throw-away host" });
    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.73.0.0/24", internal: true });
    const host = this.addEngine("host", { lan, address: lan.subnet.address(10) });
    this.tryNext(`docker exec -it ${host.container} bash`);
  }
}
