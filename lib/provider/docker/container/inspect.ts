import type { ContainerInspect } from "../api";
import { EngineError } from "../engine";
import type { DockerOperation } from "../meta";

/** What the engine knows of a container, or undefined when there is none. */
export async function inspect(id: string, { meta, signal }: DockerOperation): Promise<ContainerInspect | undefined> {
  try {
    return await meta.engine.request<ContainerInspect>("GET", `/containers/${id}/json`, { signal });
  } catch (problem) {
    if (problem instanceof EngineError && problem.notFound) return undefined;
    throw problem;
  }
}
