import type { Value } from "../protocol/value";
import { parseDuration } from "./duration";

/** Checks of configured values, worded as the real provider words them. Each says what is wrong, or nothing. */
type Check = (value: Value) => string | undefined;

export function atLeast(least: number): Check {
  return (value) => (Number(value) < least ? `'${String(value)}' cannot be lower than ${least}` : undefined);
}

export function matches(pattern: RegExp): Check {
  return (value) =>
    pattern.test(String(value)) ? undefined : `'${String(value)}' doesn't match the pattern '${pattern.source}'`;
}

export const isDuration: Check = (value) => {
  const duration = parseDuration(String(value));
  if (duration === undefined) return `'${String(value)}' is not a valid duration`;
  return duration < 0 ? `'${String(value)}' duration must not be negative` : undefined;
};

export const isBase64: Check = (value) => {
  const compact = String(value).replace(/[\r\n]/g, "");
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact);
  return valid ? undefined : `'${String(value)}' is not base64 decodeable`;
};

export const isAbsolutePath: Check = (value) =>
  /^[a-zA-Z]:[\\/]|^\//.test(String(value)) ? undefined : `'${String(value)}' must be an absolute path`;
