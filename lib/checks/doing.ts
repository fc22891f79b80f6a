import type { BridgeNetwork } from "../topology/network";
import type { Server } from "../topology/server";
import type { Action } from "./action";
import type { ThrowAway } from "./throw-away";

/* The words in which a step says what is done: `kill(web1)`. Each makes an action, which is plain data. */

type Signal = Extract<Action, { do: "kill" }>["signal"];

/** Ends a server with a signal. Without more words at once, as a crash would. */
export const kill = ({ container }: Server, signal: Signal = "KILL"): Action => ({ do: "kill", container, signal });
/** Asks a server to end. */
export const stop = ({ container }: Server): Action => ({ do: "stop", container });
export const start = ({ container }: Server): Action => ({ do: "start", container });
export const restart = ({ container }: Server): Action => ({ do: "restart", container });

/** Connects a server that runs with a network, under its own name. */
export const connect = ({ container, name }: Server, network: BridgeNetwork, address?: string): Action => ({
  do: "connect",
  ...{ container, network: network.engineName, aliases: [name] },
  ...(address === undefined ? {} : { address }),
});
/** Disconnects a server from its network. */
export const disconnect = ({ container, name, address }: Server, network: BridgeNetwork): Action => ({
  do: "disconnect",
  ...{ container, network: network.engineName, aliases: [name] },
  ...(address === undefined ? {} : { address }),
});

/** Starts a container of the scenario's own. */
export const run = ({ container, lab, instance, image, network, capabilities }: ThrowAway): Action => ({
  do: "run",
  ...{ container, lab, instance, image, network, capabilities: [...capabilities] },
});
/** Runs a program inside a container of the scenario's own. */
export const exec = ({ container }: ThrowAway, ...command: string[]): Action => ({ do: "exec", container, command });
/** Removes a container of the scenario's own. */
export const remove = ({ container }: ThrowAway): Action => ({ do: "remove", container });
