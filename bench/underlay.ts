import type { Construct } from "constructs";
import { HostNetwork, http, inside, LabStack } from "docker-network-labs";

/** A host on a LAN, with nginx in host mode, behind a bridge, and directly on the LAN; a peer on that LAN asks for each. */
export default class Underlay extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "Ways from a LAN into its host", needs: [{ kernel: "macvlan" }] });
    const lan = this.addNetwork("lan", { subnet: process.env["LAB_LAN"] ?? "10.213.80.0/24", internal: true });
    const host = this.addEngine("host-a", { lan, address: lan.subnet.address(10) });
    const bridge = this.addNetwork("bridge", { engine: host, subnet: "10.213.79.0/24" });
    const underlay = this.addUnderlay("underlay", {
      ...{ driver: "macvlan", driverMode: "bridge", engine: host, parent: "eth0" },
      ...{ subnet: lan.subnet.toString(), range: lan.subnet.part(27, 2).toString() },
    });
    const peer = this.addServer("peer", { network: lan });
    const servers = [
      this.addServer("in-host-mode", { network: HostNetwork.of(host), port: 8080 }),
      this.addServer("published", { network: bridge, publish: [8081] }),
      this.addServer("on-wire", { network: underlay, address: lan.subnet.part(27, 2).address(2) }),
    ] as const;
    const [, , onWire] = servers;
    this.check("on-wire/answers", http(onWire).from(inside(peer)).answers(), {
      what: "the peer reaches the server on its LAN",
      why: "It is a machine of the LAN like any other.",
    });
  }
}
