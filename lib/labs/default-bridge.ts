import type { Construct } from "constructs";
import { host, http, inside, name, namespaceOf, program, resolver, vethPair } from "../checks/vocabulary";
import type { Probe } from "../checks/probes";
import { LabStack } from "../constructs/lab-stack";
import { LABEL } from "../topology/identity";
import { DefaultBridge } from "../topology/network";

export interface DefaultBridgeLabProps {
  /** The subnet of the user-defined network beside it. @default 10.75.0.0/24 */
  readonly subnet?: string | undefined;
}

/** docker0, the bridge that every engine has from the start, beside one that a person defines: what it cannot do. */
export class DefaultBridgeLab extends LabStack {
  constructor(scope: Construct, id: string, props: DefaultBridgeLabProps = {}) {
    super(scope, id, { title: "The default bridge" });

    const network = DefaultBridge.of(this.engine);
    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.75.0.0/24" });
    const old1 = this.addServer("old-1", { network });
    const old2 = this.addServer("old-2", { network });
    const new1 = this.addServer("new-1", { network: lan, address: lan.subnet.address(2) });
    const new2 = this.addServer("new-2", { network: lan, address: lan.subnet.address(3) });

    this.check("old-1/on-docker0", vethPair(old1), {
      what: "a veth pair connects old-1 with docker0",
      why: "A container without `--network` is put on the network called bridge, whose Linux bridge is docker0.",
      claim: "B5",
      fact: "B4",
    });
    this.check("docker0/up", program(["ip", "link", "show", "docker0"], host()).says("state UP"), {
      what: "docker0 is up",
      why: "A bridge has a carrier while something is plugged in: on an engine without containers docker0 is DOWN.",
      claim: "B5",
    });
    this.check("old-1/reaches-by-address", http(old2).from(namespaceOf(old1)).answers(), {
      what: "old-1 reaches old-2 by its address",
      why: "Frames go from one veth to the other, as on any bridge.",
      claim: "B3",
      fact: "B6",
    });
    this.check("old-1/no-names", name(old2.container, inside(old1)).isUnknownWhile("localhost"), {
      what: "old-1 does not find old-2 by its name",
      why: "No resolver on the default bridge knows containers. (The article says that bridge networks have one: only user-defined ones do.)",
      claim: "A9",
      fact: "B7",
    });
    this.check("old-1/no-embedded-resolver", resolver(old1).isNotEmbedded(), {
      what: "old-1 asks the host's resolvers, not the engine's",
      why: "The default bridge has kept its behaviour of 2013: names came by `--link`, which is deprecated.",
      claim: "A9",
      fact: "B8",
    });
    this.check("new-1/names", name("new-2", inside(new1)).means(new2), {
      what: "on the user-defined network, new-1 finds new-2 by its name",
      why: "That is the first of the differences: the engine answers names of containers there.",
      claim: "A9",
      fact: "U3",
    });
    this.check("new-1/embedded-resolver", resolver(new1).isEmbedded(), {
      what: "new-1 asks the engine's embedded resolver",
      why: "It is reached at 127.0.0.11, inside each container of a user-defined network.",
      claim: "A9",
      fact: ["U2", "U4"],
    });
    this.check("old-1/not-new", http(new1).from(namespaceOf(old1)).isDroppedWhile(http(old2)), {
      what: "old-1 does not reach new-1",
      why: "docker0 is a bridge as any other: nothing passes from it to another one.",
      claim: "B9",
      fact: "U7",
    });
    for (const [id, option, value, what] of [
      ["no-chosen-address", "--ip", "172.17.0.99", "choose an address"],
      ["no-aliases", "--network-alias", "anybody", "give a container another name"],
    ] as const) {
      this.check(id, this.refusedOnDefaultBridge(option, value), {
        what: `on the default bridge one cannot ${what}`,
        why: `The engine refuses ${option} on any network but a user-defined one. Addresses are given out in order: after each start it may be another.`,
        claim: "B3",
        fact: "B16",
      });
    }
    this.check("old-2/answers", http(old2).from(host()).answers(), {
      what: "the host reaches old-2 at whatever address it got",
      why: "The host has an address on docker0, and so a route to all on it.",
      claim: "B3",
      fact: "B12",
    });

    this.tryNext(`docker exec ${old1.container} cat /etc/resolv.conf`);
    this.tryNext(`docker exec ${new1.container} cat /etc/resolv.conf`);
    this.tryNext("ip -br addr show docker0");
  }

  /** Should an engine do it after all, the container ends at once, and is removed; its labels tell whose it is. */
  private refusedOnDefaultBridge(option: string, value: string): Probe {
    const { image, instance } = this.settings;
    const run = (...options: string[]): readonly [string, ...string[]] => [
      ...(["docker", "run", "--rm", "--label", `${LABEL.lab}=${this.lab.id}`] as const),
      ...["--label", `${LABEL.instance}=${instance}`, "--network", "bridge", ...options, image, "true"],
    ];
    return program(run(option, value), host(), { changes: true }).failsWith("user", run());
  }
}
