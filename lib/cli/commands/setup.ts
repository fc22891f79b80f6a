import type { Command } from "commander";
import { type LabEntry, labNamed, NESTED_HOST } from "../../labs/catalogue";
import { machine, setUp, stopEngine } from "../../setup";
import { layMirror } from "../mirror";
import { option, withExamples } from "../options";
import type { Session } from "../session";

/** `lab setup`: finds what the labs need, and brings the rest. */
export function setupCommand(program: Command, session: Session): void {
  const command = program
    .command("setup [labs...]")
    .description("find what the labs need, and bring the rest; for labs of several hosts, name them")
    .addOption(option("--stop-engine", "end the engine that set-up started, and no other"))
    .action(async (labs: string[], { stopEngine: stop }: { stopEngine?: boolean }) => {
      process.exitCode =
        stop === true
          ? await end(session)
          : await bring(
              session,
              labs.map((lab) => (lab === NESTED_HOST.id ? NESTED_HOST : labNamed(lab))),
            );
    });
  withExamples(command, [
    ["npx lab setup", "brings what is missing, and says so"],
    ["npx lab setup overlay", "also the image of the throw-away engines that this lab runs"],
    ["npx lab setup nested", "that image, for labs on a throw-away host (--on nested)"],
    ["LAB_SETUP=check npx lab setup", "only looks"],
    ["npx lab setup --stop-engine", "ends the engine that set-up started"],
  ]);
}

async function bring({ project, environment }: Session, labs: readonly LabEntry[]): Promise<number> {
  const engines = labs.some((lab) => lab.engines === true);
  const report = await setUp(machine({ project: project.folder, environment }), { engines });
  if (report.providers?.kind === "embedded") await layMirror(project);
  return report.ready ? 0 : 3;
}

async function end({ project, environment, print }: Session): Promise<number> {
  const { stopped, sentence } = await stopEngine(machine({ project: project.folder, environment }));
  print(sentence);
  return stopped ? 0 : 3;
}
