import { App } from "cdktf";
import type { LabStack } from "../constructs/lab-stack";
import { type Settings, setSettings } from "../constructs/settings";
import { BridgeLab } from "./bridge";
import { LABS, type LabEntry } from "./catalogue";
import { HostLab } from "./host";
import { PortConflictLab } from "./port-conflict";

type Create = (app: App, environment: NodeJS.ProcessEnv) => LabStack;

/** A lab that the catalogue does not have. */
export interface OwnLab extends LabEntry {
  readonly create: Create;
}

/** How each lab of the catalogue is made of its options. */
const CREATE: Readonly<Record<string, Create>> = {
  host: (app, environment) => new HostLab(app, "host", { httpPort: environment["LAB_HTTP_PORT"] }),
  bridge: (app, environment) =>
    new BridgeLab(app, "bridge", {
      subnet: environment["LAB_SUBNET"],
      publishedPort: environment["LAB_PUBLISHED_PORT"],
    }),
  "port-conflict": (app, environment) =>
    new PortConflictLab(app, "port-conflict", { port: environment["LAB_CONFLICT_PORT"] }),
};

/**
 * The CDKTF app with every lab in it.
 * @param own labs that are not the project's
 * @throws Refusal for bad options
 */
export function createApp(
  environment: NodeJS.ProcessEnv,
  settings: Settings,
  outdir?: string,
  own: readonly OwnLab[] = [],
): { app: App; labs: LabStack[] } {
  const app = new App(outdir === undefined ? {} : { outdir });
  setSettings(app, settings);
  const creates = [...LABS.map(({ id }) => CREATE[id]), ...own.map(({ create }) => create)];
  return { app, labs: creates.flatMap((create) => create?.(app, environment) ?? []) };
}
