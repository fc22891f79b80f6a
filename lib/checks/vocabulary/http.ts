import { isIPv4 } from "net";
import { Refusal } from "../../topology/refusal";
import { RemoteMachine } from "../../topology/remote-machine";
import { Task } from "../../topology/swarm-service";
import { eachHostAddress, type Word } from "../command";
import type { FailureMode } from "../curl";
import type { Probe } from "../probes";
import type { Answer } from "../probes/http";
import { HOST, type Vantage } from "../vantage";
import { addressOf, type Answering, identityOf, nameOf } from "./answering";
import type { Failing } from "./failing";
import { hostAsSeenFrom, placeOf } from "./place";

/**
 * An HTTP request to a server, to a remote machine, or to a service's task. Without more words: from the host, to where
 * the server itself listens; to whichever task of a service, by the service's name.
 */
export const http = (server: Answering): HttpRequest => new HttpRequest(server, HOST, addressOf(server), server.port);

class HttpRequest {
  /** @param address undefined where it is the host's own, which depends on from where one looks */
  constructor(
    private readonly server: Answering,
    private readonly vantage: Vantage | RemoteMachine,
    private readonly address: Word | undefined,
    private readonly port: number,
  ) {}

  from(vantage: Vantage | RemoteMachine): HttpRequest {
    return new HttpRequest(this.server, vantage, this.address, this.port);
  }

  /** By a name that the vantage's resolver knows: the server's own (in a shared namespace, its owner's), or an alias. */
  byName(name = nameOf(this.server)): HttpRequest {
    return new HttpRequest(this.server, this.vantage, name, this.port);
  }

  /** At another address than the server's own, or on another port. */
  at(address: Word, port = this.port): HttpRequest {
    return new HttpRequest(this.server, this.vantage, address, port);
  }

  /** On one of the host's own ports: at the loopback address, or at the address by which a remote machine knows the host. */
  onHostPort(port: number): HttpRequest {
    return new HttpRequest(this.server, this.vantage, undefined, port);
  }

  /** On every IPv4 address that the host has. */
  onEveryHostAddress(): HttpRequest {
    return new HttpRequest(this.server, this.vantage, [eachHostAddress], this.port);
  }

  /**
   * The server itself answers: by its token, not only by a status.
   * @param how what else has to be so: `{ remoteAddress: "10.77.0.2" }`, `{ headers: { server: "nginx" } }`
   */
  answers(how: Answer = {}): Probe {
    return { kind: "http", from: placeOf(this.vantage), target: this.target, outcome: "answers", ...how };
  }

  /** The server itself answers, and to it the request comes from this address: that shows address translation. */
  answersTo(client: string): Probe {
    return this.answers({ client });
  }

  /**
   * The server itself answers, and its log has the request as one of this client.
   * @throws Refusal for a service, of which one does not know beforehand whose log to read
   */
  isLoggedAs(client: string): Probe {
    if (this.server instanceof Task) {
      throw new Refusal("isLoggedAs", `${nameOf(this.server)} is a service; the log of a server is one to be read`);
    }
    return { kind: "log", expectation: "client", from: placeOf(this.vantage), target: this.target, client };
  }

  /** Nothing listens there. @param control what must answer from the same vantage meanwhile: so that the failure proves something */
  isRefusedWhile(control: HttpRequest, failing: Failing = {}): Probe {
    return this.fails("refused", control, failing);
  }

  /** The packets vanish on the way: no answer in 4 s. @param control as above */
  isDroppedWhile(control: HttpRequest, failing: Failing = {}): Probe {
    return this.fails("dropped", control, failing);
  }

  /** No way leads there: no route, or nobody has the address (which the kernel knows after 3 s). @param control as above */
  isUnreachableWhile(control: HttpRequest, failing: Failing = {}): Probe {
    return this.fails("unreachable", control, failing);
  }

  /** The connection is accepted, and given up: a proxy with nobody behind it. @param control as above */
  isResetWhile(control: HttpRequest, failing: Failing = {}): Probe {
    return this.fails("reset", control, failing);
  }

  /**
   * No resolver of the vantage knows the name.
   * @param control must be asked by a name too: otherwise a resolver that is broken would look like a proof
   * @throws Refusal for an address, here or in the control
   */
  hasNoNameWhile(control: HttpRequest, failing: Failing = {}): Probe {
    for (const address of [this.target.host, control.target.host]) {
      if (typeof address === "string" && !isIPv4(address)) continue;
      throw new Refusal(
        "hasNoNameWhile",
        `${JSON.stringify(address)} is an address; both requests ask by name (byName), or nothing is said of names`,
      );
    }
    return this.fails("no-name", control, failing);
  }

  private fails(outcome: FailureMode, control: HttpRequest, { ended }: Failing): Probe {
    return {
      kind: "http",
      from: placeOf(this.vantage),
      target: this.target,
      outcome,
      control: control.from(this.vantage).target,
      ...(ended === true ? { ended } : {}),
    };
  }

  private get target(): Extract<Probe, { kind: "http" }>["target"] {
    return {
      host: this.address ?? hostAsSeenFrom(this.vantage),
      port: this.port,
      server: identityOf(this.server),
    };
  }
}
