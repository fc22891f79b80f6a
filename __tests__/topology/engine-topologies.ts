import * as fc from "fast-check";
import { Engine } from "../../lib/topology/engine";
import { NestedEngine } from "../../lib/topology/other-engines";
import { Identity } from "../../lib/topology/identity";
import { Lab } from "../../lib/topology/lab";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork, NoneNetwork } from "../../lib/topology/network";
import { OverlayNetwork } from "../../lib/topology/overlay";
import type { Publish } from "../../lib/topology/publication";
import { Refusal } from "../../lib/topology/refusal";
import { Server, type ServerProps } from "../../lib/topology/server";
import { UnderlayNetwork } from "../../lib/topology/underlay";

/** What is left to chance in a lab of two engines: numbers are taken modulo what there is. */
interface EngineDice {
  readonly networks: readonly {
    readonly kind: "overlay" | "macvlan" | "bridge" | "local bridge";
    readonly engine: 0 | 1;
    readonly driverMode: "bridge" | "private" | "vepa";
    readonly internal: boolean;
    readonly icc: boolean;
  }[];
  readonly servers: readonly {
    readonly place: "network" | "lan" | "default-bridge" | "none" | "host";
    readonly on: number;
    readonly engine: 0 | 1;
    readonly port: number;
    /** Where a throw-away host's bridge is: a port of the host that leads to it, or to a port on which nothing listens. */
    readonly publish: "no" | "everywhere" | "on the LAN" | "on loopback" | "to nothing";
  }[];
}

/** Labs of two engines on a LAN: overlays, macvlans, bridges of each engine and of the local one. */
export function engineDice(servers = 7, networks = 5): fc.Arbitrary<EngineDice> {
  return fc.record({
    networks: fc.array(
      fc.record({
        kind: fc.constantFrom("overlay", "overlay", "macvlan", "macvlan", "bridge", "local bridge"),
        engine: fc.constantFrom(0, 1),
        driverMode: fc.constantFrom("bridge", "private", "vepa"),
        internal: fc.boolean(),
        icc: fc.constantFrom(true, true, false),
      }),
      { minLength: 2, maxLength: networks },
    ),
    servers: fc.array(
      fc.record({
        place: fc.constantFrom(
          ...["network", "network", "network", "network", "network"],
          ...["lan", "default-bridge", "none", "host"],
        ),
        on: fc.nat(20),
        engine: fc.constantFrom(0, 1),
        port: fc.constantFrom(80, 80, 81),
        publish: fc.constantFrom("no", "everywhere", "everywhere", "on the LAN", "on loopback", "to nothing"),
      }),
      { minLength: 3, maxLength: servers },
    ),
  }) as fc.Arbitrary<EngineDice>;
}

/**
 * The lab that the dice describe.
 * @param place which of several labs on the same engines it is: each has subnets of its own, but for the LAN
 */
export function engineLabOf({ networks, servers }: EngineDice, place = 0): Lab {
  const identity = new Identity(`engines-${String(place)}`, "test0000", "labtest");
  const lab = new Lab(identity);
  const lan = lab.addNetwork(new BridgeNetwork(identity, "lan", { subnet: LAN, internal: true }));
  const engine = (name: string, n: number): NestedEngine =>
    lab.addEngine(new NestedEngine(identity, name, { lan, address: lan.subnet.address(n) }));
  const engines = [engine("host-a", 10), engine("host-b", 11)] as const;
  for (const [index, { kind, engine: where, driverMode, internal, icc }] of networks.entries()) {
    const name = `net-${String(index)}`;
    const subnet = `10.${String(221 + place)}.${String(index)}.0/24`;
    const bridge = { subnet, internal, interContainerConnectivity: icc };
    const network = (): BridgeNetwork | OverlayNetwork | UnderlayNetwork => {
      switch (kind) {
        case "overlay":
          return new OverlayNetwork(identity, name, { subnet, engines });
        case "bridge":
          return new BridgeNetwork(identity, name, { ...bridge, engine: engines[where] });
        case "local bridge":
          return new BridgeNetwork(identity, name, bridge);
        case "macvlan":
          return new UnderlayNetwork(identity, name, {
            ...{ driver: "macvlan", driverMode, engine: engines[where], parent: "eth0", subnet: LAN },
            range: lan.subnet.part(27, 2 + where).toString(),
          });
      }
    };
    orLeftOut(() => lab.addNetwork(network()));
  }
  for (const [index, server] of servers.entries()) {
    orLeftOut(() => lab.addServer(new Server(identity, `web-${String(index)}`, propsOf(lab, server, engines, index))));
  }
  return lab;
}

export const LAN = "10.220.0.0/24";

/** What cannot be (a second macvlan on one parent, say) is refused: that is another test's. */
function orLeftOut(add: () => unknown): void {
  try {
    add();
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
  }
}

function propsOf(
  lab: Lab,
  { place, on, engine, port, publish }: EngineDice["servers"][number],
  engines: readonly [NestedEngine, NestedEngine],
  index: number,
): ServerProps {
  const [lan, ...others] = lab.networks;
  const network = place === "network" ? (others[on % Math.max(1, others.length)] ?? lan) : lan;
  switch (place) {
    case "host":
      return { network: HostNetwork.of(engines[engine]), port: 8000 + index };
    case "none":
      return { network: NoneNetwork.of(engines[engine]), port };
    case "default-bridge":
      if (on % 3 === 0) return { network: DefaultBridge.of(Engine.local), port };
      return {
        network: DefaultBridge.of(engines[engine]),
        port,
        ...published(publish, { engine: engines[engine], internal: false }, index),
      };
    case "lan":
    case "network":
      if (network instanceof OverlayNetwork) return { network, engine: engines[engine], port };
      if (network instanceof UnderlayNetwork) return { network, port };
      if (network === lan) return { network: lan as BridgeNetwork, address: lan?.subnet.address(20 + on) ?? "", port };
      return { network: network as BridgeNetwork, port, ...published(publish, network as BridgeNetwork, index) };
  }
}

/** Nothing of the real machine's ports is taken. */
function published(
  how: EngineDice["servers"][number]["publish"],
  network: { readonly engine: Engine; readonly internal: boolean } | undefined,
  index: number,
): { publish?: Publish[] } {
  const engine = network?.engine;
  if (how === "no" || network?.internal === true || !(engine instanceof NestedEngine)) return {};
  const port = 8080 + index;
  switch (how) {
    case "everywhere":
      return { publish: [port] };
    case "on the LAN":
      return { publish: [{ port, on: engine.address }] };
    case "on loopback":
      return { publish: [{ port, on: "127.0.0.1" }] };
    case "to nothing":
      return { publish: [{ port, to: 9 }] };
  }
}
