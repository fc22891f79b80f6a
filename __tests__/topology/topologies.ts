import * as fc from "fast-check";
import { Identity } from "../../lib/topology/identity";
import { Lab } from "../../lib/topology/lab";
import { BridgeNetwork } from "../../lib/topology/declared-network";
import { DefaultBridge, HostNetwork, NoneNetwork, SharedNetwork } from "../../lib/topology/network";
import { Engine } from "../../lib/topology/engine";
import type { Publish } from "../../lib/topology/publication";
import { RemoteMachine } from "../../lib/topology/remote-machine";
import { Refusal } from "../../lib/topology/refusal";
import { type AttachmentProps, Server, type ServerProps } from "../../lib/topology/server";

/** What is left to chance in a lab: numbers are taken modulo what there is. */
interface Dice {
  readonly networks: readonly { readonly internal: boolean; readonly icc: boolean }[];
  readonly servers: readonly {
    readonly mode: "host" | "none" | "shared" | "default-bridge" | "bridge";
    readonly on: number;
    readonly also: readonly number[];
    readonly port: number;
    readonly alias: "pool" | "front" | undefined;
    readonly publish: readonly ("all" | "loopback" | "nothing")[];
  }[];
}

/** Labs of up to `servers` servers and `networks` networks, every mode, option and publication among them, and a remote machine. */
export function dice(servers = 6, networks = 4): fc.Arbitrary<Dice> {
  return fc.record({
    networks: fc.array(
      fc.record({
        internal: fc.constantFrom(false, false, true),
        icc: fc.constantFrom(true, true, false),
      }),
      { minLength: 1, maxLength: networks },
    ),
    servers: fc.array(
      fc.record({
        mode: fc.constantFrom("bridge", "bridge", "bridge", "bridge", "shared", "default-bridge", "host", "none"),
        on: fc.nat(20),
        also: fc.array(fc.nat(20), { maxLength: 2 }),
        port: fc.constantFrom(80, 80, 81),
        alias: fc.constantFrom(undefined, "pool", "front"),
        publish: fc.uniqueArray(fc.constantFrom("all", "loopback", "nothing"), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: servers },
    ),
  }) as fc.Arbitrary<Dice>;
}

/**
 * The lab that the dice describe.
 * @param place which of several labs on one engine it is: each has subnets and ports of its own
 */
export function labOf({ networks, servers }: Dice, place = 0): Lab {
  const identity = new Identity(`random-${String(place)}`, "test0000", "labtest");
  const lab = new Lab(identity);
  for (const [index, { internal, icc }] of networks.entries()) {
    const subnet = `10.${String(214 + place)}.${String(index)}.0/24`;
    const props = { subnet, internal, interContainerConnectivity: icc };
    lab.addNetwork(new BridgeNetwork(identity, `net-${String(index)}`, props));
  }
  lab.addRemoteMachine(new RemoteMachine(identity, "outside", {}, "198.19.0.0/16"));
  let hostPort = 19000 + 100 * place;
  for (const [index, server] of servers.entries()) {
    const props = propsOf(lab, server, index, () => (hostPort += 1));
    // What cannot be (published on internal networks only, say) is refused, and left out: that is another test's.
    try {
      lab.addServer(new Server(identity, `web-${String(index)}`, props));
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
    }
  }
  return lab;
}

function propsOf(lab: Lab, one: Dice["servers"][number], index: number, hostPort: () => number): ServerProps {
  const { mode, port } = one;
  const publish = one.publish.map((kind): Publish => {
    if (kind === "all") return hostPort();
    return kind === "loopback"
      ? { port: hostPort(), on: "127.0.0.1", to: 8000 + index + 1 }
      : { port: hostPort(), to: 9999 };
  });
  switch (mode) {
    case "host":
      return { network: HostNetwork.of(Engine.local), port: hostPort() };
    case "none":
      return { network: NoneNetwork.of(Engine.local), port };
    case "default-bridge":
      return { network: DefaultBridge.of(Engine.local), port, publish };
    case "shared": {
      const owners = lab.servers.filter(({ network }) => !["host", "shared"].includes(network.mode));
      const owner = owners[one.on % Math.max(1, owners.length)];
      if (owner === undefined) return { network: NoneNetwork.of(Engine.local), port };
      // The port that the owner's publication on loopback leads to, if it has one.
      return { network: SharedNetwork.of(owner), port: 8000 + index };
    }
    case "bridge": {
      const aliases = one.alias === undefined ? [] : [one.alias];
      const [first, ...others] = [...new Set([one.on, ...one.also].map((n) => n % lab.networks.length))].flatMap(
        (n): AttachmentProps[] => {
          const network = lab.networks[n];
          return network instanceof BridgeNetwork ? [{ network, aliases }] : [];
        },
      );
      if (first === undefined) throw new Error("a lab has a network");
      return { ...first, alsoOn: others, port, publish };
    }
  }
}
