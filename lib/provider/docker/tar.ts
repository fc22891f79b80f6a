/** A file in a tar archive. */
export interface TarEntry {
  name: string;
  mode: number;
  content: Buffer;
}

const BLOCK = 512;
const NAME_LENGTH = 100;
const REGULAR_FILE = "0";
const EXTENDED_HEADER = "x";

/** A tar archive of regular files, small enough to hold in memory: uploads are configuration, not data. */
export function tarArchive(entries: TarEntry[], now: Date = new Date()): Buffer {
  const end = Buffer.alloc(2 * BLOCK);
  return Buffer.concat([...entries.flatMap((entry) => tarEntry(entry, now)), end]);
}

function tarEntry({ name, mode, content }: TarEntry, now: Date): Buffer[] {
  const stripped = name.replace(/^\/+/, "");
  const long = Buffer.byteLength(stripped) > NAME_LENGTH;
  return [
    ...(long ? member("long-name", 0o644, EXTENDED_HEADER, paxRecord("path", stripped), now) : []),
    ...member(stripped, mode, REGULAR_FILE, content, now),
  ];
}

function member(name: string, mode: number, kind: string, content: Buffer, now: Date): Buffer[] {
  const padding = (BLOCK - (content.length % BLOCK)) % BLOCK;
  return [header(name, mode, kind, content.length, now), content, Buffer.alloc(padding)];
}

function header(name: string, mode: number, kind: string, size: number, now: Date): Buffer {
  const block = Buffer.alloc(BLOCK);
  Buffer.from(name).copy(block, 0, 0, NAME_LENGTH);
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
  octal(mode, 100, 8);
  octal(0, 108, 8); // owner
  octal(0, 116, 8); // group
  octal(size, 124, 12);
  octal(Math.floor(now.getTime() / 1000), 136, 12);
  block.write(" ".repeat(8), 148, "latin1"); // the checksum counts as blanks while it is computed
  block.write(kind, 156, "latin1");
  block.write("ustar\0" + "00", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** "LENGTH KEY=VALUE\n", where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes;
  while (bytes + String(length).length !== length) length = bytes + String(length).length;
  return Buffer.from(`${length}${rest}`);
}
