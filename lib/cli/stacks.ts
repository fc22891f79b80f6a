import { createHash } from "crypto";
import { z } from "zod";
import type { DeployedLab } from "../checks/deployed";
import { settingsFrom } from "../constructs/settings";
import { type LabEntry, LABS } from "../labs/catalogue";
import type { OwnLab } from "../labs";
import { readIfThere, readOwn, writeWhole } from "../terraform/files";
import type { Project } from "../terraform/project";
import type { Machinery } from "./machinery";
import { ownOf } from "./own-labs";
import { prepareStackFolders } from "./prepare-stack-folders";
import type { Session } from "./session";
import { describedIn } from "./synthesized";

/** By what `cdktf.out` was synthesized last. */
const Made = z.strictObject({
  /** The program's own sources. */
  build: z.string(),
  /** Each way to ask for them that has led to these very files. */
  asked: z.array(z.string()),
  /** The files that came of it, as they were left. */
  files: z.string(),
});
type Made = z.infer<typeof Made>;

/** A person may try options one after the other that change nothing; not all of them are worth remembering. */
const MOST_ASKED = 10;

/**
 * Lets every lab's stack be what its code and the options say now, and describes those that are meant. Synthesizes only
 * where something has changed since: to load cdktf takes longer than all else that a command does itself.
 * @throws Refusal for bad options; nothing is written then
 */
export async function currentStacks(
  session: Session,
  machinery: Machinery,
  environment: NodeJS.ProcessEnv,
  wanted: readonly (LabEntry | OwnLab)[],
): Promise<DeployedLab[]> {
  const { project } = session;
  const own = ownOf(wanted);
  await bringUpToDate(session, environment);
  await synthesizeBeside(session, environment, own);
  await prepareStackFolders(project, [...LABS, ...own], machinery);
  return Promise.all(wanted.map(({ id }) => describedIn(project.stack(id))));
}

/**
 * The same for the cdktf command, which reads in a manifest which stacks there are: a person's own labs are among them.
 * @throws Refusal for bad options; nothing is written then
 */
export async function stacksForCdktf(
  session: Session,
  environment: NodeJS.ProcessEnv,
  own: readonly OwnLab[],
): Promise<void> {
  if (own.length === 0) return bringUpToDate(session, environment);
  await synthesized(session, environment, { own, ofProject: LABS });
}

/** Synthesizes the project's labs, unless the very files lie there that would come of it. */
async function bringUpToDate(session: Session, environment: NodeJS.ProcessEnv): Promise<void> {
  const { project } = session;
  const made = asHcl(process.env) ? undefined : await readOwn(project.synthesis, Made);
  const isCurrent =
    made !== undefined &&
    made.build === (await buildOf(project)) &&
    made.asked.includes(asked(project, environment)) &&
    made.files === (await files(project));
  if (!isCurrent) await synthesizeAll(session, environment);
}

/**
 * Lets the stacks of deployed labs be such that Terraform can destroy them. They stay as they were deployed, whatever the
 * options say now, unless another version of the program wrote them.
 */
export async function deployedStacks(
  session: Session,
  machinery: Machinery,
  labs: readonly (LabEntry | OwnLab)[],
): Promise<void> {
  const { project, environment } = session;
  const made = await readOwn(project.synthesis, Made);
  const texts = await Promise.all(labs.map(({ id }) => readIfThere(project.synthesized(id))));
  const usable = made?.build === (await buildOf(project)) && texts.every((text) => text !== undefined);
  if (!usable) {
    await synthesizeAll(session, environment);
    await synthesizeBeside(session, environment, ownOf(labs));
  }
  await prepareStackFolders(project, labs, machinery);
}

/** The project's labs. */
async function synthesizeAll(session: Session, environment: NodeJS.ProcessEnv): Promise<void> {
  await synthesized(session, environment, { own: [], ofProject: LABS });
  if (!asHcl(process.env)) await note(session.project, environment);
}

/**
 * A person's own labs, always: they may stand on files that nobody here knows of. The manifest stays that of the project's:
 * by it these are known to be what they were.
 */
async function synthesizeBeside(
  session: Session,
  environment: NodeJS.ProcessEnv,
  own: readonly OwnLab[],
): Promise<void> {
  if (own.length === 0) return;
  const { manifest } = session.project;
  const ofProject = await readIfThere(manifest);
  await synthesized(session, environment, { own, ofProject: [] });
  if (ofProject !== undefined) await writeWhole(manifest, ofProject);
}

async function synthesized(
  { project, timeline }: Session,
  environment: NodeJS.ProcessEnv,
  labs: { readonly own: readonly OwnLab[]; readonly ofProject: readonly LabEntry[] },
): Promise<void> {
  const { synthesize } = await timeline.step("load cdktf", () => import("./synthesize"));
  await timeline.step("synthesize", async () => synthesize(project, environment, labs));
}

/** `cdktf synth --hcl` has the stacks written into other files. */
function asHcl({ SYNTH_HCL_OUTPUT: asked }: NodeJS.ProcessEnv): boolean {
  return asked === "true" || asked === "1";
}

/** Notes by what was synthesized now: where the same came of it as before, another way to ask for it. */
async function note(project: Project, environment: NodeJS.ProcessEnv): Promise<void> {
  const made = await readOwn(project.synthesis, Made);
  const now: Made = {
    build: await buildOf(project),
    asked: [asked(project, environment)],
    files: await files(project),
  };
  const before = made !== undefined && made.build === now.build && made.files === now.files ? made.asked : [];
  const all = [...before.filter((one) => !now.asked.includes(one)), ...now.asked].slice(-MOST_ASKED);
  await writeWhole(project.synthesis, JSON.stringify({ ...now, asked: all }));
}

/** What synthesis depends on beside the sources: options, settings, and what the cdktf command has to say. */
function asked(project: Project, environment: NodeJS.ProcessEnv): string {
  const options = LABS.flatMap((lab) => lab.options).map(({ variable }) => environment[variable]);
  const context = Object.entries(process.env).filter(([name]) => name.startsWith("CDKTF_"));
  const settings = settingsFrom(environment, project.folder);
  return hashed(JSON.stringify([settings, options, context]));
}

/** What lies there now, by its content: the cdktf command lets the app write the same anew each time. */
async function files(project: Project): Promise<string> {
  const all = [project.manifest, ...LABS.map(({ id }) => project.synthesized(id))];
  return hashed(JSON.stringify(await Promise.all(all.map(readIfThere))));
}

function hashed(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The fingerprint of the sources that the running program was built from. */
async function buildOf({ build }: Project): Promise<string> {
  return (await readIfThere(build)) ?? "";
}
