import type { z } from "zod";

/** What a tool printed as JSON, or undefined when it is not JSON, or of another form. */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
