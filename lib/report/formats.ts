import type { CheckRecord } from "../checks/record";
import { junit } from "./junit";
import { markdown } from "./markdown";
import { tap } from "./tap";
import { wholeReport } from "./text";

/** Every form in which records can be had. Renderers read records, and nothing else. */
export const FORMATS = {
  text: (records: readonly CheckRecord[]): string => `${wholeReport(records)}\n`,
  json: (records: readonly CheckRecord[]): string => `${JSON.stringify(records, null, 2)}\n`,
  junit,
  tap,
  markdown,
} as const;

export type Format = keyof typeof FORMATS;
