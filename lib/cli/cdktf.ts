import { machine, providerChoice, terraformProgram } from "../setup";
import { explainProblem } from "./exit";
import { REGISTRY } from "./machinery";
import { realSession } from "./session";
import { synthesize } from "./synthesize";

/** Synthesizes for the cdktf command, which runs Terraform itself afterwards, with no other preparation than this. */
export async function synthesizeForCdktf(): Promise<void> {
  const session = realSession();
  const { project, environment, say } = session;
  try {
    const context = machine({ project: project.folder, environment });
    const [program, source] = await Promise.all([terraformProgram(context), providerChoice(context)]);
    say(`providers: ${source.sentence}`);
    await synthesize(project, environment, source, REGISTRY[program.name]);
  } catch (problem) {
    process.exitCode = explainProblem(problem, session);
  }
}
