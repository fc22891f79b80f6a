import type { Command } from "commander";
import { exitCodeOf } from "../../checks/record";
import { playStep } from "../../checks/scenario";
import { actionLines } from "../../checks/step";
import { report, summary } from "../../report/text";
import { Refusal } from "../../topology/refusal";
import { DEADLINE_MS, forgetPlace, placeOf, remember, rememberPlace, withSurroundings } from "../check-deployed";
import { reachedEngine } from "../engine";
import { withExamples } from "../options";
import { labWithSteps, nextStep, titleOf } from "../scenario";
import type { Session } from "../session";

/** `lab step`: one step of a lab at a time, for those who learn and teach. */
export function stepCommand(program: Command, session: Session): void {
  const command = program
    .command("step <lab>")
    .description("do the next step of a lab, show the command that does it, and check what it leads to")
    .action(async (name: string) => {
      process.exitCode = await step(session, name);
    });
  withExamples(command, [
    ["npx lab reset port-conflict", "back to the beginning (after lab up, all steps are done)"],
    ["npx lab step port-conflict", "the next step"],
  ]);
}

async function step(session: Session, name: string): Promise<number> {
  const { project, print } = session;
  const lab = await labWithSteps(session, name, "step");
  const done = await placeOf(project, lab.id);
  if (done === undefined) {
    throw new Refusal("lab step", "where the lab stands is not known; from the beginning", `npx lab reset ${name}`);
  }
  const next = lab.steps[done];
  if (next === undefined) {
    throw new Refusal("lab step", `all steps of ${lab.id} are done; from the beginning`, `npx lab reset ${name}`);
  }
  const docker = await reachedEngine(session);
  print(`${session.style.strong(titleOf(lab.steps, done))}: ${next.what}\n${next.why}`);
  print(
    actionLines(next)
      .map((line) => `  $ ${line}`)
      .join("\n"),
  );
  // Whoever is interrupted from here on leaves the lab between two steps.
  await forgetPlace(project, lab.id);
  const played = await withSurroundings(project, docker, lab, (surroundings) =>
    playStep(lab, next, surroundings, { deadlineMs: DEADLINE_MS }),
  );
  if (played.done) await rememberPlace(project, lab.id, done + 1);
  await remember(project, lab.id, played.records, true);
  print(`${report(played.records, session.style)}\n${summary(played.records)}\n`);
  print(played.done ? nextStep(lab, done + 1) : `back to the beginning: npx lab reset ${name}`);
  return exitCodeOf(played.records);
}
