import { messageOf } from "../protocol/diagnostic";
import type { Behaviours } from "../plan/behaviour";
import type { Schema } from "../protocol/schema";
import type { ValueMap } from "../protocol/value";
import type { ManagedResource, Outcome } from "../provider";
import type { VolumeInspect } from "./api";
import { EngineError, poll } from "./engine";
import { doing, type DockerMeta, type DockerOperation } from "./meta";
import { filled, labelBlocks, labelMap, text, textMap } from "./values";

const FORCE_NEW = { forceNew: true };

const behaviours: Behaviours = {
  name: FORCE_NEW,
  driver: FORCE_NEW,
  driver_opts: FORCE_NEW,
  labels: FORCE_NEW,
  "labels.label": FORCE_NEW,
  "labels.value": FORCE_NEW,
};

export function volumeResource(schema: Schema): ManagedResource<DockerMeta> {
  return {
    schema,
    behaviours,
    create: createVolume,
    read: readVolume,
    remove: removeVolume,
    discard: removeVolume,
    importable: true,
  };
}

async function createVolume(desired: ValueMap, { meta }: DockerOperation): Promise<Outcome> {
  const body = filled({
    Name: text(desired["name"]),
    Driver: text(desired["driver"]),
    DriverOpts: textMap(desired["driver_opts"]),
    Labels: labelMap(desired["labels"]),
  });
  // Not cut short: a volume whose name nobody got to know would be left behind.
  const creation = meta.engine.request<VolumeInspect>("POST", "/volumes/create", { body });
  return { state: stateOf(desired, await doing("Unable to create volume", creation)) };
}

async function readVolume(state: ValueMap, { meta, signal }: DockerOperation): Promise<Outcome> {
  try {
    const path = `/volumes/${encodeURIComponent(text(state["id"]))}`;
    return { state: stateOf(state, await meta.engine.request<VolumeInspect>("GET", path, { signal })) };
  } catch (problem) {
    if (problem instanceof EngineError && problem.notFound) return { state: null };
    const why = messageOf(problem);
    throw new Error(`Unable to inspect volume: ${why}`, { cause: problem });
  }
}

function stateOf(volume: ValueMap, found: VolumeInspect): ValueMap {
  return {
    ...volume,
    id: found.Name,
    name: found.Name,
    labels: labelBlocks(found.Labels),
    driver: found.Driver,
    driver_opts: found.Options ?? {},
    mountpoint: found.Mountpoint,
  };
}

const IN_USE = { every: 250, within: 30_000 };

async function removeVolume(state: ValueMap, { meta, signal }: DockerOperation): Promise<void> {
  const removed = await poll(
    async () => {
      try {
        await meta.engine.request("DELETE", `/volumes/${encodeURIComponent(text(state["id"]))}`, {
          query: { force: 1 },
          signal,
        });
        return true;
      } catch (problem) {
        if (problem instanceof EngineError && problem.notFound) return true;
        if (problem instanceof EngineError && /volume is in use/i.test(problem.message)) return undefined;
        throw problem;
      }
    },
    { ...IN_USE, signal },
  );
  if (removed !== true) {
    throw new Error("timeout while waiting for state to become 'removed' (last state: 'in_use', timeout: 30s)");
  }
}
