import { act, at, runsSystemd, which } from "./programs";
import type { SetupContext } from "./context";

/** Lists older than this name packages that the mirror may have replaced since. */
const LISTS_KEEP = 24 * 60 * 60 * 1000;
const QUIET = { DEBIAN_FRONTEND: "noninteractive" };

/** Whether this system installs Debian packages: Debian, Ubuntu and what descends from them. */
export async function hasApt(context: SetupContext): Promise<boolean> {
  return context.system.platform === "linux" && (await which(context, "apt-get")) !== undefined;
}

/** Whether set-up may install packages itself: apt, and the right to use it. */
export async function mayInstall(context: SetupContext): Promise<boolean> {
  return context.mayBring && context.system.userId === 0 && (await hasApt(context));
}

/** The one command that installs these packages, for a person to type. */
export function installCommand(context: SetupContext, packages: readonly string[]): string {
  return `${context.system.userId === 0 ? "" : "sudo "}apt-get install -y --no-install-recommends ${packages.join(" ")}`;
}

async function listsAreFresh(context: SetupContext): Promise<boolean> {
  const folder = at(context, "/var/lib/apt/lists");
  const names = (await context.files.exists(folder)) ? await context.files.list(folder) : [];
  if (!names.some((name) => name.includes("_Packages"))) return false;
  const changed = await Promise.all([folder, `${folder}/partial`].map((path) => context.files.stamp(path)));
  const newest = Math.max(...changed.map((stamp) => stamp?.changed ?? 0));
  return context.clock.now() - newest < LISTS_KEEP;
}

export async function updateLists(context: SetupContext): Promise<void> {
  await act(context, ["apt-get", "update"], QUIET);
}

/** Brings the lists of packages when they are absent or old. */
export async function ensureLists(context: SetupContext): Promise<void> {
  if (!(await listsAreFresh(context))) await updateLists(context);
}

/** Told by Debian's own means that a package must not start its service: set-up starts the engine itself, and knows it then. */
const NO_SERVICES = "#!/bin/sh\n# Written by docker-network-labs for the time of an installation.\nexit 101\n";

async function withoutServices(context: SetupContext, work: () => Promise<void>): Promise<void> {
  const policy = at(context, "/usr/sbin/policy-rc.d");
  const present = await context.files.read(policy);
  if ((await runsSystemd(context)) || (present !== undefined && present !== NO_SERVICES)) return work();
  await context.files.write(policy, NO_SERVICES, 0o755);
  try {
    await work();
  } finally {
    await context.files.remove(policy);
  }
}

/** Installs Debian packages; throws when apt cannot. */
export async function install(context: SetupContext, packages: readonly string[]): Promise<void> {
  const fresh = await listsAreFresh(context);
  if (!fresh) await updateLists(context);
  // Another apt may be at work, as on a machine that has just booted: wait for it.
  const argv = ["apt-get", "install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=180", ...packages];
  await withoutServices(context, async () => {
    try {
      await act(context, argv, QUIET);
    } catch (error) {
      if (!fresh) throw error;
      await updateLists(context);
      await act(context, argv, QUIET);
    }
  });
}

/** Whether apt knows a package of this name. */
export async function isKnown(context: SetupContext, name: string): Promise<boolean> {
  return (await context.run(["apt-cache", "show", name])).exit === 0;
}
