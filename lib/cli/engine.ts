import type Docker from "dockerode";
import { engineHost } from "../engine/connection";
import { Unfit } from "../topology/refusal";
import type { Session } from "./session";

/** An engine that takes longer than this to say that it is there has hung. */
const DEADLINE_MS = 10_000;

/** The client's own types leave out that its question can be given up. */
interface Interruptible {
  ping(options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

/**
 * A client of an engine that answers.
 * @throws Unfit when none does, with the command that brings one
 */
export async function reachedEngine(session: Session): Promise<Docker> {
  const docker = session.docker();
  try {
    await (docker as Interruptible).ping({ abortSignal: AbortSignal.timeout(DEADLINE_MS) });
    return docker;
  } catch (problem) {
    const host = engineHost(session.environment);
    throw new Unfit(
      `no Docker engine answers at ${host} (${(problem as Error).message})`,
      session.environment["DOCKER_HOST"] === undefined
        ? "npx lab setup starts one, or installs it first"
        : "DOCKER_HOST names it: is it running, and is the address right?",
    );
  }
}
