import { basename, join } from "node:path";
import { z } from "zod";
import type { SetupContext } from "./context";
import { until } from "./programs";

/** The engine that set-up started: enough to know it again, so that no other process is ever taken for it. */
const OwnEngine = z.object({ pid: z.number().int().positive(), started: z.string().min(1) });
type OwnEngine = z.infer<typeof OwnEngine>;

/** An engine stops its containers first. */
const STOPPING = 60_000;

export const ENGINE_LOG = join(".lab", "dockerd.log");
const pidFile = (context: SetupContext): string => join(context.project, ".lab", "dockerd.pid");

/** Whether the process of this id is a Docker daemon. */
export function isDaemon(context: SetupContext, pid: number, program = "dockerd"): boolean {
  const [command] = context.processes.commandLine(pid) ?? [];
  return command !== undefined && basename(command) === program;
}

async function readPidFile(context: SetupContext): Promise<OwnEngine | undefined> {
  try {
    return OwnEngine.parse(JSON.parse((await context.files.read(pidFile(context))) ?? ""));
  } catch {
    return undefined;
  }
}

function isAlive(context: SetupContext, { pid, started }: OwnEngine): boolean {
  return context.processes.startTime(pid) === started && isDaemon(context, pid);
}

/** The process id of the engine that set-up started, while it lives. */
export async function ownEngine(context: SetupContext): Promise<number | undefined> {
  const own = await readPidFile(context);
  return own !== undefined && isAlive(context, own) ? own.pid : undefined;
}

/** Writes down which process is ours. */
export async function keepOwnEngine(context: SetupContext, pid: number): Promise<void> {
  const own: OwnEngine = { pid, started: context.processes.startTime(pid) ?? "gone" };
  await context.files.write(pidFile(context), `${JSON.stringify(own)}\n`);
}

export interface Stopped {
  readonly stopped: boolean;
  readonly sentence: string;
}

/** Ends exactly the engine that set-up started, and nothing else. */
export async function stopEngine(context: SetupContext): Promise<Stopped> {
  const own = await readPidFile(context);
  if (own === undefined)
    return { stopped: false, sentence: "set-up has started no engine here (.lab/dockerd.pid is absent)" };
  if (!isAlive(context, own)) {
    await context.files.remove(pidFile(context));
    return {
      stopped: false,
      sentence: `the engine that set-up started (pid ${own.pid}) is already gone; nothing was ended`,
    };
  }
  context.output.line(`  → kill ${own.pid}  (dockerd, started by set-up)`);
  context.processes.end(own.pid);
  const gone = await until(context, STOPPING, async () => (isAlive(context, own) ? undefined : true));
  if (gone === undefined)
    return {
      stopped: false,
      sentence: `the engine (pid ${own.pid}) was asked to end and still runs after 60 s; see ${ENGINE_LOG}`,
    };
  await context.files.remove(pidFile(context));
  return { stopped: true, sentence: `the engine that set-up started (pid ${own.pid}) has ended` };
}
