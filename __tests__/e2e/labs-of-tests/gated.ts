import type { Construct } from "constructs";
import { host, http, LabStack, namespace } from "docker-network-labs";

/** A server, and a check that no engine of today can have: for the exit codes of the program. */
export default class Gated extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "Exit codes" });
    const lan = this.addNetwork("lan", { subnet: "10.213.83.0/24" });
    const web = this.addServer("web", { network: lan, address: "10.213.83.2" });
    const answers = http(web).from(host()).answers();

    this.check("web/answers", answers, { what: "web answers", why: "nginx listens", tags: ["quick"] });
    this.check("web/own-namespace", namespace("net", web).differsFromEngines(), {
      what: "web has a network namespace of its own",
      why: "bridge mode gives it one",
    });
    this.check("web/some-day", answers, {
      what: "web answers on an engine of the future",
      why: "nobody knows yet",
      needs: [{ since: "99" }],
    });
  }
}
