import type Docker from "dockerode";
import type { Project } from "../terraform/project";
import type { DeployedLab } from "../checks/deployed";
import { leftovers } from "../checks/leftovers";
import { withToolbox } from "../checks/toolbox";
import { lookForBelongings } from "../checks/world";
import { forgetEngines } from "./nested-engines";
import { clearRemotes } from "./remote-engines";
import { removeLabelled } from "./remove-labelled";
import { traces } from "./traces";
import { removeWires } from "./wires";

/** What came of clearing up behind a lab. */
export interface ClearedUp {
  /** What only the labels knew, and is removed now. */
  readonly removed: readonly string[];
  /** What is still there, in words for a person; empty when the lab has vanished. */
  readonly left: readonly string[];
}

/** Removes what carries a lab's labels and no state knows, and looks whether anything is left of the lab. */
export async function clearUp(
  project: Project,
  docker: Docker,
  lab: Pick<DeployedLab, "id" | "instance" | "engines" | "networks" | "servers" | "remotes">,
): Promise<ClearedUp> {
  const removed = await removeLabelled(docker, lab);
  const there = await clearRemotes(lab);
  await forgetEngines(project, lab);
  // What an ordinary user looks with carries the lab's labels, too: it is gone before the engine is asked for those.
  const found = await withToolbox(docker, lab, async (execute) => {
    await removeWires(lab.remotes, execute);
    return traces(lab, execute);
  });
  return {
    removed: [...removed, ...there.removed],
    left: [...leftovers(lab, await lookForBelongings(docker), found), ...there.left],
  };
}
