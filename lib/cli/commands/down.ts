import { rename } from "fs/promises";
import type { Command } from "commander";
import { leftovers } from "../../checks/leftovers";
import { look } from "../../checks/world";
import { settingsFrom } from "../../constructs/settings";
import { LABS, labNamed } from "../../labs";
import { readIfThere } from "../../terraform/files";
import { readState } from "../../terraform/state";
import { change, init } from "../../terraform/terraform";
import { LABEL } from "../../topology/identity";
import { Refusal, Unfit } from "../../topology/refusal";
import { reachedEngine } from "../engine";
import { type Machinery, withMachinery } from "../machinery";
import { option, withExamples } from "../options";
import { progressOf } from "../progress";
import { removeLabelled } from "../remove-labelled";
import type { Session } from "../session";
import { synthesize } from "../synthesize";
import { traces } from "../traces";

interface DownOptions {
  readonly all?: boolean;
  readonly force?: boolean;
}

/** `lab down`: takes labs away, and proves that nothing is left of them. */
export function downCommand(program: Command, session: Session): void {
  const command = program
    .command("down [labs...]")
    .description("take labs away, and prove that nothing is left")
    .addOption(option("--all", "every lab of this checkout"))
    .addOption(option("--force", "without Terraform: remove what carries the lab's labels, and set its state aside"))
    .action(async (labs: string[], options: DownOptions) => {
      process.exitCode = await down(session, labs, options);
    });
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
  const docker = await reachedEngine(session);
  const { instance } = settingsFrom(session.environment, session.project.folder);
  const ids = options.all === true ? await allLabs(session) : names.map((name) => labNamed(name).id);
  for (const id of options.force === true ? ids : []) await setStateAside(session, id);
  const deployed = await Promise.all(
    ids.map(async (id) => ({ id, state: await readState(session.project.state(id), id) })),
  );
  const managed = deployed.filter(({ state }) => !state.empty);
  if (managed.length > 0) {
    const failed = await withMachinery(session, (machinery) =>
      destroyAll(
        session,
        machinery,
        managed.map(({ id }) => id),
      ),
    );
    if (failed) return 3;
  }
  for (const { id, state } of deployed) {
    const removed = await removeLabelled(docker, { id, instance });
    for (const name of removed) session.print(`  ${session.style.good("✓")} ${name} removed (no state knew it)`);
    const lab = state.lab ?? { id, instance, networks: [], servers: [] };
    const left = leftovers({ ...EMPTY, ...lab }, await look(docker), await traces(lab));
    if (left.length > 0) throw new Unfit(`of lab ${id} there is still:\n  ${left.join("\n  ")}`);
    const what =
      state.empty && removed.length === 0
        ? "was not up"
        : "is gone: no container, network, listener, route or rule is left";
    session.print(`${session.style.strong(id)} ${what}`);
  }
  return 0;
}

const EMPTY = { schema: "lab/1" as const, title: "", image: "", hostMode: false, checks: [], tryNext: [] };

/** Registered labs, and labs that are no longer registered but still carry this checkout's label. */
async function allLabs(session: Session): Promise<string[]> {
  const { instance } = settingsFrom(session.environment, session.project.folder);
  const filters = { label: [`${LABEL.instance}=${instance}`] };
  const containers = await session.docker().listContainers({ all: true, filters });
  const found = containers.flatMap(({ Labels }) => Labels[LABEL.lab] ?? []);
  return [...new Set([...LABS.map(({ id }) => id), ...found])];
}

async function destroyAll(session: Session, machinery: Machinery, ids: readonly string[]): Promise<boolean> {
  await synthesize(session.project, session.environment, machinery.source, machinery.registry);
  for (const id of ids) {
    const folder = session.project.stack(id);
    const started = await init(machinery.terraform, folder);
    const ended =
      started.exit === 0 ? await change(machinery.terraform, folder, "destroy", progressOf(session).onEvent) : started;
    if (ended.exit === 0) continue;
    for (const { summary, detail } of ended.errors)
      session.say(`  ${session.style.bad("✗")} ${summary}\n    ${detail}`);
    session.say(`lab ${id} is still there, at least in part. Without Terraform: npx lab down ${id} --force`);
    return true;
  }
  return false;
}

/** Kept, not deleted: it may hold what a person wants to look up. */
async function setStateAside(session: Session, id: string): Promise<void> {
  const file = session.project.state(id);
  if ((await readIfThere(file)) === undefined) return;
  const aside = `${file}.${new Date().toISOString().replace(/[:.]/g, "-")}.aside`;
  await rename(file, aside);
  session.print(`the state of lab ${id} is now ${aside}`);
}
