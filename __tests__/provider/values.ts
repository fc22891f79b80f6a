import fc from "fast-check";
import type { Type } from "../../lib/provider/protocol/type";
import { UNKNOWN, type Value, type ValueMap } from "../../lib/provider/protocol/value";

/** Arbitrary types and values of them, for property tests. */
export const anyType: fc.Arbitrary<Type> = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Type>({ kind: "string" }, { kind: "number" }, { kind: "bool" }),
    fc.record({ kind: fc.constantFrom("list", "set", "map"), element: tie("type") }),
    fc.record({ kind: fc.constant("object" as const), attributes: fc.dictionary(name(), tie("type"), { maxKeys: 4 }) }),
  ),
})).type;

function name(): fc.Arbitrary<string> {
  return fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
}

export interface ValueOptions {
  unknowns: boolean;
}

export function anyValue(type: Type, options: ValueOptions): fc.Arbitrary<Value> {
  const absent = fc.constant<Value>(null);
  const present = anyPresent(type, options);
  const choices = [
    { weight: 1, arbitrary: absent },
    { weight: 6, arbitrary: present },
  ];
  if (options.unknowns) choices.push({ weight: 1, arbitrary: fc.constant<Value>(UNKNOWN) });
  return fc.oneof(...choices);
}

function anyPresent(type: Type, options: ValueOptions): fc.Arbitrary<Value> {
  switch (type.kind) {
    case "string":
      return fc.string({ unit: "grapheme", maxLength: 12 });
    case "bool":
      return fc.boolean();
    case "number":
      return fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }).map(withoutMinusZero));
    case "list":
    case "set":
      return fc.array(anyValue(type.element, options), { maxLength: 4 });
    case "map":
      return fc.dictionary(name(), anyValue(type.element, options), { maxKeys: 4, noNullPrototype: true });
    case "object":
      return fc.record(
        Object.fromEntries(Object.entries(type.attributes).map(([key, inner]) => [key, anyValue(inner, options)])),
        { noNullPrototype: true },
      ) as fc.Arbitrary<ValueMap>;
  }
}

/** Terraform's numbers have one zero. */
function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value;
}
