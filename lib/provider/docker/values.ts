import { isMap, type Value, type ValueMap } from "../protocol/value";

/** Reading what a resource is to be: absent and zero are the same, as for the engine. */
export function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

export function number(value: Value | undefined): number {
  return typeof value === "number" ? value : 0;
}

export function flag(value: Value | undefined): boolean {
  return value === true;
}

export function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map((element) => text(element)) : [];
}

export function blocks(value: Value | undefined): ValueMap[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

export function textMap(value: Value | undefined): Record<string, string> {
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, text(entry)])) : {};
}

/** Labels are blocks in a configuration and a map on an engine. */
export function labelMap(value: Value | undefined): Record<string, string> {
  return Object.fromEntries(blocks(value).map((label) => [text(label["label"]), text(label["value"])]));
}

export function labelBlocks(labels: Record<string, string> | null | undefined): ValueMap[] {
  return Object.entries(labels ?? {})
    .map(([label, value]) => ({ label, value }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** The object without its empty entries, which are better left to the engine. */
export function filled<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value))) as Partial<T>;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}
