import { App } from "cdktf";
import type { LabStack } from "../constructs/lab-stack";
import { type Settings, setSettings } from "../constructs/settings";
import { BridgeLab } from "./bridge";
import { DefaultBridgeLab } from "./default-bridge";
import { DnsLab } from "./dns";
import { IsolationLab } from "./isolation";
import { NestedHost } from "./nested-host";
import { NoneLab } from "./none";
import { SharedLab } from "./shared";
import { LABS, type LabEntry, NESTED_HOST } from "./catalogue";
import { HostLab } from "./host";
import { IpvlanLab } from "./ipvlan";
import { MacvlanLab } from "./macvlan";
import { OverlayLab } from "./overlay";
import { OverlayEncryptedLab } from "./overlay-encrypted";
import { OverlayRestartLab } from "./overlay-restart";
import { OverlayServicesLab } from "./overlay-services";
import { PortConflictLab } from "./port-conflict";
import { PrivilegesLab } from "./privileges";
import { VlanLab } from "./vlan";

type Create = (app: App, environment: NodeJS.ProcessEnv) => LabStack;

/** A lab that the catalogue does not have. */
export interface OwnLab extends LabEntry {
  readonly create: Create;
}

export const nestedHost: OwnLab = {
  ...NESTED_HOST,
  create: (app, environment) => new NestedHost(app, NESTED_HOST.id, { subnet: environment["LAB_NESTED_SUBNET"] }),
};

/** How each lab of the catalogue is made of its options. */
const CREATE: Readonly<Record<string, Create>> = {
  host: (app, environment) => new HostLab(app, "host", { httpPort: environment["LAB_HTTP_PORT"] }),
  bridge: (app, environment) =>
    new BridgeLab(app, "bridge", {
      subnet: environment["LAB_SUBNET"],
      publishedPort: environment["LAB_PUBLISHED_PORT"],
      localPort: environment["LAB_LOCAL_PORT"],
    }),
  "default-bridge": (app, environment) =>
    new DefaultBridgeLab(app, "default-bridge", { subnet: environment["LAB_DEFAULT_BRIDGE_SUBNET"] }),
  none: (app, environment) => new NoneLab(app, "none", { subnet: environment["LAB_NONE_SUBNET"] }),
  isolation: (app, environment) => new IsolationLab(app, "isolation", { subnet: environment["LAB_ISOLATION_SUBNET"] }),
  shared: (app, environment) =>
    new SharedLab(app, "shared", {
      subnet: environment["LAB_SHARED_SUBNET"],
      publishedPort: environment["LAB_SHARED_PORT"],
    }),
  dns: (app, environment) =>
    new DnsLab(app, "dns", { subnet: environment["LAB_DNS_SUBNET"], port: environment["LAB_DNS_PORT"] }),
  "port-conflict": (app, environment) =>
    new PortConflictLab(app, "port-conflict", { port: environment["LAB_CONFLICT_PORT"] }),
  privileges: (app, environment) => new PrivilegesLab(app, "privileges", { port: environment["LAB_PRIVILEGES_PORT"] }),
  overlay: (app, environment) =>
    new OverlayLab(app, "overlay", { subnet: environment["LAB_LAN"], engines: environment["LAB_ENGINES"] }),
  "overlay-restart": (app, environment) =>
    new OverlayRestartLab(app, "overlay-restart", { subnet: environment["LAB_OVERLAY_RESTART_SUBNET"] }),
  "overlay-services": (app, environment) =>
    new OverlayServicesLab(app, "overlay-services", { subnet: environment["LAB_OVERLAY_SERVICES_SUBNET"] }),
  "overlay-encrypted": (app, environment) =>
    new OverlayEncryptedLab(app, "overlay-encrypted", { subnet: environment["LAB_OVERLAY_ENCRYPTED_SUBNET"] }),
  macvlan: (app, environment) =>
    new MacvlanLab(app, "macvlan", {
      subnet: environment["LAB_MACVLAN_SUBNET"],
      driverMode: environment["LAB_MACVLAN_MODE"],
    }),
  ipvlan: (app, environment) => new IpvlanLab(app, "ipvlan", { subnet: environment["LAB_IPVLAN_SUBNET"] }),
  vlan: (app, environment) => new VlanLab(app, "vlan", { subnet: environment["LAB_VLAN_SUBNET"] }),
};

/**
 * The CDKTF app with every lab in it.
 * @param own labs that are not the project's
 * @param ofProject those that are; all of them, unless only others are asked for
 * @throws Refusal for bad options
 */
export function createApp(
  environment: NodeJS.ProcessEnv,
  settings: Settings,
  outdir?: string,
  own: readonly OwnLab[] = [],
  ofProject: readonly LabEntry[] = LABS,
): { app: App; labs: LabStack[] } {
  const app = new App(outdir === undefined ? {} : { outdir });
  setSettings(app, settings);
  const creates = [...ofProject.map(({ id }) => CREATE[id]), ...own.map(({ create }) => create)];
  return { app, labs: creates.flatMap((create) => create?.(app, environment) ?? []) };
}
