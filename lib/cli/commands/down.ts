import { rename } from "fs/promises";
import type { Command } from "commander";
import type { DeployedLab } from "../../checks/deployed";
import { settingsFrom } from "../../constructs/settings";
import type { OwnLab } from "../../labs";
import { type LabEntry, LABS, NESTED_HOST } from "../../labs/catalogue";
import { readIfThere } from "../../terraform/files";
import { labsWithState, readState, type State } from "../../terraform/state";
import { init } from "../../terraform/terraform";
import { LABEL } from "../../topology/identity";
import { Refusal, Unfit } from "../../topology/refusal";
import { clearUp } from "../clear-up";
import { EXIT } from "../exit";
import { reachedEngine } from "../engine";
import { type Machinery, withMachinery } from "../machinery";
import { option, withExamples } from "../options";
import { labsMeant } from "../own-labs";
import { progressOf } from "../progress";
import type { Session } from "../session";
import { deployedStacks } from "../stacks";
import { stoppedEngines } from "../stopped-engines";
import { timedChange, timedCommand, type TimedOptions } from "../timed";

interface DownOptions extends TimedOptions {
  readonly all?: boolean;
  readonly force?: boolean;
}

/** `lab down`: takes labs away, and proves that nothing is left of them. */
export function downCommand(program: Command, session: Session): void {
  const command = program
    .command("down [labs...]")
    .description("take labs away, and prove that nothing is left")
    .addOption(option("--all", "every lab of this checkout"))
    .addOption(option("--force", "without Terraform: remove what carries the lab's labels, and set its state aside"));
  timedCommand<DownOptions>(command, session, (labs, options) => down(session, labs, options));
  withExamples(command, [
    ["npx lab down host", "takes one lab away"],
    ["npx lab down --all", "takes all of them away"],
    ["npx lab down host --force", "when the state is lost or broken"],
  ]);
}

async function down(session: Session, names: readonly string[], options: DownOptions): Promise<number> {
  if (names.length === 0 && options.all !== true) {
    throw new Refusal("lab down", "which lab? Name some, or say", "lab down --all");
  }
  await reachedEngine(session);
  const known = options.all === true ? await everyLab(session) : await labsMeant(session.project, names);
  const forgotten = options.all === true ? await forgottenLabs(session) : [];
  const ids = [...known.map(({ id }) => id), ...forgotten];
  const remembered = new Map<string, DeployedLab>();
  for (const id of options.force === true ? ids : forgotten) {
    // A state that cannot be read is one of the reasons to set it aside.
    const { lab } = await readState(session.project.state(id), id).catch(() => ({ lab: undefined }));
    if (lab !== undefined) remembered.set(id, lab);
    await setStateAside(session, id);
  }
  return takeAway(session, known, forgotten, remembered);
}

/**
 * Takes labs away, and proves that nothing is left of them.
 * @param forgotten labs that nobody describes, by id
 * @param remembered what a state said that was set aside
 */
export async function takeAway(
  session: Session,
  known: readonly (LabEntry | OwnLab)[],
  forgotten: readonly string[] = [],
  remembered: ReadonlyMap<string, DeployedLab> = new Map<string, DeployedLab>(),
): Promise<number> {
  const states = new Map<string, State>();
  for (const id of [...known.map((one) => one.id), ...forgotten]) {
    states.set(id, await readState(session.project.state(id), id));
  }
  const managed = known.filter(({ id }) => states.get(id)?.empty === false);
  await refuseStopped(session, states);
  if (managed.length > 0 && !(await withMachinery(session, (machinery) => destroyAll(session, machinery, managed)))) {
    return EXIT.unfit;
  }
  for (const [id, state] of states) {
    await session.timeline.step(`${id}: prove that nothing is left`, () =>
      finish(session, id, state, remembered.get(id)),
    );
  }
  return EXIT.fine;
}

/** Before anything is taken away: Terraform would give up half way, with words about sockets. */
async function refuseStopped({ docker }: Session, states: ReadonlyMap<string, State>): Promise<void> {
  const labs = [...states.values()].flatMap(({ lab }) => lab ?? []);
  const stopped = await Promise.all(labs.map((lab) => stoppedEngines(docker(), lab)));
  if (stopped.flat().length > 0) throw new Unfit(stopped.flat().join("\n"));
}

/** The project's labs, and the throw-away host where there is one: what is on it goes with it. */
async function everyLab({ project }: Session): Promise<readonly (LabEntry | OwnLab)[]> {
  if (!(await labsWithState(project.folder)).includes(NESTED_HOST.id)) return LABS;
  return [...LABS, (await import("../../labs")).nestedHost];
}

/**
 * Labs that still have a state or containers here, but no description: a person's own, whose file was not named, or
 * one of an earlier version. Terraform cannot destroy what nobody describes, so they go by their labels.
 */
async function forgottenLabs({ project, environment, docker }: Session): Promise<string[]> {
  const { instance } = settingsFrom(environment, project.folder);
  const filters = { label: [`${LABEL.instance}=${instance}`] };
  const containers = await docker().listContainers({ all: true, filters });
  const states = await labsWithState(project.folder);
  const found = new Set([...states, ...containers.flatMap(({ Labels }) => Labels[LABEL.lab] ?? [])]);
  return [...found].filter((id) => ![...LABS, NESTED_HOST].some((lab) => lab.id === id));
}

/** @returns whether all went well; what did not is said */
async function destroyAll(
  session: Session,
  machinery: Machinery,
  labs: readonly (LabEntry | OwnLab)[],
): Promise<boolean> {
  const { terraform } = machinery;
  const { timeline } = session;
  await deployedStacks(session, machinery, labs);
  for (const { id } of labs) {
    const folder = session.project.stack(id);
    const started = await timeline.step(`${id}: init`, () => init(terraform, folder));
    const { exit, errors } =
      started.exit === 0
        ? await timedChange(session, terraform, { lab: id, folder, verb: "destroy" }, progressOf(session).onEvent)
        : started;
    if (exit === 0) continue;
    for (const { summary, detail } of errors) session.say(`  ${session.style.bad("✗")} ${summary}\n    ${detail}`);
    session.say(`lab ${id} is still there, at least in part. Without Terraform: npx lab down ${id} --force`);
    return false;
  }
  return true;
}

/** Removes what only the labels know, and proves that nothing is left. */
async function finish(session: Session, id: string, { lab, empty }: State, remembered?: DeployedLab): Promise<void> {
  const { instance } = settingsFrom(session.environment, session.project.folder);
  const { engines } = remembered ?? {};
  const described = lab ?? { id, instance, engines, networks: [], servers: [], remotes: [] };
  const nothing = { removed: [], left: [] };
  const { removed, left } = session.proved.gone.has(id)
    ? nothing
    : await clearUp(session.project, session.docker(), { ...described, instance });
  for (const name of removed) session.print(`  ${session.style.good("✓")} ${name} removed (no state knew it)`);
  if (left.length > 0) throw new Unfit(`of lab ${id} there is still:\n  ${left.join("\n  ")}`);
  const wasUp = !empty || removed.length > 0;
  const result = wasUp ? "is gone: no container, network, volume, listener, route or rule is left" : "was not up";
  session.print(`${session.style.strong(id)} ${result}`);
}

/** Kept, not deleted: it may hold what a person wants to look up. */
async function setStateAside(session: Session, id: string): Promise<void> {
  const file = session.project.state(id);
  if ((await readIfThere(file)) === undefined) return;
  const aside = `${file}.${new Date().toISOString().replace(/[:.]/g, "-")}.aside`;
  await rename(file, aside);
  session.print(`the state of lab ${id} is now ${aside}`);
}
