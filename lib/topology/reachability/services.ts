import type { Topology } from "../topology";
import type { Destination, EngineTraits, Place } from "./connection";
import { fails, type Prediction, type Reason } from "./outcome";
import { BECAUSE } from "./reasons";

export type ServiceModel = NonNullable<Topology["services"]>[number];

/** By which name others on its network find each task, past the service's own address. */
export const tasksName = ({ name }: ServiceModel): string => `tasks.${name}`;

/** What comes of a connection to what is no service's. */
type Others = (place: Place, destination: Destination, port: number) => Prediction | undefined;

/** Says what comes of asking a service of a swarm: by its names, and by the ports that the hosts have for it. */
export class ReachabilityOfServices {
  constructor(
    private readonly topology: Topology,
    private readonly traits: EngineTraits,
    private readonly others: Others,
  ) {}

  /** @returns undefined for what must not or cannot be asked, as of servers */
  connect(place: Place, destination: Destination, service: ServiceModel, port: number): Prediction | undefined {
    const other = this.others(place, destination, port);
    if (destination.kind === "name") {
      return this.isOnNetwork(place, service) ? this.byName(destination.name, service) : other;
    }
    // A host that is reached, and has nobody else on that port.
    const isReached = other?.outcomes.every(({ kind }) => kind === "refused") === true;
    return destination.kind === "engine" && isReached ? this.onHost(destination.engine, service) : other;
  }

  private byName(name: string, service: ServiceModel): Prediction {
    if (name === tasksName(service) || service.endpointMode === "dnsrr") return answering(service, BECAUSE.tasksByName);
    return this.traits.ipvs === false
      ? fails("unreachable", BECAUSE.virtualAddressUnbalanced)
      : answering(service, BECAUSE.virtualAddress);
  }

  private onHost(engine: string, service: ServiceModel): Prediction {
    if (service.publish?.mode === "ingress") {
      return this.traits.ipvs === false
        ? fails("refused", BECAUSE.ingressUnbalanced)
        : answering(service, BECAUSE.ingress);
    }
    // Overlays of a lab are internal: a task that is on one alone has no way to its host.
    if (service.network !== undefined) return fails("refused", BECAUSE.internalTask);
    const tasks = service.tasks.filter((task) => task.engine === engine);
    return tasks.length === 0
      ? fails("refused", BECAUSE.noTaskHere)
      : answering({ ...service, tasks }, BECAUSE.publishedByTask);
  }

  /** Only there its names are known. */
  private isOnNetwork(place: Place, { network }: ServiceModel): boolean {
    if (place.kind !== "server") return false;
    const server = this.topology.servers.find(({ name }) => name === place.server);
    const owner = this.topology.servers.find(({ name }) => name === server?.owner) ?? server;
    return owner?.attachments.some((one) => one.network === network) === true;
  }
}

/** Any of its tasks. */
function answering({ tasks }: ServiceModel, reason: Reason): Prediction {
  const by = [...new Set(tasks.map(({ name }) => name))].sort();
  return { outcomes: [{ kind: "answers", by }], reason };
}
