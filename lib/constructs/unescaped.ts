/** `change` applied to every string in a piece of plain data. */
export function everyString<T>(data: T, change: (text: string) => string): T {
  if (typeof data === "string") return change(data) as T;
  if (Array.isArray(data)) return data.map((one: unknown) => everyString(one, change)) as T;
  if (typeof data === "object" && data !== null) {
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, everyString<unknown>(value, change)]),
    ) as T;
  }
  return data;
}

/** What was literal text before `literal` (literal.ts): for those who read synthesized JSON themselves. */
export function unescaped<T>(data: T): T {
  return everyString(data, (text) => text.replace(/([$%])\1\{/g, (_match, sign: string) => `${sign}{`));
}
