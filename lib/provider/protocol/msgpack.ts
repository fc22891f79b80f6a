import { Decoder, Encoder, ExtData } from "@msgpack/msgpack";
import type { Type } from "./type";
import { mapValues } from "./type";
import { isMap, isUnknown, UNKNOWN, type Value } from "./value";

/** MessagePack extension types that Terraform uses for what it does not know yet: plain, and with refinements. */
const UNKNOWN_EXTENSION = 0;
const REFINED_EXTENSION = 12;

const encoder = new Encoder({ sortKeys: true });
const decoder = new Decoder({ useBigInt64: true });

export function encodeValue(value: Value, type: Type): Uint8Array {
  return encoder.encode(toWire(value, type));
}

export function decodeValue(bytes: Uint8Array, type: Type): Value {
  return fromWire(decoder.decode(bytes), type);
}

function toWire(value: Value, type: Type): unknown {
  if (value === null) return null;
  if (isUnknown(value)) return new ExtData(UNKNOWN_EXTENSION, new Uint8Array([0]));
  switch (type.kind) {
    case "string":
      return String(value);
    case "bool":
      return value === true;
    case "number":
      return typeof value === "number" ? value : Number(value);
    case "list":
    case "set":
      return asArray(value).map((element) => toWire(element, type.element));
    case "map":
      return mapValues(isMap(value) ? value : {}, (element) => toWire(element, type.element));
    case "object":
      // Terraform expects every attribute of an object, the absent ones as nil.
      return mapValues(type.attributes, (attribute, name) =>
        toWire(isMap(value) ? (value[name] ?? null) : null, attribute),
      );
  }
}

function fromWire(raw: unknown, type: Type): Value {
  if (raw === null || raw === undefined) return null;
  if (raw instanceof ExtData) {
    if (raw.type === UNKNOWN_EXTENSION || raw.type === REFINED_EXTENSION) return UNKNOWN;
    throw new Error(`MessagePack extension ${raw.type} is not one that Terraform's values use`);
  }
  switch (type.kind) {
    case "string":
      return String(raw);
    case "bool":
      return raw === true;
    case "number":
      // Terraform writes a number as an integer, as a float, or as text where neither holds it.
      return Number(raw);
    case "list":
    case "set":
      if (!Array.isArray(raw)) throw new Error(`expected a ${type.kind}`);
      return raw.map((element) => fromWire(element, type.element));
    case "map":
      return mapValues(asRecord(raw), (element) => fromWire(element, type.element));
    case "object": {
      const record = asRecord(raw);
      return mapValues(type.attributes, (attribute, name) => fromWire(record[name], attribute));
    }
  }
}

function asArray(value: Value): Value[] {
  return Array.isArray(value) ? value : [];
}

function asRecord(raw: unknown): Record<string, unknown> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw new Error("expected a map");
  return raw as Record<string, unknown>;
}

/** A value as it stands in a state file. Attributes the type does not know are dropped, missing ones are null. */
export function valueFromJson(raw: unknown, type: Type): Value {
  return fromWire(raw, type);
}
