import { NestedEngine, type OtherEngine, RemoteEngine } from "../../topology/other-engines";
import type { OverlayNetwork } from "../../topology/overlay";
import { Refusal } from "../../topology/refusal";
import type { Server } from "../../topology/server";
import type { Probe } from "../probes";
import { givenAddress } from "./answering";
import { inside } from "./vantages";

/** The tunnel of an overlay network between its hosts. @param vni which VNI it must have @default any */
export const vxlanOf = ({ engineName, engines }: OverlayNetwork, vni?: number): Probe => ({
  kind: "vxlan",
  network: engineName,
  engines: engines.map(({ container }) => container),
  ...(vni === undefined ? {} : { vni }),
});

/**
 * What the wire between two hosts carries while one's server pings the other's: VXLAN packets with the pings inside, or,
 * where their network is encrypted, ESP packets and nothing to be read.
 */
export const tunnelled = (server: Server, other: Server): Probe => ({
  kind: "tunnel",
  from: inside(server),
  to: givenAddress(other),
  engine: elsewhere(server).container,
  ...(server.engine instanceof NestedEngine && other.engine instanceof NestedEngine
    ? { hosts: [server.engine.address, other.engine.address] as [string, string] }
    : {}),
  ...(server.network.mode === "overlay" && server.network.encrypted ? { encrypted: true } : {}),
});

/** @throws Refusal for a server on the local engine, which is on no wire between hosts */
function elsewhere({ container, engine }: Server): OtherEngine {
  if (engine instanceof NestedEngine || engine instanceof RemoteEngine) return engine;
  throw new Refusal(
    `${container}.engine`,
    "it is the local one; this looks at the wire between engines of the lab's own",
  );
}
