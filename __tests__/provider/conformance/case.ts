import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * A case is a Terraform configuration, step by step, with what the real providers planned, applied, wrote to state and
 * left on the engine. README.md has the fields.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export type Actions = Record<string, string[]>;
export interface ErrorPattern {
  error: string;
}

export interface Step {
  config: { resource?: JsonObject; data?: JsonObject };
  provider?: JsonObject;
  files?: Record<string, string>;
  between?: string[][];
  probe?: string[][];
  plan: Actions | ErrorPattern;
  apply?: "ok" | ErrorPattern;
  second_plan?: "empty" | Actions | ErrorPattern;
  [observed: string]: unknown;
}

export interface Case {
  name: string;
  about: string;
  provider?: JsonObject;
  steps: Step[];
  destroy?: "ok" | ErrorPattern;
  after_destroy: unknown;
  files_after_destroy?: Record<string, string>;
  cleanup?: string[][];
}

const FOLDER = path.join(__dirname, "cases");

export function caseNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

export function readCase(name: string): Case {
  return JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), "utf8")) as Case;
}
