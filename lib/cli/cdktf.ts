import { LABS } from "../labs/catalogue";
import { machine, providerChoice, terraformProgram } from "../setup";
import { explainProblem } from "./exit";
import { REGISTRY } from "./registry";
import { labsMeant, ownOf } from "./own-labs";
import { realSession } from "./session";
import { prepareStackFolders } from "./prepare-stack-folders";
import { stacksForCdktf } from "./stacks";

/**
 * Synthesizes for the cdktf command, which runs Terraform itself afterwards, with no other preparation than this.
 * Files on the command line are labs of one's own: `cdktf deploy mine --app "node bin/app.js mine.ts"`.
 */
export async function synthesizeForCdktf(): Promise<void> {
  const session = realSession();
  const { project, environment, say } = session;
  try {
    const context = machine({ project: project.folder, environment });
    const [program, source] = await Promise.all([terraformProgram(context), providerChoice(context)]);
    say(`providers: ${source.sentence}`);
    const own = ownOf(await labsMeant(project, process.argv.slice(2)));
    await stacksForCdktf(session, environment, own);
    await prepareStackFolders(project, [...LABS, ...own], { source, registry: REGISTRY[program.name] });
  } catch (problem) {
    process.exitCode = explainProblem(problem, session);
  }
}
