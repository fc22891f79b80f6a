import fc from "fast-check";
import { decodeValue, encodeValue } from "../../lib/provider/protocol/msgpack";
import { parseType, typeToJson, type Type } from "../../lib/provider/protocol/type";
import { UNKNOWN, type Value } from "../../lib/provider/protocol/value";
import { anyType, anyValue } from "./values";

const typedValue: fc.Arbitrary<[Type, Value]> = anyType.chain((type) =>
  anyValue(type, { unknowns: true }).map((value): [Type, Value] => [type, value]),
);

describe("values on the wire", () => {
  test("any value of any type comes back as it was", () => {
    fc.assert(
      fc.property(typedValue, ([type, value]) => {
        expect(decodeValue(encodeValue(value, type), type)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test("any type comes back from its JSON form", () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(parseType(JSON.parse(JSON.stringify(typeToJson(type))))).toEqual(type);
      }),
    );
  });

  test("an unknown value is the extension that Terraform writes", () => {
    expect(Buffer.from(encodeValue(UNKNOWN, { kind: "string" })).toString("hex")).toBe("d40000");
  });

  test("an unknown value with refinements is unknown too", () => {
    // fixext with type 12 and a map {1: false}: "not null"
    const refined = Buffer.from("c7030c8101c2", "hex");
    expect(decodeValue(refined, { kind: "string" })).toBe(UNKNOWN);
  });

  test("a number may come as text, where no number holds it", () => {
    expect(decodeValue(Buffer.from("a13c".replace("3c", "37"), "hex"), { kind: "number" })).toBe(7);
  });

  test("an object carries every attribute of its type, the absent ones as nil", () => {
    const type: Type = { kind: "object", attributes: { a: { kind: "string" }, b: { kind: "bool" } } };
    expect(decodeValue(encodeValue({ a: "x" }, type), type)).toEqual({ a: "x", b: null });
  });
});
