import type { Construct } from "constructs";
import {
  DefaultBridge,
  HostNetwork,
  http,
  inside,
  LabStack,
  namespace,
  namespaceOf,
  NoneNetwork,
  SharedNetwork,
} from "docker-network-labs";

/** A server of every mode, networks with every option, ports published in every way. */
export default class EveryMode extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "Every mode" });
    const lan = this.addNetwork("lan", { subnet: "10.213.80.0/24", mtu: 1400 });
    const vault = this.addNetwork("vault", { subnet: "10.213.81.0/24", internal: true });
    const strangers = this.addNetwork("strangers", { subnet: "10.213.82.0/24", interContainerConnectivity: false });

    const web = this.addServer("web", { network: HostNetwork.of(this.engine), port: 18490 });
    const alone = this.addServer("alone", { network: NoneNetwork.of(this.engine) });
    const plain = this.addServer("plain", { network: DefaultBridge.of(this.engine), publish: [18491] });
    const owner = this.addServer("owner", {
      network: lan,
      address: "10.213.80.9",
      aliases: ["pool"],
      alsoOn: [{ network: vault }, { network: strangers, address: "10.213.82.9", aliases: ["stranger"] }],
      publish: [18492, { port: 18493, on: "127.0.0.1", to: 81 }],
    });
    const joiner = this.addServer("joiner", { network: SharedNetwork.of(owner), port: 81 });
    const neighbour = this.addServer("neighbour", { network: lan, aliases: ["pool"] });
    const hidden = this.addServer("hidden", { network: vault });

    const says = (what: string): { what: string; why: string } => ({ what, why: "it is what the test is about" });
    this.check("web/answers", http(web).answers(), says("host mode"));
    this.check("alone/answers", http(alone).from(namespaceOf(alone)).answers(), says("mode none, inside"));
    this.check("plain/published", http(plain).onHostPort(18491).answers(), says("the default bridge"));
    this.check("owner/published", http(owner).onHostPort(18492).answers(), says("a published port"));
    this.check("joiner/published", http(joiner).onHostPort(18493).answers(), says("a port that the owner published"));
    this.check("joiner/answers", http(joiner).answers(), says("the owner's address"));
    this.check("joiner/by-name", http(joiner).byName().from(inside(neighbour)).answers(), says("the owner's name"));
    this.check("joiner/namespace", namespace("net", joiner).differsFromEngines(), says("not the host's namespace"));
    this.checkReachability({ to: ["owner", "alone"] });
    this.check("owner/alias", http(owner).byName("owner").from(inside(hidden)).answers(), says("on a second network"));
  }
}
