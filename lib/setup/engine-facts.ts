import { EngineInformation, whyNoHostMode } from "../engine/facts";
import type { SetupContext } from "./context";
import { errorCode } from "./error-code";

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

function hostModeOf(host: string, information: EngineInformation): HostMode {
  const reason = whyNoHostMode(host, information);
  return reason === undefined ? { possible: true } : { possible: false, reason };
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
  const information = EngineInformation.parse(said);
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
