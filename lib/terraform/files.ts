import { mkdir, readFile, rename, writeFile } from "fs/promises";
import { dirname } from "path";
import { z } from "zod";

/** Writes a file whole or not at all, with its folder. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${String(process.pid)}.new`;
  await writeFile(temporary, text);
  await rename(temporary, file);
}

/** A file's text, or undefined when there is no such file. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw problem;
  }
}

/** What the program itself wrote earlier; undefined when it is not there, or is of another version of the program. */
export async function readOwn<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
