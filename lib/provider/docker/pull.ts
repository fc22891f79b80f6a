import { messageOf } from "../protocol/diagnostic";
import type { ImageInspect } from "./api";
import { EngineError, inPath } from "./engine";
import type { DockerOperation, RegistryAuth } from "./meta";

/**
 * The local image of that name, if there is one.
 * @param asker who looks, which an error begins with
 */
export async function findLocal(
  { meta, signal }: DockerOperation,
  name: string,
  asker: string,
): Promise<ImageInspect | undefined> {
  try {
    return await meta.engine.request<ImageInspect>("GET", `/images/${inPath(name)}/json`, { signal });
  } catch (problem) {
    if (problem instanceof EngineError && problem.notFound) return undefined;
    const why = messageOf(problem);
    // Worded as the real provider, which asks for a list first: so that fails where there is no engine.
    const answered = problem instanceof EngineError && problem.status !== undefined;
    const what = answered
      ? `${asker}: error looking up local image ${JSON.stringify(name)}: unable to inspect image ${name}`
      : "unable to list Docker images";
    throw new Error(`${what}: ${why}`, { cause: problem });
  }
}

/** The image of that name: the local one, else it is pulled. */
export async function findOrPull(operation: DockerOperation, name: string, platform = ""): Promise<ImageInspect> {
  if (name === "") throw new Error("empty image name is not allowed");
  const local = await findLocal(operation, name, "findImage1");
  if (local !== undefined) return local;
  const complaint = await pull(operation, name, platform);
  const pulled = await findLocal(operation, name, "findImage2");
  if (pulled !== undefined) return pulled;
  throw new Error(`unable to find or pull image ${name}${complaint === undefined ? "" : `: ${complaint}`}`);
}

/** Pulls, and returns what the engine complained about in the middle of it, if anything. */
async function pull({ meta, signal }: DockerOperation, name: string, platform: string): Promise<string | undefined> {
  try {
    const { repository, tag, registry } = parseName(name);
    const progress = await meta.engine.stream("POST", "/images/create", {
      query: { fromImage: repository, tag, ...(platform === "" ? {} : { platform }) },
      headers: { "X-Registry-Auth": encodeAuth(meta.registries.get(registry)) },
      signal,
    });
    return await complaintIn(progress);
  } catch (problem) {
    const why = messageOf(problem);
    throw new Error(`unable to pull image ${name}: error pulling image ${name}: ${why}`, { cause: problem });
  }
}

/** The engine answers 200 and then tells in the stream that it failed. */
async function complaintIn(progress: NodeJS.ReadableStream): Promise<string | undefined> {
  let rest = "";
  let complaint: string | undefined;
  for await (const chunk of progress) {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) complaint = errorOf(line) ?? complaint;
  }
  return errorOf(rest) ?? complaint;
}

function errorOf(line: string): string | undefined {
  if (!line.includes('"error"')) return undefined;
  try {
    const { error } = JSON.parse(line) as { error?: unknown };
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}

export function encodeAuth(auth: RegistryAuth | undefined): string {
  return Buffer.from(JSON.stringify(auth ?? {}))
    .toString("base64")
    .replace(/\+/g, "-")
    .replace(/\//g, "_");
}

interface ImageName {
  /** What the engine takes as fromImage. */
  repository: string;
  /** A tag or a digest. */
  tag: string;
  /** Whose credentials count. */
  registry: string;
}

const DOCKER_HUB = "registry-1.docker.io";

export function parseName(name: string): ImageName {
  const [untagged, digest] = splitOnce(name, name.indexOf("@"));
  const colon = untagged.indexOf(":", untagged.lastIndexOf("/") + 1);
  const [repository, tag] = splitOnce(untagged, colon);
  return { repository, tag: digest || tag || "latest", registry: registryOf(repository) };
}

function splitOnce(text: string, at: number): [string, string] {
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function registryOf(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  const looksLikeHost = /[.:]/.test(first) || first === "localhost";
  return rest.length > 1 || (rest.length === 1 && looksLikeHost) ? first : DOCKER_HUB;
}
