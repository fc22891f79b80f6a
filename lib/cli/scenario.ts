import type { DeployedLab } from "../checks/deployed";
import { actionLines } from "../checks/step";
import { readState } from "../terraform/state";
import { Refusal } from "../topology/refusal";
import { labsMeant } from "./own-labs";
import type { Session } from "./session";

/**
 * A lab that is up and has steps.
 * @throws Refusal where it is not up, or has none
 */
export async function labWithSteps({ project }: Session, name: string, verb: string): Promise<DeployedLab> {
  const [{ id } = { id: name }] = await labsMeant(project, [name]);
  const { lab } = await readState(project.state(id), id);
  if (lab === undefined) throw new Refusal(`lab ${verb}`, `${id} is not up; first`, `npx lab up ${name}`);
  if (lab.steps.length > 0) return lab;
  throw new Refusal(`lab ${verb}`, `${id} has no steps: it is as it is; its checks`, `npx lab check ${name}`);
}

/** What comes next, as a person reads it. */
export function nextStep({ id, steps }: DeployedLab, done: number): string {
  const step = steps[done];
  if (step === undefined) return `end   all steps are done; back to the beginning: npx lab reset ${id}`;
  return [
    `next  ${titleOf(steps, done)}: ${step.what}`,
    ...actionLines(step).map((line) => `      $ ${line}`),
    `      npx lab step ${id}`,
  ].join("\n");
}

/** `step 1 of 2, kill-web1` */
export function titleOf(steps: DeployedLab["steps"], index: number): string {
  return `step ${String(index + 1)} of ${String(steps.length)}, ${steps[index]?.name ?? ""}`;
}
