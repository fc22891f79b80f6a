import type { Construct } from "constructs";
import { run, shim } from "../checks/doing";
import { addresses, host, http, inside, listening, macOf, neighbour, program } from "../checks/vocabulary";
import { LabStack } from "../constructs/lab-stack";
import { DefaultBridge } from "../topology/network";
import { Refusal } from "../topology/refusal";

export interface MacvlanLabProps {
  /** The subnet of the LAN, of 128 addresses or more. @default 10.71.0.0/24 */
  readonly subnet?: string | undefined;
  /** How the containers of host-b are kept apart: `private` or `vepa`. @default private */
  readonly driverMode?: string | undefined;
}

/** The host's interface on the LAN; containers sit on it. */
const PARENT = "eth0";
/** A host port that a throw-away asks for. */
const PORT = 8080;

/** Containers of two hosts directly on the hosts' LAN, each a machine of its own there. */
export class MacvlanLab extends LabStack {
  constructor(scope: Construct, id: string, props: MacvlanLabProps = {}) {
    super(scope, id, { title: "Macvlan networks", needs: [{ kernel: "macvlan" }] });

    const apart = checkedMode(`${id}.driverMode`, props.driverMode ?? "private");
    const lan = this.addNetwork("lan", { subnet: props.subnet ?? "10.71.0.0/24", internal: true });
    const at = (n: number): string => lan.subnet.address(n);
    const a = this.addEngine("host-a", { lan, address: at(10) });
    const b = this.addEngine("host-b", { lan, address: at(11) });
    // Ranges of 32 addresses each, behind those that people give by hand.
    const [rangeA, rangeB] = [lan.subnet.part(27, 2), lan.subnet.part(27, 3)];
    const subnet = lan.subnet.toString();
    const onA = this.addUnderlay("wire-a", {
      ...{ driver: "macvlan", driverMode: "bridge", engine: a, parent: PARENT, subnet, range: rangeA.toString() },
    });
    const onB = this.addUnderlay("wire-b", {
      ...{ driver: "macvlan", driverMode: apart, engine: b, parent: PARENT, subnet, range: rangeB.toString() },
    });
    const peer = this.addServer("peer", { network: lan, address: at(20) });
    const web1 = this.addServer("web-1", { network: onA, address: rangeA.address(10) });
    const web2 = this.addServer("web-2", { network: onA });
    const web3 = this.addServer("web-3", { network: onB, address: rangeB.address(10) });
    const web4 = this.addServer("web-4", { network: onB });

    for (const [server, { name }, driverMode] of [
      [web1, a, "bridge"],
      [web3, b, apart],
    ] as const) {
      const look = program(["ip", "-d", "-o", "link", "show", "eth0"], inside(server));
      this.check(`${server.name}/macvlan`, look.says(`macvlan mode ${driverMode}`), {
        what: `eth0 of ${server.name} is a macvlan interface in mode ${driverMode}, on ${PARENT} of ${name}`,
        why: "No bridge and no veth pair: the kernel hands frames for its MAC address from the host's interface to it.",
        ...{ claim: "B19", fact: "M1" },
      });
    }
    for (const beside of [peer, web3]) {
      this.check(`${beside.name}/sees-own-mac`, macOf(web1, inside(beside)).isItsOwn(), {
        what: `${beside.name} sees a MAC address behind ${web1.name} that is not its host's`,
        why: "On the LAN the container is a machine of its own. (Clouds and Wi-Fi drop frames of MAC addresses that they do not know.)",
        ...{ claim: "B19", fact: "M2" },
      });
    }
    for (const [from, to, why] of [
      [
        peer,
        web1,
        "Whoever is on the LAN reaches the container at its own address and port, as it reaches any machine.",
      ],
      [peer, web3, "The same for a container of the other host: the LAN does not know which host a machine sits on."],
      [web1, peer, "The way back is the same: no host stands in between that could translate anything."],
      [web1, web3, "The LAN connects the hosts; a network of several hosts takes no tunnel where they share one."],
      [web3, web1, "The other way round too: mode private and mode vepa are about one host's containers alone."],
      [web1, web2, "In mode bridge the kernel hands frames from one of the host's containers to the other itself."],
    ] as const) {
      const request = http(to).from(inside(from));
      this.check(`${from.name}/reaches-${to.name}`, request.answersTo(String(from.address)), {
        what: `${from.name} reaches ${to.name}, by its address and on its own port, and is seen with its own address`,
        why,
        ...{ claim: "B19", fact: "M3" },
      });
    }
    this.check("web-1/reaches-web-2-by-name", http(web2).byName().from(inside(web1)).answers(), {
      what: "web-1 knows web-2 by its name",
      why: "Both are on a network of one engine, whose embedded resolver knows them.",
      ...{ claim: "B19", fact: "M3" },
    });
    this.check("web-1/other-host-by-name", http(web3).byName().from(inside(web1)).hasNoNameWhile(http(web2).byName()), {
      what: "web-1 knows no name of a container on the other host",
      why: "The engines know nothing of each other. Names across hosts take an overlay, or a DNS server of one's own.",
      claim: "B19",
    });
    this.check("web-4/same-host-blocked", http(web3).from(inside(web4)).isUnreachableWhile(http(web1)), {
      what: `web-4 does not reach web-3 beside it on host-b, in mode ${apart}; one on the other host it does`,
      why: `Mode ${apart} hands nothing over inside the host, and the switch sends no frame back by the port it came from.`,
      claim: "B19",
    });
    this.check("host-a/blocked", http(web1).from(host(a)).isUnreachableWhile(http(web3)), {
      what: "host-a does not reach its own container, while it reaches one of host-b",
      why: "What leaves the host by the parent goes out to the LAN: the kernel hands nothing back to what sits on it.",
      ...{ claim: "B19", fact: "M4" },
    });
    this.check("host-a/no-mac-of-its-own", neighbour(web1, host(a)).isUnknownWhile(web3), {
      what: "host-a is told no MAC address for web-1, while it is told web-3's",
      why: "That is how it fails: the host asks the LAN for web-1 (ARP), and what sits on the asking interface itself does not hear it.",
      ...{ claim: "B19", fact: "M4" },
    });
    const ping = (address: string) => ["ping", "-n", "-c", "1", "-W", "4", address] as const;
    this.check(
      "web-1/own-host-blocked",
      program(ping(a.address), inside(web1)).failsWith("Destination Host Unreachable", ping(b.address)),
      {
        what: "web-1 does not reach its own host, while it reaches host-b",
        why: "The same in the other direction: nobody answers when it asks for the host's MAC address.",
        ...{ claim: "B19", fact: "M4" },
      },
    );
    this.check("host-a/nothing-mapped", listening(80).from(host(a)).isNobodys(), {
      what: "nobody listens on port 80 of host-a, while web-1 answers the LAN on port 80",
      why: "The container has the address, and so all its ports: there is nothing to be mapped.",
      ...{ claim: "B19", fact: "M6" },
    });
    for (const [server, range] of [
      [web2, rangeA],
      [web4, rangeB],
    ] as const) {
      this.check(`${server.name}/address-in-range`, addresses(inside(server)).haveOneIn(range), {
        what: `${server.engine.name} has given ${server.name} an address in ${range.toString()}`,
        why: "No engine asks the LAN who has which address. Without a range of its own each would give away the others', or its host's.",
        ...{ claim: "B19", fact: ["M8", "U11"] },
      });
    }

    const shimmed = this.step("shim", {
      what: "host-a gets a macvlan interface of its own, beside those of its containers",
      why: "Interfaces on one parent reach each other (in mode bridge); the parent is no such interface, a shim is one.",
      actions: shim(a, { parent: PARENT, address: at(12), to: rangeA.toString() }),
    });
    shimmed.check("host-reaches-own-container", http(web1).from(host(a)).answersTo(at(12)), {
      what: "host-a reaches web-1 by the shim, and with the shim's address",
      why: "A route leads to the engine's whole range by the shim: a range makes that one line.",
      ...{ claim: "B19", fact: "M5" },
    });
    const asks = this.throwAway("asks", { network: onA, publish: PORT });
    const mapped = this.throwAway("mapped", { network: DefaultBridge.of(a), publish: PORT });
    const published = this.step("publish", {
      what: "on host-a a container on wire-a is run with -p",
      why: "The engine takes the option, and says nothing.",
      actions: [run(asks)],
    });
    published.check("mapped-nowhere", listening(PORT).from(host(a)).isNobodys(), {
      what: `nobody listens on port ${String(PORT)} of host-a`,
      why: "Ports are published by a bridge's gateway. Here the host is not on the way to the container.",
      ...{ claim: "B19", fact: "M6" },
    });
    const control = this.step("publish-on-bridge", {
      what: "the same on host-a's default bridge",
      why: "It shows that the port could have been had.",
      actions: [run(mapped)],
    });
    control.check("mapped", listening(PORT).from(host(a)).isOnEveryAddress(), {
      what: `the engine listens on port ${String(PORT)} of host-a`,
      why: "So it was macvlan that published nothing.",
      ...{ claim: "B7", fact: "P1" },
    });

    this.tryNext(`docker exec ${peer.container} curl -s http://${rangeA.address(10)}/`);
    this.tryNext(`docker exec ${peer.container} ip neigh`);
    this.tryNext(`npx lab step ${id}`);
  }
}

const APART = ["private", "vepa"] as const;

/** @throws Refusal for a mode in which the containers of one host are not kept apart */
function checkedMode(property: string, mode: string): (typeof APART)[number] {
  const known = APART.find((one) => one === mode);
  if (known !== undefined) return known;
  throw new Refusal(
    property,
    `${JSON.stringify(mode)} keeps no containers apart; the modes that do are ${APART.join(" and ")}`,
    APART[0],
  );
}
