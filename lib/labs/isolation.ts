import type { Construct } from "constructs";
import { connect, disconnect } from "../checks/doing";
import { host, http, inside, name, namespaceOf, neighbour } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { Subnet } from "../topology/subnet";

export interface IsolationLabProps {
  /** What the lab's networks share out between them. @default 10.79.0.0/22 */
  readonly subnet?: string | undefined;
}

/** What keeps containers apart: two bridges, an internal network, a network without traffic between its own containers. */
export class IsolationLab extends LabStack {
  constructor(scope: Construct, id: string, props: IsolationLabProps = {}) {
    super(scope, id, { title: "Isolation" });

    const property = `${id}.subnet`;
    const parts = Subnet.parse(property, props.subnet ?? "10.79.0.0/22").parts(property, 4);
    const [eastern, western, inner, shy] = parts.map(String) as [string, string, string, string];
    const east = this.addNetwork("east", { subnet: eastern });
    const west = this.addNetwork("west", { subnet: western });
    const vault = this.addNetwork("vault", { subnet: inner, internal: true });
    const strangers = this.addNetwork("strangers", { subnet: shy, interContainerConnectivity: false });

    const east1 = this.addServer("east-1", { network: east, address: east.subnet.address(11) });
    const east2 = this.addServer("east-2", { network: east, address: east.subnet.address(12) });
    const west1 = this.addServer("west-1", { network: west, address: west.subnet.address(11) });
    const vault1 = this.addServer("vault-1", { network: vault, address: vault.subnet.address(11) });
    const vault2 = this.addServer("vault-2", { network: vault, address: vault.subnet.address(12) });
    const stranger1 = this.addServer("stranger-1", { network: strangers, address: strangers.subnet.address(11) });
    const stranger2 = this.addServer("stranger-2", { network: strangers, address: strangers.subnet.address(12) });

    this.check("east-1/reaches-neighbour", http(east2).byName().from(inside(east1)).answers(), {
      what: "east-1 reaches east-2, its neighbour on the same network, by name",
      why: "One bridge is one switch, with one resolver that knows all who are plugged in.",
      claim: ["A9", "B3"],
      fact: "U3",
    });
    this.check("east-1/not-west", http(west1).from(namespaceOf(east1)).isDroppedWhile(http(east2)), {
      what: "what east-1 sends to west-1, on another bridge of the same host, is dropped",
      why: "The host has a route to both, but the engine's packet filter lets nothing pass from one bridge to another.",
      claim: "B9",
      fact: "U7",
    });
    this.check("west-1/not-east", http(east1).from(namespaceOf(west1)).isDroppedWhile(http(west1)), {
      what: "what west-1 sends to east-1 is dropped too",
      why: "The rule holds for every pair of bridges, in both directions.",
      claim: "B9",
      fact: "U7",
    });
    this.check(
      "east-1/no-name-of-west",
      http(west1).byName().from(inside(east1)).hasNoNameWhile(http(east2).byName()),
      {
        what: "east-1 does not even find the name west-1",
        why: "The embedded resolver answers with the names on the networks of the one who asks, and no others.",
        claim: ["A9", "B9"],
      },
    );
    this.check("west-1/reached-by-host", http(west1).from(host()).answers(), {
      what: "the host reaches west-1 all the same",
      why: "Networks are isolated from each other, not from the host: it has an address on each bridge.",
      claim: "B9",
      fact: "B12",
    });

    this.check("vault-1/reaches-neighbour", http(vault2).byName().from(inside(vault1)).answers(), {
      what: "on the internal network, neighbours reach each other",
      why: "`internal` takes away the way out, and nothing else.",
      claim: "B3",
      fact: "U16",
    });
    const out = http(east1).from(namespaceOf(vault1));
    this.check("vault-1/no-way-out", out.isUnreachableWhile(http(vault2)), {
      what: "from the internal network there is no way out, and the kernel says so at once",
      why: "The engine gives a container of an internal network no default route: its own subnet is all it knows.",
      claim: "B9",
      fact: "U15",
      needs: [{ since: "26" }],
    });
    this.check("vault-1/way-out-closed", out.isDroppedWhile(http(vault2)), {
      what: "what goes out of the internal network is dropped",
      why: "Older engines give a container of an internal network a default route, and let their packet filter drop what takes it.",
      claim: "B9",
      fact: "U15",
      needs: [{ until: "25" }],
    });
    this.check("vault-1/not-reached-from-east", http(vault1).from(namespaceOf(east1)).isDroppedWhile(http(east2)), {
      what: "from outside there is no way into the internal network",
      why: "Only what comes from its own subnet may pass its bridge.",
      claim: "B9",
      fact: "U7",
    });

    this.check(
      "stranger-1/not-its-neighbour",
      http(stranger2).from(namespaceOf(stranger1)).isDroppedWhile(http(stranger1)),
      {
        what: "on a network without inter-container connectivity, neighbours do not reach each other",
        why: "With the driver's option enable_icc=false the packet filter drops what goes from a bridge back into it.",
        claim: "B9",
        fact: "U19",
      },
    );
    this.check("stranger-1/knows-its-neighbour", name(stranger2.name, inside(stranger1)).means(stranger2), {
      what: "stranger-1 knows stranger-2's name all the same",
      why: "Names are the resolver's matter, packets the filter's: a name that resolves is no promise that anyone answers.",
      claim: "A9",
      fact: "U19",
    });
    this.check("stranger-1/finds-its-mac", neighbour(stranger2, namespaceOf(stranger1)).isKnown(), {
      what: "stranger-1 is even told stranger-2's MAC address",
      why: "ARP is no IP, and the rule is about IP packets: on the switch itself the two are neighbours still.",
      claim: "B9",
      fact: "U19",
    });
    this.check("stranger-2/reached-by-host", http(stranger2).from(host()).answers(), {
      what: "the host reaches stranger-2, which its neighbour does not",
      why: "The rule is about traffic from the bridge into the bridge; the host's own traffic is not that.",
      claim: "B9",
      fact: "U19",
    });

    const second = west.subnet.address(21);
    const connected = this.step("connect", {
      what: "east-1 is connected with network west, while it runs",
      why: "The engine puts a second veth pair into its namespace, with an address of west: it is on both switches now.",
      actions: [connect(east1, west, second)],
    });
    connected.check("reaches-west", http(west1).byName().from(inside(east1)).answers({ localAddress: second }), {
      what: `east-1 reaches west-1, by name, and asks from ${second}, its address on west`,
      why: "It does not pass from one bridge to another: it has an interface on each, and the kernel takes the one that is nearer.",
      claim: "B9",
      fact: "U9",
    });
    connected.check("others-still-not", http(west1).from(namespaceOf(east2)).isDroppedWhile(http(east1)), {
      what: "east-2, which is not connected with west, still does not reach west-1",
      why: "A container with an interface on two networks does not connect the networks: it forwards nothing.",
      claim: "B9",
      fact: "U7",
    });
    const disconnected = this.step("disconnect", {
      what: "east-1 is disconnected from west again",
      why: "The second interface goes, and with it the only way.",
      actions: [disconnect(east1, west)],
    });
    disconnected.check("dropped-again", http(west1).from(namespaceOf(east1)).isDroppedWhile(http(east2)), {
      what: "what east-1 sends to west-1 is dropped again",
      why: "Without an address on west its packets take the default route to the host, whose filter drops them.",
      claim: "B9",
      fact: ["U7", "U9"],
    });

    this.tryNext(`docker exec ${east1.container} curl -sS --max-time 3 http://${east2.name}/`);
    this.tryNext(`docker exec ${east1.container} curl -sS --max-time 3 http://${String(west1.address)}/`);
    this.tryNext(`npx lab step ${id}`);
  }
}
