import type { BridgeNetwork } from "./declared-network";
import type { Engine } from "./engine";
import type { OverlayNetwork } from "./overlay";
import type { Server } from "./server";
import type { UnderlayNetwork } from "./underlay";

/** The host's own network namespace. A server on it publishes nothing: it listens on the host itself. */
export class HostNetwork {
  readonly mode = "host" as const;
  /** What the engine calls it. */
  readonly engineName = "host";
  private constructor(readonly engine: Engine) {}
  static of(engine: Engine): HostNetwork {
    return new HostNetwork(engine);
  }
}

/** No network at all: a namespace with nothing but a loopback interface. A server in it answers itself alone. */
export class NoneNetwork {
  readonly mode = "none" as const;
  /** What the engine calls it. */
  readonly engineName = "none";
  private constructor(readonly engine: Engine) {}
  static of(engine: Engine): NoneNetwork {
    return new NoneNetwork(engine);
  }
}

/**
 * The network namespace of another server (Docker's `container:` mode): one loopback address, one set of ports, one
 * resolver for both. Addresses, names and publications are the owner's; who joins brings a port of its own, no more.
 */
export class SharedNetwork {
  readonly mode = "shared" as const;
  /** What the engine calls it. */
  readonly engineName: string;
  private constructor(readonly owner: Server) {
    this.engineName = `container:${owner.container}`;
  }
  /** @param owner the server whose namespace is joined, in the same lab */
  static of(owner: Server): SharedNetwork {
    return new SharedNetwork(owner);
  }
}

/** The bridge that every engine has from the start (docker0): no names, no addresses of one's choice. */
export class DefaultBridge {
  readonly mode = "default-bridge" as const;
  /** What the engine calls it. */
  readonly engineName = "bridge";
  private constructor(readonly engine: Engine) {}
  static of(engine: Engine): DefaultBridge {
    return new DefaultBridge(engine);
  }
}

export type Network =
  HostNetwork | NoneNetwork | SharedNetwork | DefaultBridge | BridgeNetwork | OverlayNetwork | UnderlayNetwork;
