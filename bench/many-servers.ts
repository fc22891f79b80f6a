import type { Construct } from "constructs";
import { http, LabStack } from "docker-network-labs";

/** As many servers on one network as BENCH_SERVERS says. */
export default class ManyServers extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "Many servers on one bridge" });
    const lan = this.addNetwork("lan", { subnet: process.env["LAB_SUBNET"] ?? "10.213.78.0/24" });
    for (let number = 1; number <= Number(process.env["BENCH_SERVERS"] ?? 20); number += 1) {
      const server = this.addServer(`web-${String(number)}`, { network: lan, address: lan.subnet.address(number + 1) });
      this.check(`${server.name}/answers`, http(server).answers(), {
        what: `${server.name} answers on its own address`,
        why: "The host has a route to each of its bridges.",
      });
    }
  }
}
