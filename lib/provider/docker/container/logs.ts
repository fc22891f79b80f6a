import { doing, type DockerOperation } from "../meta";

const BOTH = { stdout: 1, stderr: 1 };
const FRAME_HEADER = 8;
const LAST_LINES = 20;

/** Waits for the end of the container, and returns what it wrote where `logs` are wanted. */
export async function attachUntilEnd(
  id: string,
  logs: boolean,
  { meta, signal }: DockerOperation,
): Promise<string | undefined> {
  const written = logs
    ? collect(meta.engine.stream("GET", `/containers/${id}/logs`, { query: { ...BOTH, follow: 1 }, signal }))
    : undefined;
  // A rejection must not go unheard while the end is being waited for.
  written?.catch(() => undefined);
  const end = meta.engine.request("POST", `/containers/${id}/wait`, { query: { condition: "not-running" }, signal });
  await doing("Unable to wait container end of execution", end);
  return written === undefined ? undefined : asLines(await written);
}

async function collect(source: Promise<NodeJS.ReadableStream>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await source) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Line by line as the real provider keeps it: with the stream headers of the engine, and ending in a newline. */
function asLines(written: Buffer): string {
  if (written.length === 0) return "";
  const lines = written.toString("utf8").replace(/\n$/, "").split("\n");
  return lines.map((line) => `${line.replace(/\r$/, "")}\n`).join("");
}

/** The last lines a container wrote, for a person. Nothing here may hide the error they explain. */
export async function lastWords(id: string, { meta, signal }: DockerOperation): Promise<string> {
  try {
    const query = { ...BOTH, tail: LAST_LINES };
    const written = await collect(meta.engine.stream("GET", `/containers/${id}/logs`, { query, signal }));
    return withoutHeaders(written).trim();
  } catch {
    return "";
  }
}

/** Without a terminal each piece has a header: stream, three zeros, length. */
function withoutHeaders(written: Buffer): string {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at + FRAME_HEADER <= written.length && written.readUInt32BE(at) <= 0x02000000) {
    const length = written.readUInt32BE(at + 4);
    pieces.push(written.subarray(at + FRAME_HEADER, at + FRAME_HEADER + length));
    at += FRAME_HEADER + length;
  }
  pieces.push(written.subarray(at));
  return Buffer.concat(pieces).toString("utf8");
}
