import { lstat, mkdir, readFile, readlink, rm, symlink } from "fs/promises";
import { join } from "path";
import { writeWhole } from "./files";

/**
 * Where Terraform looks for providers without being told: a folder that lies there as `terraform.d/plugins` is found
 * by a plain `terraform init`, so `npx cdktf deploy` needs no flag and no variable.
 */
const PLUGINS = "terraform.d/plugins";
const LOCK = ".terraform.lock.hcl";
/** Marks a lock file as ours: cdktf's and Terraform's own are left alone. */
const MARK = "# Written by docker-network-labs for the providers of a local mirror.\n";

/**
 * Lets a stack's folder find its providers.
 * @param mirror the folder that holds them, or undefined when they come from the registry
 * @param lock what the lock file shall say about that mirror
 */
export async function prepareStackFolder(folder: string, mirror: string | undefined, lock: string): Promise<void> {
  const link = join(folder, PLUGINS);
  const file = join(folder, LOCK);
  const current = await readlink(link).catch(() => undefined);
  if (current !== mirror) {
    if (await exists(link)) await rm(link, { recursive: true });
    if (mirror !== undefined) {
      await mkdir(join(folder, "terraform.d"), { recursive: true });
      await symlink(mirror, link);
    }
  }
  const locked = await readFile(file, "utf8").catch(() => "");
  if (mirror !== undefined && locked !== MARK + lock) {
    await writeWhole(file, MARK + lock);
    // What init remembers of an earlier bundle would not match.
    await rm(join(folder, ".terraform/providers"), { recursive: true, force: true });
  }
  if (mirror === undefined && locked.startsWith(MARK)) await rm(file);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
