import { readFile } from "fs/promises";
import { z } from "zod";
import { parseJson } from "./json";

/** The daemon writes its process id there unless it is told otherwise. */
export const ENGINE_PID_FILE = "/run/docker.pid";
const CONFIGURATION_FILE = "/etc/docker/daemon.json";

/** The process id of this machine's dockerd, or undefined when none is named in its usual place. */
export async function daemonPid(): Promise<string | undefined> {
  const pid = (await textOf(ENGINE_PID_FILE)).trim();
  const name = (await textOf(`/proc/${pid || "none"}/comm`)).trim();
  return name === "dockerd" ? pid : undefined;
}

/** Whether the daemon starts docker-proxy for published ports; undefined where its command line cannot be read. */
export async function userlandProxy(): Promise<"on" | "off" | undefined> {
  const pid = await daemonPid();
  if (pid === undefined) return undefined;
  const args = (await textOf(`/proc/${pid}/cmdline`)).split("\0");
  return proxyOf(args, await textOf(valueOf(args, "--config-file") ?? CONFIGURATION_FILE));
}

const Configuration = z.object({ "userland-proxy": z.boolean().optional() });

/** It is on unless the command line or the configuration file turns it off; the engine refuses to start with both. */
export function proxyOf(args: readonly string[], configuration: string): "on" | "off" {
  const flag = args.find((arg) => /^--userland-proxy(?:=|$)/.test(arg));
  if (flag !== undefined) return /=(?:false|0|f)$/i.test(flag) ? "off" : "on";
  return parseJson(Configuration, configuration)?.["userland-proxy"] === false ? "off" : "on";
}

function valueOf(args: readonly string[], flag: string): string | undefined {
  const index = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const found = args[index];
  if (found === undefined) return undefined;
  return found === flag ? args[index + 1] : found.slice(flag.length + 1);
}

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
