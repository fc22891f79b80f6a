import { toDiagnostic } from "../../protocol/diagnostic";
import type { Schema } from "../../protocol/schema";
import type { ValueMap } from "../../protocol/value";
import type { ManagedResource, Notes, Outcome } from "../../provider";
import { meaningOf } from "../../plan/meaning";
import { doing, type DockerMeta, type DockerOperation } from "../meta";
import { flag, text } from "../values";
import { containerBehaviours } from "./behaviours";
import { createContainer } from "./create";
import { inspect } from "./inspect";
import { removeContainer } from "./remove";
import { updateRequest } from "./request";
import { containerState } from "./state";

export function containerResource(schema: Schema): ManagedResource<DockerMeta> {
  return {
    schema,
    behaviours: containerBehaviours,
    create: createContainer,
    read: readContainer,
    update: updateContainer,
    remove: removeContainer,
    discard: removeContainer,
    replacesBecause,
    importable: true,
  };
}

/** Noted with the state of a container that should run and does not. */
const STOPPED: Notes = { stopped: true };

/**
 * A container that must run and does not is replaced. The real provider removes it while it refreshes, so that a plan
 * destroys what the user might want to look at; here that waits for the apply. One that never ran has nothing to show
 * and is removed at once, as there.
 */
async function readContainer(state: ValueMap, operation: DockerOperation, notes: Notes): Promise<Outcome> {
  const found = await inspect(text(state["id"]), operation);
  // By its name or the beginning of its id no container is imported.
  if (found === undefined || found.Id !== state["id"]) return { state: null };
  const read = containerState(state, found);
  // A state that was saved with the container stopped says must_run = false, although true was asked for.
  const noted = notes["stopped"] === true;
  if (found.State.Running) return { state: noted ? { ...read, must_run: true } : read };
  if (!flag(state["must_run"]) && !noted) return { state: read };
  if (found.State.Status === "created") {
    await removeContainer(state, operation);
    return { state: null };
  }
  return { state: { ...read, must_run: false }, notes: STOPPED };
}

function replacesBecause(notes: Notes, planned: ValueMap): string[] {
  return notes["stopped"] === true && flag(planned["must_run"]) ? ["must_run"] : [];
}

/** What the engine can change on a container that is there. Other changes in place concern only the provider. */
const CHANGEABLE = ["restart", "max_retry_count", "cpu_shares", "memory", "cpu_set", "memory_swap"];

async function updateContainer(prior: ValueMap, desired: ValueMap, operation: DockerOperation): Promise<Outcome> {
  const changed = CHANGEABLE.some((name) => meaningOf(prior[name] ?? null) !== meaningOf(desired[name] ?? null));
  if (!changed) return { state: desired };
  try {
    const update = operation.meta.engine.request("POST", `/containers/${text(desired["id"])}/update`, {
      body: updateRequest(desired),
      signal: operation.signal,
    });
    await doing("Unable to update a container", update);
    return { state: desired };
  } catch (problem) {
    // As with the real provider the state says what was wanted; the next refresh sets it right.
    return { state: desired, problems: [toDiagnostic(problem)] };
  }
}
