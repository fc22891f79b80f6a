import { readFileSync } from "fs";
import { release } from "os";
import { gunzipSync } from "zlib";
import { abilitiesIn } from "../../lib/engine/kernel";

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    // Kernels tell what they were built with in one place or another, or nowhere.
    return undefined;
  }
}

const packed = read("/proc/config.gz");
const options = packed === undefined ? read(`/boot/config-${release()}`) : gunzipSync(packed);

/** What this machine's kernel has: jest wants to know which tests there are before anything can be waited for. */
export const KERNEL = abilitiesIn({
  options: options?.toString("latin1"),
  loaded: read("/proc/modules")?.toString("latin1"),
  installed: read(`/lib/modules/${release()}/modules.dep`)?.toString("latin1"),
});
