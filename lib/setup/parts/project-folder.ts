import { join } from "node:path";
import { found, refused, type Outcome, type SetupContext } from "../context";
import { errorCode } from "../error-code";

/** A lab's state and evidence are small, but half-written state is worse than none. */
const LEAST_FREE_BYTES = 20 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  EROFS: "its file system is read-only",
  ENOSPC: "no space is left on its device",
  EDQUOT: "this user's disk quota is used up",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
};

/** Node calls a read-only file system one on which the parent is missing, where it makes a folder with its parents. */
function codeOf(error: unknown): string {
  const code = errorCode(error);
  const making = (error as { syscall?: unknown } | undefined)?.syscall === "mkdir";
  return code === "ENOENT" && making ? "EROFS" : code;
}

/** What a person understands of a file that could not be written, or undefined when it is about something else. */
export function explainFolder(folder: string, error: unknown): string | undefined {
  const code = codeOf(error);
  const reason = REASONS[code];
  return reason === undefined ? undefined : `${folder} cannot be written: ${reason} (${code})`;
}

/** The project's folder takes files: labs keep their state in it, and set-up what it brings (`.lab/`). */
export async function projectFolder(context: SetupContext): Promise<Outcome<string>> {
  const folder = context.project;
  try {
    await context.files.assertWritable(folder);
    if (context.mayBring) await context.files.makeFolder(join(folder, ".lab"));
    const free = await context.files.freeBytes(folder);
    if (free < LEAST_FREE_BYTES)
      return refused(
        `${folder} has ${Math.floor(free / 1024 / 1024)} MB left on its device; labs need 20 MB`,
        `df -h ${folder}`,
      );
    return found(folder, `${folder} (writable)`);
  } catch (error) {
    const reason = explainFolder(folder, error);
    if (reason === undefined) throw error;
    return refused(reason, remedy(context, error));
  }
}

function remedy(context: SetupContext, error: unknown): string {
  const code = codeOf(error);
  if (code === "EROFS") return `git clone ${context.project} "$HOME/docker-network-labs"`;
  if (code === "ENOSPC" || code === "EDQUOT") return `df -h ${context.project}`;
  return `sudo chown -R ${context.system.userName} ${context.project}`;
}
