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
  { container, name, attachments }: Server,
  network: BridgeNetwork,
  chosen?: string,
): Omit<Extract<Action, { do: "connect" }>, "do"> {
  const declared = attachments.find((one) => one.network === network);
  const address = chosen ?? declared?.address;
  return {
    ...{ container, network: network.engineName, aliases: [...(declared?.names ?? [name])] },
    ...(address === undefined ? {} : { address }),
    declared: declared !== undefined,
  };
}

/** Starts a container of the scenario's own. */
export const run = ({ container, lab, instance, image, network, capabilities }: ThrowAway): Action => ({
  do: "run",
  ...{ container, lab, instance, image, network, capabilities: [...capabilities] },
});
/** Runs a program inside a container of the scenario's own. */
export const exec = ({ container }: ThrowAway, ...command: string[]): Action => ({ do: "exec", container, command });
/** Removes a container of the scenario's own. */
export const remove = ({ container }: ThrowAway): Action => ({ do: "remove", container });
