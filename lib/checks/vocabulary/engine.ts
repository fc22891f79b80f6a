import { BridgeNetwork } from "../../topology/declared-network";
import type { Identity } from "../../topology/identity";
import type { OtherEngine } from "../../topology/other-engines";
import type { Server } from "../../topology/server";
import type { Probe } from "../probes";
import { givenAddress } from "./answering";

/** A rule that masquerades what leaves the network. */
export const masquerade = (network: BridgeNetwork): Probe => ({
  kind: "rule",
  rule: "masquerade",
  network: network.engineName,
  subnet: network.subnet.toString(),
});

/** A rule that leads from a published port to the server. */
export const portMapping = (server: Server, port: number): Probe => {
  const destination = `${givenAddress(server)}:${String(server.port)}`;
  return { kind: "rule", rule: "dnat", network: server.network.engineName, port, destination };
};

/** The engine creates a container in host mode that asks for a published port: it warns, and maps nothing. */
export const discardedPorts = (identity: Identity, image: string): Probe => ({
  kind: "discarded-ports",
  container: identity.nameOf("discarded-ports"),
  lab: identity.lab,
  instance: identity.instance,
  image,
});

/** The engine runs a container in host mode with `--rm`, and removes it once its process has ended. */
export const autoRemoved = (identity: Identity, image: string): Probe => ({
  kind: "auto-removed",
  container: identity.nameOf("passing"),
  lab: identity.lab,
  instance: identity.instance,
  image,
});

/** An engine is in a swarm without any key-value store. */
export const inSwarm = ({ container }: OtherEngine): Probe => ({ kind: "swarm", engine: container });
