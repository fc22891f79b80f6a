import type { Command } from "commander";
import type { DeployedLab } from "../../checks/deployed";
import { obstacles, portsOf, shortcomings } from "../../checks/preflight";
import { exitCodeOf } from "../../checks/record";
import { removeThrowAways } from "../../checks/scenario";
import { lackingRoot, withToolbox } from "../../checks/toolbox";
import { interfaceNames, look } from "../../checks/world";
import { ENGINE_IMAGE } from "../../constructs/settings";
import { conditions } from "../../engine/conditions";
import { haveImage } from "../../engine/image";
import { resolvePaths } from "../../engine/tls";
import { conclusion, report } from "../../report/text";
import { writeWhole } from "../../terraform/files";
import { readState } from "../../terraform/state";
import { Unfit } from "../../topology/refusal";
import { checkDeployed, DEADLINE_MS, withSurroundings } from "../check-deployed";
import { clearUp } from "../clear-up";
import { reachedEngine } from "../engine";
import { formSwarm, hasThrowAwayEngines, haveEngineImage, layOutEngines, removeOverlays } from "../nested-engines";
import { remoteObstacles } from "../remote-engines";
import type { Session } from "../session";
import { describedIn } from "../synthesized";
import { giveVlans } from "../vlans";
import { layWires } from "../wires";

/**
 * `lab stage preflight|wire|swarm|vlans|checks|throw-aways|gone`: what the stacks' null resources run, in the stack's folder. Not for people: it is
 * the same work that `lab up`, `lab check` and `lab down` do.
 */
export function stageCommand(program: Command, session: Session): void {
  program
    .command("stage <name>", { hidden: true })
    .description("what Terraform runs in a stack's folder")
    .action(async (name: string) => {
      // cdktf is started in the project's folder, and there it is that a person's paths are seen from.
      resolvePaths(session.environment, session.project.folder);
      process.exitCode = await runStage(session, name, process.cwd());
    });
}

/**
 * Does what a stack's null resource is there for.
 * @param folder the stack's
 * @param signal ends what waits: nobody is left to hear the answer
 * @returns the exit code
 */
export async function runStage(
  session: Session,
  name: string,
  folder: string,
  signal = new AbortController().signal,
): Promise<number> {
  const stage = STAGES[name];
  if (stage === undefined) throw new Unfit(`there is no stage "${name}" (${Object.keys(STAGES).join(", ")})`);
  return stage(session, await describedIn(folder), signal);
}

type Stage = (session: Session, lab: DeployedLab, signal: AbortSignal) => Promise<number>;

const STAGES: Readonly<Record<string, Stage>> = {
  preflight,
  wire,
  swarm,
  left,
  vlans,
  checks,
  "throw-aways": throwAways,
  gone,
};

async function preflight(session: Session, lab: DeployedLab): Promise<number> {
  if (!session.proved.unobstructed.has(lab.id)) await refuseObstacles(session, lab);
  if (lab.engines !== undefined) await layOutEngines(session.project, lab);
  await writeWhole(session.project.before(lab.id), JSON.stringify(await interfaceNames()));
  session.print(`lab ${lab.id}: nothing is in the way`);
  return 0;
}

async function refuseObstacles(session: Session, lab: DeployedLab): Promise<void> {
  const docker = await reachedEngine(session);
  const state = await readState(session.project.state(lab.id), lab.id);
  const unmet = lab.needs === undefined ? [] : shortcomings(lab, await conditions(docker));
  const world = await withToolbox(docker, lab, (execute) => look(docker, portsOf(lab), execute));
  const problems = [...unmet, ...obstacles(lab, world, state.names), ...(await remoteObstacles(lab))];
  if (problems.length > 0) throw new Unfit(problems.join("\n"));
  await haveImage(docker, lab.image);
  if (hasThrowAwayEngines(lab)) await haveEngineImage(docker, ENGINE_IMAGE, lab.id);
}

async function wire(session: Session, lab: DeployedLab): Promise<number> {
  const docker = await reachedEngine(session);
  const lacking = await lackingRoot(docker);
  if (lacking !== undefined) {
    session.print(`lab ${lab.id}: no wire: ${lacking}; checks from the remote machine are skipped`);
    return 0;
  }
  await withToolbox(docker, lab, (execute) => layWires(docker, lab, execute));
  session.print(`lab ${lab.id}: wired to the host: ${lab.remotes.map(({ name }) => name).join(", ")}`);
  return 0;
}

async function swarm({ print }: Session, lab: DeployedLab): Promise<number> {
  print((await formSwarm(lab)).join("\n"));
  return 0;
}

async function left({ print }: Session, lab: DeployedLab, signal: AbortSignal): Promise<number> {
  await removeOverlays(lab, signal);
  print(`lab ${lab.id}: everybody has left its overlays, which are removed`);
  return 0;
}

async function vlans({ print }: Session, lab: DeployedLab): Promise<number> {
  print((await giveVlans(lab)).join("\n"));
  return 0;
}

async function checks(session: Session, lab: DeployedLab, signal: AbortSignal): Promise<number> {
  const docker = await reachedEngine(session);
  const records = await checkDeployed(session.project, docker, lab, { deadlineMs: DEADLINE_MS, signal });
  session.print(`${report(records)}

lab ${lab.id}: ${conclusion(records)}`);
  return exitCodeOf(records);
}

async function throwAways(session: Session, synthesized: DeployedLab): Promise<number> {
  const docker = await reachedEngine(session);
  const { lab = synthesized } = await readState(session.project.state(synthesized.id), synthesized.id);
  await withSurroundings(session.project, docker, lab, (surroundings) => removeThrowAways(lab, surroundings));
  return 0;
}

async function gone(session: Session, synthesized: DeployedLab): Promise<number> {
  const docker = await reachedEngine(session);
  // What is being destroyed is what was deployed, whatever the options say now.
  const { lab = synthesized } = await readState(session.project.state(synthesized.id), synthesized.id);
  const { left } = await clearUp(session.project, docker, lab);
  if (left.length > 0)
    throw new Unfit(`of lab ${lab.id} there is still:\n  ${left.join("\n  ")}`, `npx lab down ${lab.id} --force`);
  session.proved.gone.add(lab.id);
  session.print(
    `lab ${lab.id}: nothing is left of it, no container, network, volume, listener, route or rule (claim A14)`,
  );
  return 0;
}
