import { isAbsolute, join } from "node:path";
import { pathFolders, SYSTEM_FOLDERS } from "../engine/program-environment";
import { quoted, typed } from "../engine/shell";
import type { SetupContext } from "./context";

/** A path of the system, wherever the system's root is. */
export function at(context: SetupContext, path: string): string {
  return join(context.system.root, path);
}

/** The program's file, looked for on PATH and where the system's own programs lie. */
export async function which(context: SetupContext, program: string): Promise<string | undefined> {
  if (program.includes("/")) {
    const path = isAbsolute(program) ? program : join(context.project, program);
    return (await context.files.executable(path)) ? path : undefined;
  }
  const system = SYSTEM_FOLDERS.map((folder) => at(context, folder));
  for (const folder of [...pathFolders(context.environment), ...system]) {
    const file = join(folder, program);
    if (await context.files.executable(file)) return file;
  }
  return undefined;
}

/** Whether systemd is this system's first process: only then do its units mean anything. */
export function runsSystemd(context: SetupContext): Promise<boolean> {
  return context.files.exists(at(context, "/run/systemd/system"));
}

/** Asks until there is an answer or the time is over. */
export async function until<Answer>(
  context: SetupContext,
  milliseconds: number,
  ask: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  const end = context.clock.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || context.clock.now() >= end) return answer;
    await context.clock.pause(100);
  }
}

/** The last lines of what a program said: where the reason usually stands. */
export function lastLines(text: string, count: number): string {
  return text.trim().split("\n").slice(-count).join("\n");
}

/** A command that did not do what it was run for. */
export class StepFailed extends Error {
  constructor(argv: readonly string[], exit: number, said: string) {
    super(`${typed(argv)} failed (exit ${exit})\n${lastLines(said, 15)}`);
  }
}

/** Runs one action on the system: says what it will do, shows that it goes on, and throws when it fails. */
export async function act(
  context: SetupContext,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${quoted(value)}`);
  context.output.line(`  → ${[...variables, typed(argv)].join(" ")}`);
  const { exit, stdout, stderr } = await context.run(argv, { environment, onLine: context.output.moving });
  context.output.moving(undefined);
  if (exit !== 0) throw new StepFailed(argv, exit, `${stdout}\n${stderr}`);
  return stdout;
}
