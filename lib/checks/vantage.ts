import { z } from "zod";
import { type Command, containerPid, EngineContainer, onEngine, remotePid } from "./command";

/** A place to look from. */
export const Vantage = z.discriminatedUnion("kind", [
  /** The engine's machine. */
  z.strictObject({ kind: z.literal("host"), engine: EngineContainer }),
  /** A container's network namespace, with the host's own tools: works whatever the image holds. */
  z.strictObject({ kind: z.literal("namespace"), container: z.string(), engine: EngineContainer }),
  /** Inside the container, with its own file system (and so its resolver) and its own tools. */
  z.strictObject({ kind: z.literal("container"), container: z.string(), engine: EngineContainer }),
  /** A lab's remote machine: what others on the network see of the host. */
  z.strictObject({ kind: z.literal("remote"), container: z.string(), wire: z.string(), lab: z.string() }),
]);
export type Vantage = z.infer<typeof Vantage>;

export const HOST: Vantage = { kind: "host" };

/** The command that runs `command` at the vantage. */
export function at(vantage: Vantage, command: Command): Command {
  switch (vantage.kind) {
    case "host":
      return onEngine(vantage.engine, command);
    case "namespace": {
      const { container, engine } = vantage;
      return onEngine(engine, ["nsenter", "-t", [containerPid(container, engine)], "-n", ...command]);
    }
    case "container":
      return onEngine(vantage.engine, ["docker", "exec", vantage.container, ...command]);
    case "remote":
      return ["nsenter", "-t", [remotePid(vantage)], "-n", ...command];
  }
}

export function describeVantage(vantage: Vantage): string {
  switch (vantage.kind) {
    case "host":
      return vantage.engine === undefined ? "the host" : `the host ${vantage.engine}`;
    case "namespace":
      return `the network namespace of ${vantage.container}`;
    case "container":
      return `inside ${vantage.container}`;
    case "remote":
      return "the remote machine";
  }
}
