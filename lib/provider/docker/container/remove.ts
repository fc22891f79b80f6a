import type { ValueMap } from "../../protocol/value";
import { EngineError } from "../engine";
import { doing, type DockerOperation } from "../meta";
import { flag, number, text } from "../values";

/** Stops and removes a container. One that is gone already is no error, whoever removed it. */
export async function removeContainer(state: ValueMap, { meta, signal }: DockerOperation): Promise<void> {
  const id = text(state["id"]);
  const { engine } = meta;
  if (!flag(state["attach"])) {
    const grace = number(state["destroy_grace_seconds"]);
    const stopping = engine.request("POST", `/containers/${id}/stop`, { query: { t: Math.max(grace, 0) }, signal });
    await doing(`Error stopping container ${id}`, ignoring(GONE, stopping));
  }
  const query = { v: flag(state["remove_volumes"]) ? 1 : undefined, force: 1 };
  const removal = engine.request("DELETE", `/containers/${id}`, { query, signal });
  await doing(`Error deleting container ${id}`, ignoring(GONE_OR_GOING, removal));
  if (!flag(state["rm"])) return;
  // The engine removes it by itself, which takes its time.
  const end = engine.request("POST", `/containers/${id}/wait`, { query: { condition: "removed" }, signal });
  await doing(`Error waiting for container removal '${id}'`, ignoring(GONE_OR_GOING, end));
}

const GONE = /No such container/i;
const GONE_OR_GOING = /No such container|is already in progress/i;

async function ignoring(pattern: RegExp, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (problem) {
    if (!(problem instanceof EngineError) || !pattern.test(problem.message)) throw problem;
  }
}
