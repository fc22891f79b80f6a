import { isMap, isUnknown, type Value } from "../protocol/value";

/**
 * Comparing values by what they mean to an engine. Terraform's older provider kit, which the real provider is built
 * with, cannot tell null from zero; so plans and states must not depend on it either.
 */
export function isZero(value: Value): boolean {
  if (isUnknown(value)) return false;
  if (value === null || value === "" || value === 0 || value === false) return true;
  return Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;
}

/** One text for all values of one meaning; the order of `unordered` lists does not count. */
export function meaningOf(value: Value, unordered = true): string {
  if (isUnknown(value)) return "?";
  if (isZero(value)) return "";
  if (Array.isArray(value)) {
    const elements = value.map((element) => meaningOf(element, unordered));
    return `[${(unordered ? elements.sort() : elements).map((element) => JSON.stringify(element)).join(",")}]`;
  }
  if (isMap(value)) {
    const entries = Object.entries(value)
      .filter(([, entry]) => !isZero(entry))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => `${JSON.stringify(key)}:${meaningOf(entry, unordered)}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** A scalar as the text that decides whether it changed: absent is "", a number or truth value its usual spelling. */
export function textOf(value: Value): string {
  return value === null || typeof value === "object" ? "" : String(value);
}
