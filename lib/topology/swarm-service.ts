import type { Identity } from "./identity";
import { checkedName } from "./name";
import type { NestedEngine } from "./other-engines";
import type { OverlayNetwork } from "./overlay";
import { Refusal } from "./refusal";

export interface SwarmServiceProps {
  /** The engine that manages the swarm, and is told. */
  readonly manager: NestedEngine;
  /** The network that its tasks meet others on. @default none but what its port needs */
  readonly network?: OverlayNetwork;
  /** What its name leads to: an address of its own (VIP), or its tasks' (DNS round robin). @default vip */
  readonly endpointMode?: "vip" | "dnsrr";
  /** The one host that runs a task of it. @default each host of the swarm */
  readonly only?: NestedEngine;
  /** A port of the hosts that leads to it: on the host of a task, or by ingress on all hosts. @default none */
  readonly publish?: { readonly port: number; readonly mode: "host" | "ingress" };
}

/**
 * A service of a swarm that only a lab's steps know, from being created to being removed: nginx, a task on each host. It
 * goes by its own name alone: that is the name by which others find it, and its swarm has no services but the lab's.
 */
export class SwarmService {
  readonly lab: string;
  readonly instance: string;
  /** The word in its answers that nobody else has. */
  readonly token: string;

  /** @throws Refusal for a bad name */
  constructor(
    identity: Identity,
    readonly name: string,
    /** The servers' image, by its name on each engine. */
    readonly image: string,
    readonly props: SwarmServiceProps,
  ) {
    checkedName(`${identity.lab}.services`, name);
    this.lab = identity.lab;
    this.instance = identity.instance;
    this.token = identity.tokenOf(name);
  }

  /** Whether each task answers in its own name. Those behind one address answer in the service's, whichever is asked. */
  get tasksDiffer(): boolean {
    return this.props.endpointMode === "dnsrr";
  }

  /** The hosts that run a task of it. @param swarm all hosts of its swarm */
  hosts(swarm: readonly NestedEngine[]): NestedEngine[] {
    const { only, network } = this.props;
    if (only !== undefined) return [only];
    return swarm.filter((host) => network?.engines.includes(host) ?? true);
  }

  /** Its task on one host. */
  on(host: NestedEngine): Task {
    return new Task(this, host, this.tasksDiffer ? `${this.name}-${host.name}` : this.name);
  }

  /**
   * Any of its tasks, as the service answers itself.
   * @throws Refusal for a service whose tasks answer in names of their own
   */
  get onAnyHost(): Task {
    if (!this.tasksDiffer) return new Task(this, undefined, this.name);
    throw new Refusal(
      `${this.lab}.${this.name}`,
      "its tasks answer in names of their own; a task is asked for by its host: on(host)",
    );
  }
}

/** Who answers for a service. */
export class Task {
  /** nginx's. */
  readonly port = 80;
  constructor(
    readonly service: SwarmService,
    /** Undefined for whichever of them. */
    readonly host: NestedEngine | undefined,
    /** What it says who it is. */
    readonly name: string,
  ) {}
}
