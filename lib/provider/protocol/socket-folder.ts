import { mkdtempSync, rmSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const PREFIX = "tf-provider-";

/** A folder for sockets that only this user can look into: nothing else guards what is served there. */
export function makeSocketFolder(): string {
  return mkdtempSync(path.join(tmpdir(), PREFIX)); // mkdtemp makes it 0700
}

export function removeSocketFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Removes what providers of this user left behind that were killed: folders whose sockets nobody answers any more. */
export async function sweepSocketFolders(): Promise<void> {
  const names = (await readdir(tmpdir()).catch(() => [])).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.map((name) => sweep(path.join(tmpdir(), name))));
}

async function sweep(folder: string): Promise<void> {
  try {
    const found = await lstat(folder);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return;
    const sockets = await readdir(folder);
    // Without a socket it may have been made this very moment.
    if (sockets.length === 0) return;
    const refused = await Promise.all(sockets.map((name) => isAbandoned(path.join(folder, name))));
    if (refused.every(Boolean)) removeSocketFolder(folder);
  } catch {
    // Somebody else is just removing it: that is what was wanted.
  }
}

function isAbandoned(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = connect(socket);
    attempt.on("connect", () => {
      attempt.destroy();
      resolve(false);
    });
    attempt.on("error", (problem: NodeJS.ErrnoException) => resolve(problem.code === "ECONNREFUSED"));
  });
}
