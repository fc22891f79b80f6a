import type { Project } from "../terraform/project";
import { prepareStackFolder } from "../terraform/stack-folder";
import { layMirror } from "./mirror";
import { REGISTRY } from "./registry";

/** Where providers come from, as set-up chose. */
export interface ProviderSource {
  readonly kind: "registry" | "mirror" | "embedded";
  /** The mirror's folder, for kind `mirror`. */
  readonly folder?: string;
}

/** Lets the stacks' folders find their providers, whether or not anything was synthesized there now. */
export async function prepareStackFolders(
  project: Project,
  labs: readonly { readonly id: string }[],
  { source, registry }: { readonly source: ProviderSource; readonly registry: string },
): Promise<void> {
  const mirror = await mirrorOf(project, source);
  const lock = mirror === undefined ? "" : await lockOf(mirror, registry);
  await Promise.all(labs.map(({ id }) => prepareStackFolder(project.stack(id), mirror, lock)));
}

/**
 * OpenTofu has a registry of its own. The cdktf command does not know that: where it does not find Terraform's names in
 * the lock file, it asks the registry about them, which fails where there is none to be reached. So both are named; init
 * drops what it does not need.
 */
async function lockOf(mirror: string, registry: string): Promise<string> {
  // Only now: it is as large as the rest of the program, and most commands need no provider.
  const { lockFile } = await import("../provider");
  const lock = await lockFile(mirror, registry);
  return registry === REGISTRY.terraform ? lock : lock + (await lockFile(mirror, REGISTRY.terraform));
}

async function mirrorOf(project: Project, source: ProviderSource): Promise<string | undefined> {
  if (source.kind === "mirror") return source.folder;
  return source.kind === "registry" ? undefined : layMirror(project);
}
