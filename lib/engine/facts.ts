import type Docker from "dockerode";
import { z } from "zod";
import { engineHost } from "./connection";

/** What an engine says about itself (`docker info`), as far as labs and set-up care. */
export const EngineInformation = z.object({
  ServerVersion: z.string(),
  OperatingSystem: z.string().default(""),
  OSType: z.string().default("linux"),
  KernelVersion: z.string().default(""),
  Driver: z.string().default(""),
  CgroupVersion: z.string().default("1"),
  SecurityOptions: z.array(z.string()).nullish(),
  FirewallBackend: z.object({ Driver: z.string() }).nullish(),
  RegistryConfig: z.object({ Mirrors: z.array(z.string()).nullish() }).nullish(),
});
export type EngineInformation = z.infer<typeof EngineInformation>;

/** What an engine is, as far as a lab cares. */
export interface EngineFacts {
  readonly version: string;
  readonly kernel: string;
  /** `iptables`, or what the engine says; engines before 28 know nothing else. */
  readonly firewall: string;
  /** Why host mode would not be the mode that the labs teach; undefined where it is. */
  readonly noHostMode: string | undefined;
}

/**
 * @param host the engine's address: a lab's host must be the machine that one types on
 * @throws whatever the client throws when the engine does not answer
 */
export async function engineFacts(docker: Docker, host = engineHost(process.env)): Promise<EngineFacts> {
  const information = EngineInformation.parse(await docker.info());
  return {
    version: information.ServerVersion,
    kernel: information.KernelVersion,
    firewall: information.FirewallBackend?.Driver ?? "iptables",
    noHostMode: whyNoHostMode(host, information),
  };
}

/** Host mode shares the namespace of the engine's process: it means what it says only where that is this machine's. */
export function whyNoHostMode(host: string, information: EngineInformation): string | undefined {
  const { OperatingSystem, OSType, SecurityOptions } = information;
  if (OperatingSystem.includes("Docker Desktop"))
    return "this is Docker Desktop: its host is a hidden virtual machine, not the machine you type on";
  if (OSType !== "linux") return `this engine runs ${OSType} containers: host mode is a thing of Linux`;
  if (SecurityOptions?.some((option) => option.startsWith("name=rootless")) === true)
    return "this engine is rootless: its host mode is a network namespace of its own, not the machine's";
  const remote = /^(?:tcp|http|https|ssh):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(host)?.[1];
  if (remote !== undefined && !["localhost", "127.0.0.1", "[::1]"].includes(remote))
    return `this engine runs on ${remote}: what its host looks like cannot be seen from here`;
  return undefined;
}
