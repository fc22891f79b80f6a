import { subscribe } from "diagnostics_channel";
import type { Command } from "commander";
import { ENGINE_REQUESTS, type EngineRequest } from "../provider/docker/engine-requests";
import { chromeTrace } from "../report/chrome-trace";
import { timings } from "../report/timings";
import type { Event } from "../terraform/events";
import { writeWhole } from "../terraform/files";
import { change, type Outcome, type Terraform } from "../terraform/terraform";
import { option } from "./options";
import type { Session } from "./session";

export interface TimedOptions {
  readonly timings?: boolean;
  readonly trace?: string;
}

/** Lets a command tell where its time goes: as text, and as a file for a trace viewer. */
export function timedCommand<Options extends TimedOptions>(
  command: Command,
  session: Session,
  work: (labs: string[], options: Options) => Promise<number>,
): void {
  command
    .addOption(option("--timings", "show where the time went"))
    .addOption(option("--trace <file>", "write where the time went for chrome://tracing or ui.perfetto.dev"))
    .action(async (labs: string[], options: Options) => {
      const { timeline } = session;
      timeline.ended("step", "start of the program", 0);
      if (options.trace !== undefined) {
        subscribe(ENGINE_REQUESTS, (message) => {
          const { name, startMs } = message as EngineRequest;
          timeline.ended("request", name, startMs);
        });
      }
      try {
        process.exitCode = await work(labs, options);
      } finally {
        // What fails late is what one wants to know the times of.
        if (options.timings === true) session.say(timings(timeline.spans, timeline.now()));
        if (options.trace !== undefined) await writeWhole(options.trace, chromeTrace(timeline.spans));
      }
    });
}

/** Runs Terraform, and notes how long it plans, how long it changes things, and each resource of the lab. */
export async function timedChange(
  { timeline }: Session,
  terraform: Terraform,
  { lab, folder, verb }: { lab: string; folder: string; verb: "apply" | "destroy" },
  onEvent: (event: Event) => void,
): Promise<Outcome> {
  const starts = new Map<string, number>();
  let begun = timeline.now();
  let step = `${lab}: plan`;
  try {
    return await change(terraform, folder, verb, (event) => {
      if (event.kind === "planned") {
        timeline.ended("step", step, begun);
        begun = timeline.now();
        step = `${lab}: ${verb}`;
      }
      if (event.kind === "start") starts.set(event.address, timeline.now());
      if (event.kind === "done" || event.kind === "failed") {
        timeline.ended("resource", `${lab}: ${event.address}`, starts.get(event.address) ?? timeline.now());
      }
      onEvent(event);
    });
  } finally {
    timeline.ended("step", step, begun);
  }
}
