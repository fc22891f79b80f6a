import { Token } from "cdktf";
import { everyString } from "./unescaped";

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
  return everyString(data, literal);
}
