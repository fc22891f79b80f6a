import type { Check } from "../checks/check";
import { checksOf, type DeployedLab } from "../checks/deployed";
import { settingsFrom } from "../constructs/settings";
import { LABS } from "../labs/catalogue";
import { nearest } from "../topology/nearest";
import { Refusal } from "../topology/refusal";
import { labsMeant, ownOf } from "./own-labs";
import type { Session } from "./session";

/** Labs as their code describes them, whether or not they are up; all of the project's when none is named. */
export async function describedLabs(
  { project, environment }: Session,
  names: readonly string[],
): Promise<DeployedLab[]> {
  const wanted = names.length === 0 ? LABS : await labsMeant(project, names);
  const { createApp } = await import("../labs");
  const { labs } = createApp(environment, settingsFrom(environment, project.folder), project.output, ownOf(wanted));
  const described = labs.map((stack) => stack.describe());
  return wanted.flatMap(({ id }) => described.find((lab) => lab.id === id) ?? []);
}

/** @throws Refusal with the nearest id, when there is no such check */
export function checkNamed(labs: readonly DeployedLab[], id: string): Check {
  const checks = labs.flatMap(checksOf);
  const check = checks.find((one) => one.id === id);
  if (check !== undefined) return check;
  const guess = nearest(
    id,
    checks.map((one) => one.id),
  );
  throw new Refusal("check", `there is no check ${JSON.stringify(id)}; npx lab checks lists them`, guess);
}
