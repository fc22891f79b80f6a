import { join } from "node:path";
import { z } from "zod";
import type { SetupContext } from "./context";

const DAY = 24 * 60 * 60 * 1000;
const Memory = z.record(z.string(), z.object({ value: z.unknown(), until: z.number() }));
type Memory = z.infer<typeof Memory>;

const memoryFile = (context: SetupContext): string => join(context.project, ".lab", "remembered.json");

async function readMemory(context: SetupContext): Promise<Memory> {
  try {
    return Memory.parse(JSON.parse((await context.files.read(memoryFile(context))) ?? "{}"));
  } catch {
    // What was remembered only saves time: what cannot be read is found out again.
    return {};
  }
}

/** What was remembered under this name less than a day ago. The name holds everything that the answer depends on. */
export async function recall<Value>(
  context: SetupContext,
  name: string,
  shape: z.ZodType<Value>,
): Promise<Value | undefined> {
  const known = (await readMemory(context))[name];
  if (known === undefined || known.until <= context.clock.now()) return undefined;
  const parsed = shape.safeParse(known.value);
  return parsed.success ? parsed.data : undefined;
}

/** Remembers something in `.lab/` for a day. */
export async function remember(context: SetupContext, name: string, value: unknown): Promise<void> {
  const now = context.clock.now();
  const kept = Object.entries(await readMemory(context)).filter(([, entry]) => entry.until > now);
  const memory: Memory = { ...Object.fromEntries(kept), [name]: { value, until: now + DAY } };
  try {
    await context.files.write(memoryFile(context), `${JSON.stringify(memory, undefined, 1)}\n`);
  } catch {
    // A folder that takes no files is refused by its own part; to remember nothing is only slower.
  }
}

/** Whether a site answers within two seconds, with the status that it should; both answers hold for a day. */
export async function siteAnswers(context: SetupContext, url: string, status = 200): Promise<boolean> {
  const name = `answers ${url}`;
  const known = await recall(context, name, z.boolean());
  if (known !== undefined) return known;
  const answers = (await context.http.status(url, 2000)) === status;
  await remember(context, name, answers);
  return answers;
}
