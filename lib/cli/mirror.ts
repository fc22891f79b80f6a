import type { Project } from "../terraform/project";

/** Lays the embedded provider out in the project's own mirror, and returns its folder. Does nothing when it is there. */
export async function layMirror({ providers, bundle }: Project): Promise<string> {
  const { writeMirror } = await import("../provider");
  await writeMirror(providers, bundle);
  return providers;
}
