import fc from "fast-check";
import { decodeMessage, encodeMessage, type Message } from "../../lib/provider/protocol/wire";

const inner: Message = { name: { number: 1, type: "string" }, index: { number: 3, type: "int64", oneof: true } };
const message: Message = {
  text: { number: 1, type: "string" },
  raw: { number: 2, type: "bytes" },
  flag: { number: 3, type: "bool" },
  count: { number: 20, type: "int64" },
  one: { number: 5, type: inner },
  many: { number: 6, type: inner, repeated: true },
  named: { number: 7, type: inner, map: true },
};

const anyInner = fc.record({ name: fc.string({ minLength: 1 }), index: fc.integer() }, { noNullPrototype: true });
const anyMessage = fc.record(
  {
    text: fc.string({ minLength: 1, unit: "grapheme" }),
    raw: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    flag: fc.constant(true),
    count: fc.maxSafeInteger().filter((count) => count !== 0),
    one: anyInner,
    many: fc.array(anyInner, { minLength: 1 }),
    named: fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
      anyInner,
      {
        minKeys: 1,
        noNullPrototype: true,
      },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

describe("protocol buffers", () => {
  test("any message comes back as it was", () => {
    fc.assert(
      fc.property(anyMessage, (values) => {
        expect(decodeMessage(message, encodeMessage(message, values))).toEqual(values);
      }),
    );
  });

  test("fields that are not known are passed over", () => {
    const newer: Message = { ...message, added: { number: 99, type: "string" } };
    const bytes = encodeMessage(newer, { added: "later", text: "now" });
    expect(decodeMessage(message, bytes)).toEqual({ text: "now" });
  });

  test("zero is not written, but one of several is", () => {
    expect(encodeMessage(message, { text: "", flag: false, count: 0 })).toHaveLength(0);
    expect(decodeMessage(inner, encodeMessage(inner, { index: 0 }))).toEqual({ index: 0 });
  });

  test("a message that breaks off is an error, not a shorter message", () => {
    const bytes = encodeMessage(message, { text: "abcdef" });
    expect(() => decodeMessage(message, bytes.subarray(0, 4))).toThrow("ends in the middle");
  });
});
