import type { Command } from "commander";
import { reset } from "../../checks/scenario";
import { Unfit } from "../../topology/refusal";
import { forgetPlace, rememberPlace, withSurroundings } from "../check-deployed";
import { reachedEngine } from "../engine";
import { withExamples } from "../options";
import { labWithSteps, nextStep } from "../scenario";
import type { Session } from "../session";

/** `lab reset`: a lab with steps, as it is before the first. */
export function resetCommand(program: Command, session: Session): void {
  const command = program
    .command("reset <lab>")
    .description("bring a lab with steps back to its beginning")
    .action(async (name: string) => {
      await backToBeginning(session, name);
    });
  withExamples(command, [["npx lab reset port-conflict", "then npx lab step port-conflict, one step at a time"]]);
}

async function backToBeginning(session: Session, name: string): Promise<void> {
  const { project } = session;
  const lab = await labWithSteps(session, name, "reset");
  const docker = await reachedEngine(session);
  await forgetPlace(project, lab.id);
  const trouble = await withSurroundings(project, docker, lab, (surroundings) => reset(lab, surroundings));
  if (trouble !== undefined) throw new Unfit(trouble, `Terraform mends what is missing: npx lab up ${name}`);
  await rememberPlace(project, lab.id, 0);
  session.print(`${session.style.strong(lab.id)} is at its beginning`);
  session.print(nextStep(lab, 0));
}
