import { inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** The offset of the record that ends an archive: the last thing in it, but for a comment. */
function endOfDirectory(archive: Buffer): number {
  for (let offset = archive.length - 22; offset >= 0; offset--) {
    if (archive.readUInt32LE(offset) === END_OF_DIRECTORY) return offset;
  }
  throw new Error("this is not a zip archive");
}

/** One file out of a zip archive: what a release of Terraform comes in. No archive larger than 4 GB. */
export function unzip(archive: Buffer, name: string): Buffer {
  const end = endOfDirectory(archive);
  const count = archive.readUInt16LE(end + 10);
  let entry = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count && archive.readUInt32LE(entry) === DIRECTORY_ENTRY; index++) {
    const lengths = [28, 30, 32].map((field) => archive.readUInt16LE(entry + field));
    const nameEnd = entry + 46 + (lengths[0] ?? 0);
    if (archive.toString("utf8", entry + 46, nameEnd) === name) return content(archive, entry);
    entry = nameEnd + (lengths[1] ?? 0) + (lengths[2] ?? 0);
  }
  throw new Error(`the archive holds no ${name}`);
}

function content(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + size);
  if (method === STORED) return Buffer.from(packed);
  if (method === DEFLATED) return inflateRawSync(packed);
  throw new Error(`the archive is packed with method ${method}, which is neither stored nor deflated`);
}
