/**
 * Values as Terraform sends them. A set is an array here too: which of the two it is, its type says. Objects carry
 * every attribute of their type; maps carry what they carry.
 */
export type Value = null | boolean | number | string | Unknown | Value[] | { [key: string]: Value };
export type ValueMap = Record<string, Value>;

/** A value that is only known after apply. There is one instance, compared by identity. */
class Unknown {
  // A private member keeps plain objects from passing for an unknown value.
  readonly #brand = "unknown";
  toJSON(): string {
    return `<${this.#brand}>`;
  }
}
export type { Unknown };
export const UNKNOWN = new Unknown();

export function isUnknown(value: Value): value is Unknown {
  return value instanceof Unknown;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/** Whether no part of the value is still unknown. */
export function isWhollyKnown(value: Value): boolean {
  if (isUnknown(value)) return false;
  if (Array.isArray(value)) return value.every(isWhollyKnown);
  return isMap(value) ? Object.values(value).every(isWhollyKnown) : true;
}
