import { readFile } from "node:fs/promises";
import type { Value, ValueMap } from "../../protocol/value";
import type { DockerOperation } from "../meta";
import { resolvePath } from "../paths";
import { blocks, flag, text } from "../values";
import { whyUnread } from "../unread";
import { tarArchive, type TarEntry } from "../tar";

/** The files to be put into a container, as one archive to unpack at its root; `undefined` if there are none. */
export async function uploadArchive(
  uploads: Value | undefined,
  operation: DockerOperation,
): Promise<Buffer | undefined> {
  const entries: TarEntry[] = [];
  for (const upload of blocks(uploads)) {
    entries.push({ name: text(upload["file"]), mode: modeOf(upload), content: await contentOf(upload, operation) });
  }
  return entries.length === 0 ? undefined : tarArchive(entries);
}

async function contentOf(upload: ValueMap, operation: DockerOperation): Promise<Buffer> {
  const { content, content_base64: base64, source } = upload;
  const given = [content, base64, source].filter((value) => text(value) !== "").length;
  if (given === 0) {
    throw new Error("error with upload content: one of 'content', 'content_base64', or 'source' must be set");
  }
  if (given > 1) {
    throw new Error("error with upload content: only one of 'content', 'content_base64', or 'source' can be set");
  }
  if (text(content) !== "") return Buffer.from(text(content));
  if (text(base64) !== "") return Buffer.from(text(base64), "base64");
  const file = resolvePath(text(source), "upload.source", operation);
  try {
    return await readFile(file);
  } catch (problem) {
    throw new Error(`could not read file: ${whyUnread(file, problem)}`, { cause: problem });
  }
}

function modeOf(upload: ValueMap): number {
  const permissions = text(upload["permissions"]);
  if (permissions !== "") return Number.parseInt(permissions, 8);
  return flag(upload["executable"]) ? 0o744 : 0o644;
}
