import { RemoteMachine } from "../../topology/remote-machine";
import type { Server } from "../../topology/server";
import type { Word } from "../command";
import type { Probe } from "../probes";
import { HOST, type Vantage } from "../vantage";
import { placeOf } from "./place";

/** A question for the name of a server's container, by UDP. Without more words: from the host, to the engine's embedded resolver. */
export const udpQuestion = (server: Server): UdpQuestion => new UdpQuestion(server, HOST, "127.0.0.11", 53);

class UdpQuestion {
  constructor(
    private readonly server: Server,
    private readonly vantage: Vantage | RemoteMachine,
    private readonly address: Word,
    private readonly port: number,
  ) {}

  from(vantage: Vantage | RemoteMachine): UdpQuestion {
    return new UdpQuestion(this.server, vantage, this.address, this.port);
  }

  at(address: Word, port = this.port): UdpQuestion {
    return new UdpQuestion(this.server, this.vantage, address, port);
  }

  isAnswered(): Probe {
    return { ...this.asked, outcome: "answers" };
  }

  /** Nobody has opened the port there. @param control what must answer the same question meanwhile */
  isRefusedWhile(control: UdpQuestion): Probe {
    return { ...this.asked, outcome: "refused", control: control.target };
  }

  /** Nothing comes back. @param control as above */
  isDroppedWhile(control: UdpQuestion): Probe {
    return { ...this.asked, outcome: "dropped", control: control.target };
  }

  private get asked(): Omit<Extract<Probe, { kind: "udp"; outcome: "answers" }>, "outcome"> {
    const { container, token } = this.server;
    return {
      ...{ kind: "udp", from: placeOf(this.vantage), target: this.target },
      ...{ question: container, token: token.slice(0, 4) },
    };
  }

  private get target(): { host: Word; port: number } {
    return { host: this.address, port: this.port };
  }
}
