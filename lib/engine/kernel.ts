import { readFile } from "fs/promises";
import { promisify } from "util";
import { gunzip } from "zlib";

/** What a kernel may be built without, and some networks cannot be had without: its option and its module's name. */
const BUILT_BY = {
  dummy: ["CONFIG_DUMMY", "dummy"],
  esp: ["CONFIG_INET_ESP", "esp4"],
  ipvlan: ["CONFIG_IPVLAN", "ipvlan"],
  ipvs: ["CONFIG_IP_VS", "ip_vs"],
  macvlan: ["CONFIG_MACVLAN", "macvlan"],
  vlan: ["CONFIG_VLAN_8021Q", "8021q"],
  vxlan: ["CONFIG_VXLAN", "vxlan"],
} as const;

export type KernelAbility = keyof typeof BUILT_BY;
export const KERNEL_ABILITIES = Object.keys(BUILT_BY) as [KernelAbility, ...KernelAbility[]];

/** Whether the kernel has it; undefined where that cannot be read. */
export type KernelAbilities = Readonly<Record<KernelAbility, boolean | undefined>>;

/** What the kernel was built with, and the modules that it has: texts, undefined where there is no such file. */
export interface KernelFiles {
  readonly options: string | undefined;
  readonly loaded: string | undefined;
  readonly installed: string | undefined;
}

/** Only reads: trying out would load modules, which stay. */
export async function kernelAbilities(release: string): Promise<KernelAbilities> {
  const [options, loaded, installed] = await Promise.all([
    optionsOf(release),
    text("/proc/modules"),
    text(`/lib/modules/${release}/modules.dep`),
  ]);
  return abilitiesIn({ options, loaded, installed });
}

/** An option is `y` (built in), `m` (a module, which may not be installed), or not set. */
export function abilitiesIn({ options, loaded, installed }: KernelFiles): KernelAbilities {
  const has = ([option, module]: (typeof BUILT_BY)[KernelAbility]): boolean | undefined => {
    if (new RegExp(`^${module} `, "m").test(loaded ?? "")) return true;
    if (options === undefined) return undefined;
    const value = new RegExp(`^${option}=(.)`, "m").exec(options)?.[1];
    return value === "m" ? new RegExp(`/${module}\\.ko`).test(installed ?? "") : value === "y";
  };
  return Object.fromEntries(KERNEL_ABILITIES.map((name) => [name, has(BUILT_BY[name])])) as KernelAbilities;
}

async function optionsOf(release: string): Promise<string | undefined> {
  const packed = await readFile("/proc/config.gz").catch(() => undefined);
  if (packed !== undefined) return (await promisify(gunzip)(packed)).toString("latin1");
  return (await text(`/boot/config-${release}`)) ?? (await text(`/lib/modules/${release}/config`));
}

async function text(file: string): Promise<string | undefined> {
  return readFile(file, "latin1").catch(() => undefined);
}
