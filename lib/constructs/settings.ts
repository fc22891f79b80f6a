import { existsSync } from "fs";
import { dirname, join, relative, resolve } from "path";
import type { Construct } from "constructs";
import { version } from "../../package.json";
import { certificateFolder } from "../engine/tls";
import { instanceOf } from "../topology/identity";

/** What all labs of a checkout have in common. */
export interface Settings {
  /** Which checkout they belong to. */
  readonly instance: string;
  /** The first part of their names on the engine. */
  readonly prefix: string;
  /** The image that servers run. */
  readonly image: string;
  readonly version: string;
  /** Whom the embedded resolver asks for names that it does not know. @default whom the host asks */
  readonly dns?: string;
  /** Where remote machines have their subnets. @default the range for measurements, 198.18.0.0/16 */
  readonly remoteRange?: string;
  /** Whether throw-away engines run with all rights, where the least that works here does not. @default false */
  readonly privilegedEngines?: boolean;
  /** The folder of the certificates by which remote engines are reached by TCP. @default where Docker's own command looks */
  readonly certificates?: string;
  /** The script that has stages done, as a stack's folder sees it. Relative: synthesis is the same in every checkout. */
  readonly program: string;
}

/** The image that set-up brings; its tag is local to the machine. */
export const SERVER_IMAGE = "docker-network-labs/nginx:local";
/** The image that throw-away engines run from, which set-up builds for the labs that need it. */
export const ENGINE_IMAGE = "docker-network-labs/engine:local";

/**
 * LAB_IMAGE, LAB_INSTANCE, LAB_PREFIX, LAB_DNS, LAB_REMOTE_RANGE and LAB_PRIVILEGED_ENGINES, where set, come before what
 * the checkout would use.
 */
export function settingsFrom(environment: NodeJS.ProcessEnv, projectFolder: string): Settings {
  return {
    instance: environment["LAB_INSTANCE"] || instanceOf(projectFolder),
    prefix: environment["LAB_PREFIX"] || "lab",
    image: environment["LAB_IMAGE"] || SERVER_IMAGE,
    version,
    ...(environment["LAB_PRIVILEGED_ENGINES"] ? { privilegedEngines: true } : {}),
    ...(environment["LAB_DNS"] ? { dns: environment["LAB_DNS"] } : {}),
    ...(environment["LAB_REMOTE_RANGE"] ? { remoteRange: environment["LAB_REMOTE_RANGE"] } : {}),
    certificates: certificateFolder(environment),
    program: relative(resolve(projectFolder, STACK_FOLDER), join(packageFolder(__dirname), "bin/stage")),
  };
}

/** Where Terraform runs a stack: cdktf's own choice, whatever the stack is called. */
const STACK_FOLDER = "cdktf.out/stacks/lab";

/** This package's folder: seen from its sources, or from the bundle in dist/. */
export function packageFolder(start: string): string {
  return existsSync(join(start, "package.json")) ? start : packageFolder(dirname(start));
}

const KEY = "docker-network-labs/settings";

/** Gives all labs below `scope` their settings. Before the first lab is made. */
export function setSettings(scope: Construct, settings: Settings): void {
  scope.node.setContext(KEY, settings);
}

/** The settings given above `scope`, else those of this process. */
export function settingsOf(scope: Construct): Settings {
  return (scope.node.tryGetContext(KEY) as Settings | undefined) ?? settingsFrom(process.env, process.cwd());
}
