import { Token } from "cdktf";

/**
 * Text that Terraform shall take as it is: `${` and `%{` would be read as templates otherwise. (`Fn.rawString` leaves
 * `%{` alone and changes quotes.)
 * @throws Error for text that holds a reference, which escaping would break
 */
export function literal(text: string): string {
  if (Token.isUnresolved(text)) throw new Error(`not literal text: ${text}`);
  // A replacer function: in a replacement string, "$$" would mean "$".
  return text.replace(/([$%])\{/g, (_match, sign: string) => `${sign}${sign}{`);
}

/** The same for every string in a piece of plain data. */
export function literals<T>(data: T): T {
  if (typeof data === "string") return literal(data) as T;
  if (Array.isArray(data)) return data.map((one: unknown) => literals(one)) as T;
  if (typeof data === "object" && data !== null) {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, literals<unknown>(value)])) as T;
  }
  return data;
}

/** What was literal text before {@link literal}: for those who read synthesized JSON themselves. */
export function unescaped<T>(data: T): T {
  if (typeof data === "string") return data.replace(/([$%])\1\{/g, (_match, sign: string) => `${sign}{`) as T;
  if (Array.isArray(data)) return data.map((one: unknown) => unescaped(one)) as T;
  if (typeof data === "object" && data !== null) {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, unescaped<unknown>(value)])) as T;
  }
  return data;
}
