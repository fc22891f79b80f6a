import { rm } from "fs/promises";
import { z } from "zod";
import type Docker from "dockerode";
import { needsOfCheck } from "../checks/check";
import { checksOf, type DeployedLab } from "../checks/deployed";
import { CheckRecord } from "../checks/record";
import type { RunOptions, Surroundings } from "../checks/runner";
import { playLab } from "../checks/scenario";
import { realSurroundings } from "../checks/surroundings";
import { lackingRoot, withToolbox } from "../checks/toolbox";
import { type Conditions, conditions, forwardPolicy } from "../engine/conditions";
import { readOwn, writeWhole } from "../terraform/files";
import type { Project } from "../terraform/project";

/** Time enough for a server to come up on a busy machine; a ready one is found ready at the first look. */
export const DEADLINE_MS = 10_000;

/** Runs a deployed lab's checks on the real engine, and remembers the records. */
export async function checkDeployed(
  project: Project,
  docker: Docker,
  lab: DeployedLab,
  options: RunOptions & {
    /** Only some of the lab's checks are run: what is remembered of the others stays. */
    readonly partly?: boolean;
    /** What engine and kernel offer, where that is known already. @default looked up */
    readonly conditions?: Conditions;
  },
): Promise<CheckRecord[]> {
  const play = async (surroundings: Surroundings): Promise<CheckRecord[]> => {
    // Whoever is interrupted from here on leaves the lab between two steps.
    if (lab.steps.length > 0) await forgetPlace(project, lab.id);
    return playLab(lab, surroundings, { ...options, onStep: (done) => rememberPlace(project, lab.id, done) });
  };
  const records = await withSurroundings(project, docker, lab, play, options.conditions);
  await remember(project, lab.id, records, options.partly === true);
  return records;
}

/** Works with the real machine, the real engine, and what is remembered of the time before the lab. */
export async function withSurroundings<T>(
  project: Project,
  docker: Docker,
  lab: Pick<DeployedLab, "id" | "instance"> & Partial<Pick<DeployedLab, "checks" | "steps">>,
  work: (surroundings: Surroundings) => Promise<T>,
  known?: Conditions,
): Promise<T> {
  const [found, before, lacking] = await Promise.all([
    known ?? conditions(docker),
    readOwn(project.before(lab.id), z.array(z.string())),
    lackingRoot(docker),
  ]);
  return withToolbox(docker, lab, async (execute) => {
    // An ordinary user is not told, but the toolbox is.
    const unknown = found.forwardPolicy === undefined && lacking === undefined && dependsOnForwarding(lab);
    const here = unknown ? { ...found, forwardPolicy: await forwardPolicy(execute) } : found;
    return work(realSurroundings(docker, here, before, { execute, lackingRoot: lacking }));
  });
}

function dependsOnForwarding({ checks = [], steps = [] }: Partial<Pick<DeployedLab, "checks" | "steps">>): boolean {
  const needs = checksOf({ checks, steps }).flatMap(needsOfCheck);
  return needs.some((need) => typeof need === "object" && "forwardPolicy" in need);
}

/** @param partly whether what is remembered of other checks stays */
export async function remember(
  project: Project,
  lab: string,
  records: readonly CheckRecord[],
  partly: boolean,
): Promise<void> {
  const others = partly ? await lastRecords(project, lab) : [];
  const remembered = [...others.filter(({ id }) => !records.some((one) => one.id === id)), ...records];
  await writeWhole(project.records(lab), JSON.stringify(remembered, null, 2));
}

/** How many of its steps a lab has behind it; undefined when that is not known. */
export async function placeOf(project: Project, lab: string): Promise<number | undefined> {
  return readOwn(project.place(lab), z.int().nonnegative());
}

export async function rememberPlace(project: Project, lab: string, done: number): Promise<void> {
  await writeWhole(project.place(lab), JSON.stringify(done));
}

export async function forgetPlace(project: Project, lab: string): Promise<void> {
  await rm(project.place(lab), { force: true });
}

/** The records of the last run. */
export async function lastRecords(project: Project, lab: string): Promise<CheckRecord[]> {
  return (await readOwn(project.records(lab), z.array(CheckRecord))) ?? [];
}
