import { rm } from "fs/promises";
import { z } from "zod";
import type Docker from "dockerode";
import type { DeployedLab } from "../checks/deployed";
import { CheckRecord } from "../checks/record";
import type { RunOptions, Surroundings } from "../checks/runner";
import { playLab } from "../checks/scenario";
import { realSurroundings } from "../checks/surroundings";
import { type Conditions, conditions } from "../engine/conditions";
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
  const surroundings = await surroundingsOf(project, docker, lab, options.conditions);
  // Whoever is interrupted from here on leaves the lab between two steps.
  await forgetPlace(project, lab.id);
  const records = await playLab(lab, surroundings, {
    ...options,
    onStep: (done) => rememberPlace(project, lab.id, done),
  });
  await remember(project, lab.id, records, options.partly === true);
  return records;
}

/** The real machine, the real engine, and what is remembered of the time before the lab. */
export async function surroundingsOf(
  project: Project,
  docker: Docker,
  lab: Pick<DeployedLab, "id">,
  known?: Conditions,
): Promise<Surroundings> {
  const found = known ?? (await conditions(docker));
  const before = await readOwn(project.before(lab.id), z.array(z.string()));
  return realSurroundings(docker, found, before);
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
