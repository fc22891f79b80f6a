import { engineHost } from "./connection";

/** Where system programs lie that a user's PATH often leaves out: ip, iptables, chroot. */
export const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"] as const;

/** The folders of PATH. An empty one would mean the current folder, which nobody means. */
export function pathFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  return (environment["PATH"] ?? "").split(":").filter((folder) => folder !== "");
}

/**
 * What every program is started with: the engine that this program itself asks, whatever context the docker command
 * has; and the system's folders behind those of PATH, so that what was found there also runs.
 */
export function programEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const folders = new Set([...pathFolders(environment), ...SYSTEM_FOLDERS]);
  return { ...environment, DOCKER_HOST: engineHost(environment), PATH: [...folders].join(":") };
}
