import { z } from "zod";
import type { SetupContext } from "./context";
import { errorCode } from "./error-code";

/** What the engine says about itself, as far as the labs care. */
const Information = z.object({
  ServerVersion: z.string(),
  OperatingSystem: z.string().default(""),
  OSType: z.string().default("linux"),
  Architecture: z.string().default(""),
  Driver: z.string().default(""),
  CgroupVersion: z.string().default("1"),
  SecurityOptions: z.array(z.string()).nullish(),
  RegistryConfig: z.object({ Mirrors: z.array(z.string()).nullish() }).nullish(),
});

/** Whether a host-mode lab means anything on this engine: its host must be this machine. */
export type HostMode = { readonly possible: true } | { readonly possible: false; readonly reason: string };

export interface EngineFacts {
  readonly host: string;
  readonly version: string;
  readonly operatingSystem: string;
  readonly storageDriver: string;
  readonly cgroupVersion: string;
  /** Whether it is told to pull from somewhere else than Docker Hub. */
  readonly hasMirrors: boolean;
  readonly hostMode: HostMode;
}

/** How an engine that does not answer fails. */
export interface Silent {
  readonly reason: string;
  /** Something listens, but this user may not talk to it. */
  readonly forbidden: boolean;
}

function hostModeOf(host: string, information: z.infer<typeof Information>): HostMode {
  const no = (reason: string): HostMode => ({ possible: false, reason });
  if (information.OperatingSystem.includes("Docker Desktop"))
    return no("this is Docker Desktop: its host is a hidden virtual machine, not the machine you type on");
  if (information.OSType !== "linux")
    return no(`this engine runs ${information.OSType} containers: host mode is a thing of Linux`);
  if (information.SecurityOptions?.some((option) => option.startsWith("name=rootless")) === true)
    return no("this engine is rootless: its host mode is a network namespace of its own, not the machine's");
  const remote = /^(?:tcp|http|https|ssh):\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(host)?.[1];
  if (remote !== undefined && !["localhost", "127.0.0.1", "[::1]"].includes(remote))
    return no(`this engine runs on ${remote}: what its host looks like cannot be seen from here`);
  return { possible: true };
}

function reasonOf(error: unknown): Silent {
  const code = errorCode(error);
  if (code === "EACCES" || code === "EPERM") return { reason: "this user may not use it", forbidden: true };
  if (code === "ENOENT") return { reason: "there is no such socket", forbidden: false };
  if (code === "ECONNREFUSED") return { reason: "nothing listens there", forbidden: false };
  const said = String(error);
  if (/abort|timeout/i.test(said)) return { reason: "it does not answer within 2 s", forbidden: false };
  return { reason: said.replace(/^Error: /, ""), forbidden: false };
}

/** Asks the engine who it is. */
export async function askEngine(context: SetupContext, host: string): Promise<EngineFacts | Silent> {
  let said: unknown;
  try {
    said = await context.engine(host).information();
  } catch (error) {
    return reasonOf(error);
  }
  const information = Information.parse(said);
  return {
    host,
    version: information.ServerVersion.replace(/\+.*$/, ""),
    operatingSystem: information.OperatingSystem,
    storageDriver: information.Driver,
    cgroupVersion: information.CgroupVersion,
    hasMirrors: (information.RegistryConfig?.Mirrors ?? []).length > 0,
    hostMode: hostModeOf(host, information),
  };
}
