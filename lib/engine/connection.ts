import Docker from "dockerode";
import { Refusal } from "../topology/refusal";

/** Where Docker's own tools look when nothing is said. */
export const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** The engine's address as Docker's own tools find it: DOCKER_HOST, else the local socket. */
export function engineHost(environment: NodeJS.ProcessEnv): string {
  return environment["DOCKER_HOST"] || DEFAULT_HOST;
}

/**
 * A client of the engine at `host` (`unix:///path` or `tcp://name:port`). Nothing is sent until it is used: an engine
 * that does not exist yet is no error here.
 * @param timeoutMs how long it may be silent in the middle of a request. @default for ever
 */
export function connect(host: string, timeoutMs?: number): Docker {
  const timeout = timeoutMs === undefined ? {} : { timeout: timeoutMs };
  const unix = /^unix:\/\/(\/.+)$/.exec(host);
  if (unix?.[1] !== undefined) return new Docker({ socketPath: unix[1], ...timeout });
  const tcp = /^(?:tcp|http):\/\/([^:/]+):(\d+)$/.exec(host);
  if (tcp?.[1] !== undefined) return new Docker({ host: tcp[1], port: Number(tcp[2]), protocol: "http", ...timeout });
  throw new Refusal("DOCKER_HOST", `"${host}" is not an engine's address; one looks like`, DEFAULT_HOST);
}
