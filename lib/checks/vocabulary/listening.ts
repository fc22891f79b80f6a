import type { Probe } from "../probes";
import { HOST, type Vantage } from "../vantage";
import type { InContainer } from "./place";

/**
 * Who listens on a port, and on which addresses. Without more words: on the host. Whose the port is can be asked of the
 * host only, and of TCP; on which addresses, of every vantage.
 */
export const listening = (port: number, protocol: "tcp" | "udp" = "tcp"): Listening =>
  new Listening(port, protocol, HOST);

class Listening {
  constructor(
    private readonly port: number,
    private readonly protocol: "tcp" | "udp",
    private readonly vantage: Vantage,
  ) {}

  from(vantage: Vantage): Listening {
    return new Listening(this.port, this.protocol, vantage);
  }

  isOwnedBy({ container }: InContainer): Probe {
    return { kind: "listener", from: this.vantage, port: this.port, container, owner: "container" };
  }

  isHeldByEngineFor({ container }: InContainer): Probe {
    return { kind: "listener", from: this.vantage, port: this.port, container, owner: "engine" };
  }

  isOnEveryAddress(): Probe {
    return { ...this.asked, expectation: "every-address" };
  }

  isOnLoopbackOnly(): Probe {
    return { ...this.asked, expectation: "loopback-only" };
  }

  isOnOnly(...addresses: string[]): Probe {
    return { ...this.asked, expectation: "addresses", addresses };
  }

  isNobodys(): Probe {
    return { ...this.asked, expectation: "nothing" };
  }

  private get asked(): { kind: "listening"; from: Vantage; protocol: "tcp" | "udp"; port: number } {
    return { kind: "listening", from: this.vantage, protocol: this.protocol, port: this.port };
  }
}
