import { isSsh } from "./ssh";
import { isTls } from "./tls";

/** Whether an engine is on a machine of its own, and not in a container here: then its address stands for it. */
export function isRemote(engine: string): boolean {
  return isSsh(engine) || isTls(engine);
}
