import { NestedEngine } from "../topology/other-engines";
import type { BridgeNetwork } from "../topology/declared-network";
import type { Server } from "../topology/server";
import type { Action } from "./action";
import type { SwarmService } from "../topology/swarm-service";
import type { ThrowAway } from "./throw-away";

/* The words in which a step says what is done: `kill(web1)`. Each makes an action, which is plain data. */

/** An engine ends its containers first; one that is killed meanwhile leaves the others to find out. */
const ENGINE_GRACE_SECONDS = 20;

type Signal = Extract<Action, { do: "kill" }>["signal"];

/** Ends a server with a signal. Without more words at once, as a crash would. */
export const kill = (server: Server, signal: Signal = "KILL"): Action => ({ do: "kill", ...place(server), signal });
/** Asks a server to end; or a throw-away engine, which ends what runs on it, and with which its host is gone. */
export const stop = (one: Server | NestedEngine): Action =>
  one instanceof NestedEngine
    ? { do: "stop", container: one.container, grace: ENGINE_GRACE_SECONDS }
    : { do: "stop", ...place(one) };
/** Starts a server, or a throw-away engine: then what follows has to do with one that answers. */
export const start = (one: Server | NestedEngine): Action =>
  one instanceof NestedEngine ? { do: "start", container: one.container } : { do: "start", ...place(one) };
export const restart = (server: Server): Action => ({ do: "restart", ...place(server) });

function place({ container, engine }: Server | ThrowAway): { container: string; engine?: string } {
  return { container, ...(engine.container === undefined ? {} : { engine: engine.container }) };
}

/** Connects a server that runs with a network: as the lab declares it there, else under its own name. */
export const connect = (server: Server, network: BridgeNetwork, address?: string): Action => ({
  do: "connect",
  ...connection(server, network, address),
});
/** Disconnects a server from a network. */
export const disconnect = (server: Server, network: BridgeNetwork): Action => ({
  do: "disconnect",
  ...connection(server, network),
});

function connection(
  server: Server,
  network: BridgeNetwork,
  chosen?: string,
): Omit<Extract<Action, { do: "connect" }>, "do"> {
  const { name, attachments } = server;
  const declared = attachments.find((one) => one.network === network);
  const address = chosen ?? declared?.address;
  return {
    ...{ ...place(server), network: network.engineName, aliases: [...(declared?.names ?? [name])] },
    ...(address === undefined ? {} : { address }),
    declared: declared !== undefined,
  };
}

/** Starts a container of the scenario's own. */
export const run = (throwAway: ThrowAway): Action => {
  const { lab, instance, image, network, capabilities, publish } = throwAway;
  return {
    do: "run",
    ...{ ...place(throwAway), lab, instance, image, network, capabilities: [...capabilities] },
    ...(publish === undefined ? {} : { publish }),
  };
};
/** Runs a program inside a container of the scenario's own. */
export const exec = (throwAway: ThrowAway, ...command: string[]): Action => ({
  do: "exec",
  ...place(throwAway),
  command,
});
/** Removes a container of the scenario's own. */
export const remove = (throwAway: ThrowAway): Action => ({ do: "remove", ...place(throwAway) });

/**
 * Creates a service of the scenario's own, and waits until its tasks run.
 * @param site nginx's configuration: what its tasks answer
 */
export const createService = (
  { name, lab, instance, image, tasksDiffer, props }: SwarmService,
  site: string,
): Action => {
  const { manager, network, endpointMode = "vip", only, publish } = props;
  return {
    ...{ do: "create-service", engine: manager.container, service: name, lab, instance, image, endpointMode, site },
    ...(tasksDiffer ? { hostname: `${name}-{{.Node.Hostname}}` } : {}),
    ...(network === undefined ? {} : { network: network.engineName }),
    ...(only === undefined ? {} : { only: only.name }),
    ...(publish === undefined ? {} : { publish: { ...publish } }),
  };
};

export interface ShimProps {
  /** The host's interface that the containers sit on. */
  readonly parent: string;
  /** The address that the host has on the shim, which nobody else has. */
  readonly address: string;
  /** The subnet that is reached by the shim: that of the containers. */
  readonly to: string;
}

/**
 * Puts a host beside its own containers: an interface of the same kind as theirs, and a route to them by it. A host does
 * not reach what sits on its interface otherwise.
 */
export const shim = ({ container }: NestedEngine, { parent, address, to }: ShimProps): Action[] =>
  [
    ["link", "add", SHIM, "link", parent, "type", "macvlan", "mode", "bridge"],
    ["address", "add", `${address}/32`, "dev", SHIM],
    ["link", "set", SHIM, "up"],
    ["route", "add", to, "dev", SHIM],
  ].map((words) => ({ do: "ip", container, interface: SHIM, arguments: words }));

const SHIM = "shim";
