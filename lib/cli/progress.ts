import { seconds } from "../report/text";
import { outputTo } from "../setup";
import type { Event } from "../terraform/events";
import type { Session } from "./session";

export interface Progress {
  readonly onEvent: (event: Event) => void;
  /** Whether a resource was created, or failed while it was. */
  readonly finished: (address: string) => boolean;
}

/** Resources that are the program's own machinery: not worth a line unless they take time. */
const QUIET = ["null_resource.gone", "null_resource.preflight", "null_resource.wire", "docker_image.image"];

/** Shows what Terraform does: on a terminal a line that moves, then a line for each resource with its time. */
export function progressOf(session: Session): Progress {
  const output = outputTo(process.stdout);
  const finished = new Set<string>();
  const starts = new Map<string, number>();
  const onEvent = (event: Event): void => {
    if (event.kind === "start") {
      starts.set(event.address, performance.now());
      output.moving(`${event.address} …`);
    }
    if (event.kind !== "done" && event.kind !== "failed") return;
    finished.add(event.address);
    const took = seconds(performance.now() - (starts.get(event.address) ?? performance.now()));
    output.moving(undefined);
    if (event.kind === "done" && !QUIET.includes(event.address) && event.address !== "null_resource.checks") {
      const gone = event.action === "delete" ? session.style.quiet("removed") : "";
      output.line(`  ${session.style.good("✓")} ${event.address.padEnd(32)}${took} ${gone}`.trimEnd());
    }
  };
  return { onEvent, finished: (address) => finished.has(address) };
}
