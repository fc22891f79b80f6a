import type { Server } from "../../topology/server";
import { type SwarmService, Task } from "../../topology/swarm-service";
import type { Probe } from "../probes";
import type { Vantage } from "../vantage";
import { placeOfTask } from "./answering";

/** What the engine itself calls a server on its networks: the first twelve digits of the container's id. */
export const shortIdOf = ({ container }: Server): { readonly shortIdOf: string } => ({ shortIdOf: container });

/** A service itself: the address by which it is one, whatever its tasks are. */
export const virtualAddressOf = ({
  name,
  props,
}: SwarmService): { readonly service: string; readonly manager: string } => ({
  service: name,
  manager: props.manager.container,
});

/** What a name means at a vantage: on the host or inside a container, whose resolver is asked. */
export const name = (
  name: string | { readonly shortIdOf: string },
  from: Vantage,
): {
  means: (...servers: (Server | Task | ReturnType<typeof virtualAddressOf>)[]) => Probe;
  isUnknownWhile: (control: string) => Probe;
} => ({
  means: (...servers) => ({
    kind: "resolve",
    from,
    name,
    expectation: "addresses",
    addresses: servers.map((server) => {
      if (server instanceof Task) return placeOfTask(server);
      if ("manager" in server) return server;
      const { address, container, network } = server;
      return address ?? { container, network: network.engineName };
    }),
  }),
  isUnknownWhile: (control) => ({ kind: "resolve", from, name, expectation: "no-name", control }),
});
