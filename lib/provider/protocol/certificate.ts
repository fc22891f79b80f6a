import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

/**
 * A self-signed certificate for the one connection between Terraform and this process. Node can sign but not issue
 * certificates, and what is needed is a fixed form of a few fields: so the few lines of DER are written here.
 */
export interface Certificate {
  key: string;
  /** PEM, for the server. */
  cert: string;
  /** DER in base64 without padding, for the handshake line. */
  handshake: string;
}

const VALID_DAYS = 2;
const DAY = 24 * 60 * 60 * 1000;

export function issueCertificate(now: Date = new Date()): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const body = certificateBody(publicKey, now);
  const signature = sign("sha256", body, privateKey);
  const der = sequence(body, sequence(OID.ecdsaWithSha256), bitString(signature));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
    handshake: der.toString("base64").replace(/=+$/, ""),
  };
}

const TAG = { boolean: 1, integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, time: 23, sequence: 0x30, set: 0x31 };

const OID = {
  commonName: oid("550403"),
  keyUsage: oid("551d0f"),
  subjectAlternativeName: oid("551d11"),
  basicConstraints: oid("551d13"),
  extendedKeyUsage: oid("551d25"),
  serverAuth: oid("2b06010505070301"),
  clientAuth: oid("2b06010505070302"),
  ecdsaWithSha256: oid("2a8648ce3d040302"),
};

function certificateBody(publicKey: KeyObject, now: Date): Buffer {
  const name = sequence(der(TAG.set, sequence(OID.commonName, der(TAG.utf8, Buffer.from("localhost")))));
  return sequence(
    context(0, der(TAG.integer, Buffer.from([2]))), // version 3
    der(TAG.integer, positive(randomBytes(16))),
    sequence(OID.ecdsaWithSha256),
    name,
    sequence(utcTime(new Date(now.getTime() - DAY)), utcTime(new Date(now.getTime() + VALID_DAYS * DAY))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    context(3, sequence(...extensions())),
  );
}

function extensions(): Buffer[] {
  const yes = der(TAG.boolean, Buffer.from([0xff]));
  // digitalSignature and keyCertSign: it is its own authority.
  const usage = der(TAG.bits, Buffer.from([2, 0b10000100]));
  const dnsName = der(0x82, Buffer.from("localhost"));
  return [
    extension(OID.keyUsage, usage, true),
    extension(OID.extendedKeyUsage, sequence(OID.clientAuth, OID.serverAuth), false),
    extension(OID.basicConstraints, sequence(yes), true),
    extension(OID.subjectAlternativeName, sequence(dnsName), false),
  ];
}

function extension(id: Buffer, value: Buffer, critical: boolean): Buffer {
  const mark = critical ? [der(TAG.boolean, Buffer.from([0xff]))] : [];
  return sequence(id, ...mark, der(TAG.octets, value));
}

function der(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(TAG.sequence, Buffer.concat(parts));
}

function context(number: number, content: Buffer): Buffer {
  return der(0xa0 | number, content);
}

function bitString(bits: Buffer): Buffer {
  return der(TAG.bits, Buffer.concat([Buffer.from([0]), bits]));
}

function oid(hex: string): Buffer {
  return der(TAG.oid, Buffer.from(hex, "hex"));
}

function positive(bytes: Buffer): Buffer {
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function utcTime(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(TAG.time, Buffer.from(`${text}Z`));
}
