import { stat } from "node:fs/promises";
import path from "node:path";
import type { Behaviours } from "../plan/behaviour";
import type { ValueMap } from "../protocol/value";
import type { DockerOperation } from "./meta";
import { resolvePath } from "./paths";
import { blocks, filled, flag, number, text, textMap, texts } from "./values";

const FORCE_NEW = { forceNew: true };
const REFUSED = { refused: true };

function forceNew(...names: string[]): Behaviours {
  return Object.fromEntries(names.map((name) => [`build.${name}`, FORCE_NEW]));
}

/** Building goes by the engine's classic builder. What only BuildKit or Windows knows is refused. */
export const buildBehaviours: Behaviours = {
  build: { conflictsWith: ["pull_triggers"] },
  "build.dockerfile": { ...FORCE_NEW, default: "Dockerfile" },
  "build.remove": { default: true },
  ...forceNew("context", "suppress_output", "remote_context", "no_cache", "force_remove", "pull_parent"),
  ...forceNew("cpu_set_cpus", "cpu_set_mems", "cpu_shares", "cpu_quota", "cpu_period", "memory", "memory_swap"),
  ...forceNew("cgroup_parent", "network_mode", "shm_size", "build_args", "labels", "squash", "cache_from"),
  ...forceNew("security_opt", "extra_hosts", "target", "platform"),
  ...forceNew("ulimit.name", "ulimit.hard", "ulimit.soft"),
  "build.secrets": REFUSED,
  "build.builder": { ...FORCE_NEW, ...REFUSED },
  "build.session_id": { ...FORCE_NEW, ...REFUSED },
  "build.build_id": { ...FORCE_NEW, ...REFUSED },
  "build.version": { ...FORCE_NEW, ...REFUSED },
  "build.build_log_file": { ...FORCE_NEW, ...REFUSED },
  "build.label": REFUSED,
  "build.isolation": { ...FORCE_NEW, ...REFUSED },
};

/** Builds the image under its name and further tags, where a `build` block says how. */
export async function buildImage(desired: ValueMap, operation: DockerOperation): Promise<void> {
  const build = blocks(desired["build"])[0];
  if (build === undefined) return;
  const context = resolvePath(text(build["context"]), "build.context", operation);
  await mustBeFolder(context);
  const dockerfile = withinContext(context, text(build["dockerfile"]));
  const progress = await operation.meta.engine.build(context, options(desired, build, dockerfile), operation.signal);
  await untilBuilt(progress);
}

async function mustBeFolder(context: string): Promise<void> {
  const found = await stat(context).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new Error(`unable to prepare context: path "${context}" not found`);
}

/** As the engine wants it: seen from the context, which an absolute path may lie in too. */
function withinContext(context: string, dockerfile: string): string {
  const relative = path.relative(context, path.resolve(context, dockerfile));
  if (!relative.startsWith(`..${path.sep}`)) return relative;
  throw new Error(
    `build.dockerfile: '${dockerfile}' lies outside of the context '${context}', ` +
      "which is not implemented by the embedded provider; use the registry's, or put it inside",
  );
}

function options(desired: ValueMap, build: ValueMap, dockerfile: string): Record<string, unknown> {
  return {
    t: [text(desired["name"]), ...texts(build["tag"])],
    rm: flag(build["remove"]),
    ...filled({
      dockerfile,
      q: flag(build["suppress_output"]),
      remote: text(build["remote_context"]),
      nocache: flag(build["no_cache"]),
      forcerm: flag(build["force_remove"]),
      pull: flag(build["pull_parent"]) ? "1" : "",
      cpusetcpus: text(build["cpu_set_cpus"]),
      cpusetmems: text(build["cpu_set_mems"]),
      cpushares: number(build["cpu_shares"]),
      cpuquota: number(build["cpu_quota"]),
      cpuperiod: number(build["cpu_period"]),
      memory: number(build["memory"]),
      memswap: number(build["memory_swap"]),
      cgroupparent: text(build["cgroup_parent"]),
      networkmode: text(build["network_mode"]),
      shmsize: number(build["shm_size"]),
      ulimits: blocks(build["ulimit"]).map((limit) => ({
        Name: text(limit["name"]),
        Hard: number(limit["hard"]),
        Soft: number(limit["soft"]),
      })),
      buildargs: textMap(build["build_args"]),
      labels: textMap(build["labels"]),
      squash: flag(build["squash"]),
      cachefrom: texts(build["cache_from"]),
      securityopt: texts(build["security_opt"]),
      extrahosts: texts(build["extra_hosts"]),
      target: text(build["target"]),
      platform: text(build["platform"]),
      registryconfig: registryConfig(build),
    }),
  };
}

function registryConfig(build: ValueMap): Record<string, object> {
  return Object.fromEntries(
    blocks(build["auth_config"]).map((auth) => [
      text(auth["host_name"]),
      filled({
        username: text(auth["user_name"]),
        password: text(auth["password"]),
        auth: text(auth["auth"]),
        email: text(auth["email"]),
        serveraddress: text(auth["server_address"]),
        identitytoken: text(auth["identity_token"]),
        registrytoken: text(auth["registry_token"]),
      }),
    ]),
  );
}

/** The engine tells in its progress that a build failed; what it told before that is what a person needs. */
async function untilBuilt(progress: NodeJS.ReadableStream): Promise<void> {
  let received = "";
  for await (const chunk of progress) received += chunk.toString();
  const messages = received.split(/\r?\n/).filter(Boolean).map(parseMessage);
  if (!messages.some(({ error }) => error !== undefined)) return;
  const told = messages.map(({ stream, error }) => error ?? stream ?? "").join("");
  throw new Error(`unable to build image\n\n${told.trim()}`);
}

function parseMessage(line: string): { stream?: string; error?: string } {
  try {
    return JSON.parse(line) as { stream?: string; error?: string };
  } catch {
    return { stream: `${line}\n` };
  }
}
