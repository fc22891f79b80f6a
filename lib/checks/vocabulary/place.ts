import { Engine } from "../../topology/engine";
import { RemoteMachine } from "../../topology/remote-machine";
import type { Vantage } from "../vantage";

/** A container, and the engine that it is on. @default the local one */
export interface InEngine {
  readonly container: string;
  readonly engine?: Engine;
}

export function on(engine: Engine | undefined): { engine?: string } {
  return engine?.container === undefined ? {} : { engine: engine.container };
}

export function placeOf(vantage: Vantage | RemoteMachine): Vantage {
  if (!(vantage instanceof RemoteMachine)) return vantage;
  const { container, wire, identity } = vantage;
  return { kind: "remote", container, wire, lab: identity.lab };
}

/** By which address one asks the host itself. */
export function hostAsSeenFrom(vantage: Vantage | RemoteMachine): string {
  return vantage instanceof RemoteMachine ? vantage.hostAddress : "127.0.0.1";
}

/** Anything in a container: a server, or what an action of a lab has started. */
export interface InContainer {
  readonly container: string;
}
