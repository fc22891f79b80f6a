import { z } from "zod";
import type Docker from "dockerode";
import type { DeployedLab } from "../checks/deployed";
import { CheckRecord } from "../checks/record";
import { type RunOptions, runChecks } from "../checks/runner";
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
  const found = options.conditions ?? (await conditions(docker));
  const before = await readOwn(project.before(lab.id), z.array(z.string()));
  const records = await runChecks(lab.id, lab.checks, realSurroundings(docker, found, before), options);
  const others = options.partly === true ? await lastRecords(project, lab.id) : [];
  const remembered = [...others.filter(({ id }) => !records.some((one) => one.id === id)), ...records];
  await writeWhole(project.records(lab.id), JSON.stringify(remembered, null, 2));
  return records;
}

/** The records of the last run. */
export async function lastRecords(project: Project, lab: string): Promise<CheckRecord[]> {
  return (await readOwn(project.records(lab), z.array(CheckRecord))) ?? [];
}
