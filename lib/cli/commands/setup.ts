import type { Command } from "commander";
import { machine, setUp, stopEngine } from "../../setup";
import { layMirror } from "../mirror";
import { option, withExamples } from "../options";
import type { Session } from "../session";

/** `lab setup`: finds what the labs need, and brings the rest. */
export function setupCommand(program: Command, session: Session): void {
  const command = program
    .command("setup")
    .description("find what the labs need, and bring the rest")
    .addOption(option("--stop-engine", "end the engine that set-up started, and no other"))
    .action(async ({ stopEngine: stop }: { stopEngine?: boolean }) => {
      process.exitCode = stop === true ? await end(session) : await bring(session);
    });
  withExamples(command, [
    ["npx lab setup", "brings what is missing, and says so"],
    ["LAB_SETUP=check npx lab setup", "only looks"],
    ["npx lab setup --stop-engine", "ends the engine that set-up started"],
  ]);
}

async function bring({ project, environment }: Session): Promise<number> {
  const report = await setUp(machine({ project: project.folder, environment }));
  if (report.providers?.kind === "embedded") await layMirror(project);
  return report.ready ? 0 : 3;
}

async function end({ project, environment, print }: Session): Promise<number> {
  const { stopped, sentence } = await stopEngine(machine({ project: project.folder, environment }));
  print(sentence);
  return stopped ? 0 : 3;
}
