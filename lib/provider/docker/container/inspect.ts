import type { ContainerInspect } from "../api";
import { EngineError } from "../engine";
import type { DockerOperation } from "../meta";

/** What the engine knows of a container, or undefined when there is none, or soon will be none. */
export async function inspect(id: string, { meta, signal }: DockerOperation): Promise<ContainerInspect | undefined> {
  try {
    const path = `/containers/${encodeURIComponent(id)}/json`;
    const found = await meta.engine.request<ContainerInspect>("GET", path, { signal });
    return found.State.Status === "removing" ? undefined : found;
  } catch (problem) {
    if (problem instanceof EngineError && problem.notFound) return undefined;
    throw problem;
  }
}
