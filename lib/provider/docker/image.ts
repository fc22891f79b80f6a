import type { ValueMap } from "../protocol/value";
import type { Behaviours } from "../plan/behaviour";
import type { DataSource, ManagedResource, Outcome } from "../provider";
import type { Schema } from "../protocol/schema";
import type { ImageInspect } from "./api";
import { buildBehaviours, buildImage } from "./build";
import { isDuration } from "./checks";
import { inPath } from "./engine";
import { doing, type DockerMeta, type DockerOperation } from "./meta";
import { findLocal, findOrPull } from "./pull";
import { within } from "./timeouts";
import { flag, text } from "./values";

const behaviours: Behaviours = {
  name: { forceNew: true },
  pull_triggers: { forceNew: true },
  triggers: { forceNew: true },
  platform: { default: "", forceNew: true },
  ...buildBehaviours,
  "timeouts.create": { check: isDuration },
  "timeouts.update": { check: isDuration },
  "timeouts.delete": { check: isDuration },
};

export function imageResource(schema: Schema): ManagedResource<DockerMeta> {
  return {
    schema,
    behaviours,
    create: (desired, operation) => within("create", desired, operation, (inTime) => createImage(desired, inTime)),
    read: readImage,
    update: (_, desired, operation) => within("update", desired, operation, (inTime) => updateImage(desired, inTime)),
    remove: (state, operation) => within("delete", state, operation, (inTime) => removeImage(state, inTime)),
  };
}

async function createImage(desired: ValueMap, operation: DockerOperation): Promise<Outcome> {
  await doing("Error running legacy build", buildImage(desired, operation));
  const image = await obtain(desired, operation);
  return { state: stateOf(desired, image) };
}

/** A tag may have moved meanwhile; what changes in place (whether to keep it) concerns only its end. */
async function updateImage(desired: ValueMap, operation: DockerOperation): Promise<Outcome> {
  const image = await obtain(desired, operation);
  return { state: stateOf(desired, image) };
}

function obtain(desired: ValueMap, operation: DockerOperation): Promise<ImageInspect> {
  const found = findOrPull(operation, text(desired["name"]), text(desired["platform"]));
  return doing("Unable to read Docker image into resource", found);
}

async function readImage(state: ValueMap, operation: DockerOperation): Promise<Outcome> {
  const name = text(state["name"]);
  const image = await findLocal(operation, name, "resourceDockerImageRead");
  return { state: image === undefined ? null : stateOf(state, image) };
}

function stateOf(image: ValueMap, found: ImageInspect): ValueMap {
  const name = text(image["name"]);
  return { ...image, id: found.Id + name, image_id: found.Id, repo_digest: digestOf(name, found.RepoDigests ?? []) };
}

/** The digest that belongs to the name, where the image is known to several registries. */
export function digestOf(name: string, digests: string[]): string {
  const repository = name.split(":")[0] ?? name;
  return digests.find((digest) => digests.length > 1 && digest.startsWith(repository)) ?? digests[0] ?? "";
}

async function removeImage(state: ValueMap, operation: DockerOperation): Promise<void> {
  if (flag(state["keep_locally"])) return;
  const { engine } = operation.meta;
  const name = text(state["name"]);
  const removal = async () => {
    if ((await findLocal(operation, name, "removeImage")) === undefined) return;
    const query = { force: flag(state["force_remove"]) ? 1 : undefined, noprune: 1 };
    await engine.request("DELETE", `/images/${inPath(name)}`, { query, signal: operation.signal });
  };
  await doing("Unable to remove Docker image", removal());
}

export function imageDataSource(schema: Schema): DataSource<DockerMeta> {
  return {
    schema,
    behaviours: {},
    read: async (config, operation) => {
      const name = text(config["name"]);
      const image = await findLocal(operation, name, "dataSourceDockerImageRead");
      if (image === undefined) throw new Error(`did not find docker image '${name}'`);
      return { id: image.Id, name, repo_digest: digestOf(name, image.RepoDigests ?? []) };
    },
  };
}
