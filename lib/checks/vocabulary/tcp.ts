import { RemoteMachine } from "../../topology/remote-machine";
import type { Server } from "../../topology/server";
import type { Word } from "../command";
import type { Probe } from "../probes";
import { HOST, type Vantage } from "../vantage";
import { addressOf } from "./answering";
import { hostAsSeenFrom, on, placeOf } from "./place";

/** A TCP connection to a server, whatever is said on it. Without more words: from the host, to where it listens. */
export const tcp = (server: Server): TcpConnection => new TcpConnection(server, HOST, addressOf(server), server.port);

class TcpConnection {
  constructor(
    private readonly server: Server,
    private readonly vantage: Vantage | RemoteMachine,
    private readonly address: Word | undefined,
    private readonly port: number,
  ) {}

  from(vantage: Vantage | RemoteMachine): TcpConnection {
    return new TcpConnection(this.server, vantage, this.address, this.port);
  }

  at(address: Word, port = this.port): TcpConnection {
    return new TcpConnection(this.server, this.vantage, address, port);
  }

  /** On one of the host's own ports: see the same of http. */
  onHostPort(port: number): TcpConnection {
    return new TcpConnection(this.server, this.vantage, undefined, port);
  }

  connects(): Probe {
    return { kind: "tcp", from: placeOf(this.vantage), target: this.target, outcome: "connects" };
  }

  /** @param control what must be connected to from the same vantage meanwhile */
  isRefusedWhile(control: TcpConnection): Probe {
    return {
      kind: "tcp",
      from: placeOf(this.vantage),
      target: this.target,
      outcome: "refused",
      control: control.from(this.vantage).target,
    };
  }

  /** @param control as above */
  isDroppedWhile(control: TcpConnection): Probe {
    return {
      kind: "tcp",
      from: placeOf(this.vantage),
      target: this.target,
      outcome: "dropped",
      control: control.from(this.vantage).target,
    };
  }

  /** @param control as above */
  isUnreachableWhile(control: TcpConnection): Probe {
    return {
      kind: "tcp",
      from: placeOf(this.vantage),
      target: this.target,
      outcome: "unreachable",
      control: control.from(this.vantage).target,
    };
  }

  private get target(): Extract<Probe, { kind: "tcp" }>["target"] {
    const { name, container, engine } = this.server;
    return {
      ...{ host: this.address ?? hostAsSeenFrom(this.vantage), port: this.port },
      server: { name, container, ...on(engine) },
    };
  }
}
