import { messageOf } from "../protocol/diagnostic";
import type { Operation } from "../provider";
import type { Engine } from "./engine";

/** Credentials for a registry, as the Engine API takes them. */
export interface RegistryAuth {
  username?: string;
  password?: string;
  serveraddress?: string;
}

/** What one provider configuration comes down to. */
export interface DockerMeta {
  engine: Engine;
  /** By the registry's host name. */
  registries: Map<string, RegistryAuth>;
}

export type DockerOperation = Operation<DockerMeta>;

/** Says what was being done when something went wrong, as the real provider does. */
export async function doing<Result>(what: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (problem) {
    throw new Error(`${what}: ${messageOf(problem)}`, { cause: problem });
  }
}
