import type Docker from "dockerode";
import { z } from "zod";

/** The parts of `docker info` and `docker version` that decide what the labs can do. */
const Info = z.object({
  OperatingSystem: z.string().default(""),
  OSType: z.string().default(""),
  SecurityOptions: z.array(z.string()).nullish(),
  KernelVersion: z.string().default(""),
  ServerVersion: z.string().default(""),
  FirewallBackend: z.object({ Driver: z.string() }).nullish(),
});

/** What an engine is, as far as a lab cares. */
export interface EngineFacts {
  readonly version: string;
  readonly kernel: string;
  /** `iptables`, or what the engine says; engines before 28 know nothing else. */
  readonly firewall: string;
  /** Why host mode would not be the mode that the labs teach; undefined where it is. */
  readonly noHostMode: string | undefined;
}

/** @throws whatever the client throws when the engine does not answer */
export async function engineFacts(docker: Docker): Promise<EngineFacts> {
  const info = Info.parse(await docker.info());
  return {
    version: info.ServerVersion,
    kernel: info.KernelVersion,
    firewall: info.FirewallBackend?.Driver ?? "iptables",
    noHostMode: noHostMode(info),
  };
}

/** Host mode shares the namespace of the engine's process: useful only where that is the person's own machine. */
function noHostMode(info: z.infer<typeof Info>): string | undefined {
  if (info.OSType !== "linux") return `the engine runs ${info.OSType || "an unknown system"}; host mode exists on Linux only`;
  if (info.OperatingSystem.includes("Docker Desktop")) {
    return "this is Docker Desktop: its containers run in a virtual machine, so host mode would share that machine's network, not yours";
  }
  if (info.SecurityOptions?.some((option) => option.startsWith("name=rootless"))) {
    return "this engine is rootless: it runs in a network namespace of its own, so host mode would share that one, not the host's";
  }
  return undefined;
}
