import path from "node:path";
import type { DockerOperation } from "./meta";

/** A path of a configuration. Hosted for any number of Terraforms there is no one folder that a relative one starts from. */
export function resolvePath(given: string, what: string, { folder }: DockerOperation): string {
  if (path.isAbsolute(given)) return given;
  if (folder !== undefined) return path.resolve(folder, given);
  throw new Error(
    `${what}: '${given}' is relative, and a hosted provider does not know the folder it starts from: give an absolute path`,
  );
}
