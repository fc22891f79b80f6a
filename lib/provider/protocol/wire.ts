/**
 * Protocol buffers, as far as the plugin protocol needs them: a message is described by a table of its fields, and
 * encoded from and decoded to a plain object. A library for this would be larger than the whole provider and cost
 * start time on each of the four starts that one apply makes.
 */
export type FieldType = "string" | "bytes" | "bool" | "int64" | "enum" | Message;
export interface Field {
  number: number;
  type: FieldType;
  repeated?: boolean;
  /** A map<string, type>. */
  map?: boolean;
  /** One of several: that it is there says something, even when it is zero. */
  oneof?: boolean;
}
export type Message = Record<string, Field>;
export type Fields = Record<string, unknown>;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

export function encodeMessage(message: Message, values: Fields): Buffer {
  const parts: Uint8Array[] = [];
  for (const [name, field] of Object.entries(message)) {
    const value = values[name];
    if (value === undefined || value === null) continue;
    if (field.map === true) {
      for (const [key, entry] of Object.entries(value as Fields)) {
        parts.push(...encodeField(field.number, mapEntry(field.type), { key, value: entry }));
      }
    } else if (field.repeated === true) {
      for (const element of value as unknown[]) parts.push(...encodeField(field.number, field.type, element));
    } else if (field.oneof === true || !isDefault(value)) {
      parts.push(...encodeField(field.number, field.type, value));
    }
  }
  return Buffer.concat(parts);
}

function mapEntry(type: FieldType): Message {
  return { key: { number: 1, type: "string" }, value: { number: 2, type } };
}

/** proto3 leaves out scalars that are zero. An empty byte string or message that was set is kept. */
function isDefault(value: unknown): boolean {
  return value === "" || value === 0 || value === false;
}

function encodeField(number: number, type: FieldType, value: unknown): Uint8Array[] {
  if (type === "bool" || type === "int64" || type === "enum") {
    return [varint((number << 3) | VARINT), varint(Number(value))];
  }
  const body =
    type === "string"
      ? Buffer.from(value as string, "utf8")
      : type === "bytes"
        ? (value as Uint8Array)
        : encodeMessage(type, value as Fields);
  return [varint((number << 3) | LENGTH_DELIMITED), varint(body.length), body];
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

export function decodeMessage(message: Message, bytes: Uint8Array): Fields {
  const byNumber = new Map(Object.entries(message).map(([name, field]) => [field.number, { name, field }]));
  const values: Fields = {};
  const reader = new Reader(bytes);
  while (!reader.done) {
    const tag = Number(reader.varint());
    const known = byNumber.get(tag >>> 3);
    const raw = reader.raw(tag & 7);
    if (known === undefined) continue;
    const { name, field } = known;
    if (field.map === true) {
      const entry = decodeMessage(mapEntry(field.type), raw as Uint8Array);
      const entries = (values[name] ??= {}) as Fields;
      entries[String(entry["key"] ?? "")] = entry["value"];
    } else if (field.repeated === true) {
      ((values[name] ??= []) as unknown[]).push(decodeField(field.type, raw));
    } else {
      values[name] = decodeField(field.type, raw);
    }
  }
  return values;
}

function decodeField(type: FieldType, raw: bigint | Uint8Array): unknown {
  if (typeof raw === "bigint") return type === "bool" ? raw !== 0n : Number(BigInt.asIntN(64, raw));
  if (type === "string") return Buffer.from(raw).toString("utf8");
  return type === "bytes" || typeof type === "string" ? raw : decodeMessage(type, raw);
}

class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error("the message ends in the middle of a number");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  raw(wireType: number): bigint | Uint8Array {
    switch (wireType) {
      case VARINT:
        return this.varint();
      case FIXED64:
        return this.take(8);
      case LENGTH_DELIMITED:
        return this.take(Number(this.varint()));
      case FIXED32:
        return this.take(4);
      default:
        throw new Error(`wire type ${wireType} is not one of protocol buffers 3`);
    }
  }

  private take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) throw new Error("the message ends in the middle of a field");
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }
}
