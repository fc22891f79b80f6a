import { isMap, type ValueMap } from "../protocol/value";
import { parseDuration } from "./duration";
import type { DockerOperation } from "./meta";
import { text } from "./values";

const NANOSECONDS_PER_MILLISECOND = 1e6;
const USUAL = "20m";

/** Runs something no longer than the resource's `timeouts` block allows. */
export async function within<Result>(
  action: "create" | "update" | "delete",
  resource: ValueMap,
  operation: DockerOperation,
  work: (operation: DockerOperation) => Promise<Result>,
): Promise<Result> {
  const timeouts = resource["timeouts"];
  const allowed = (isMap(timeouts) ? text(timeouts[action]) : "") || USUAL;
  const milliseconds = (parseDuration(allowed) ?? 0) / NANOSECONDS_PER_MILLISECOND;
  const over = new AbortController();
  const reason = new Error(`context deadline exceeded: ${action} was allowed ${allowed}`);
  const timer = setTimeout(() => over.abort(reason), milliseconds);
  try {
    return await work({ ...operation, signal: AbortSignal.any([operation.signal, over.signal]) });
  } finally {
    clearTimeout(timer);
  }
}
