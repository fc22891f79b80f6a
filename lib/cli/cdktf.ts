import { machine, providerChoice, terraformProgram } from "../setup";
import { Refusal, Unfit } from "../topology/refusal";
import { EXIT } from "./exit";
import { REGISTRY } from "./machinery";
import { realSession } from "./session";
import { synthesize } from "./synthesize";

/** Synthesizes for the cdktf command, which runs Terraform itself afterwards, with no other preparation than this. */
export async function synthesizeForCdktf(): Promise<void> {
  const { project, environment, say } = realSession();
  try {
    const context = machine({ project: project.folder, environment });
    const [program, source] = await Promise.all([terraformProgram(context), providerChoice(context)]);
    say(`providers: ${source.sentence}`);
    await synthesize(project, environment, source, REGISTRY[program.name]);
  } catch (problem) {
    if (!(problem instanceof Refusal) && !(problem instanceof Unfit)) throw problem;
    say(problem.message);
    process.exitCode = problem instanceof Refusal ? EXIT.usage : EXIT.unfit;
  }
}
