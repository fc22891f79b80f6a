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
  await bringUpToDate(session, environment, own);
  await prepareStackFolders(project, [...LABS, ...own], machinery);
  return Promise.all(wanted.map(({ id }) => describedIn(project.stack(id))));
}

/**
 * Synthesizes, unless the very files lie there that would come of it.
 * @throws Refusal for bad options; nothing is written then
 */
export async function bringUpToDate(
  session: Session,
  environment: NodeJS.ProcessEnv,
  own: readonly OwnLab[],
): Promise<void> {
  const { project } = session;
  // A person's own lab may stand on files that nobody here knows of.
  const known = own.length === 0 && !asHcl(process.env);
  const made = known ? await readOwn(project.synthesis, Made) : undefined;
  const isCurrent =
    made !== undefined &&
    made.build === (await buildOf(project)) &&
    made.asked.includes(asked(project, environment, own)) &&
    made.files === (await files(project));
  if (!isCurrent) await synthesizeAll(session, environment, own);
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
  if (!usable) await synthesizeAll(session, environment, ownOf(labs));
  await prepareStackFolders(project, labs, machinery);
}

async function synthesizeAll(
  { project, timeline }: Session,
  environment: NodeJS.ProcessEnv,
  own: readonly OwnLab[],
): Promise<void> {
  const { synthesize } = await timeline.step("load cdktf", () => import("./synthesize"));
  await timeline.step("synthesize", async () => synthesize(project, environment, own));
  if (!asHcl(process.env)) await note(project, environment, own);
}

/** `cdktf synth --hcl` has the stacks written into other files. */
function asHcl({ SYNTH_HCL_OUTPUT: asked }: NodeJS.ProcessEnv): boolean {
  return asked === "true" || asked === "1";
}

/** Notes by what was synthesized now: where the same came of it as before, another way to ask for it. */
async function note(project: Project, environment: NodeJS.ProcessEnv, own: readonly OwnLab[]): Promise<void> {
  const made = await readOwn(project.synthesis, Made);
  const now: Made = {
    build: await buildOf(project),
    asked: [asked(project, environment, own)],
    files: await files(project),
  };
  const before = made !== undefined && made.build === now.build && made.files === now.files ? made.asked : [];
  const all = [...before.filter((one) => !now.asked.includes(one)), ...now.asked].slice(-MOST_ASKED);
  await writeWhole(project.synthesis, JSON.stringify({ ...now, asked: all }));
}

/** What synthesis depends on beside the sources: options, settings, and what the cdktf command has to say. */
function asked(project: Project, environment: NodeJS.ProcessEnv, own: readonly { readonly id: string }[]): string {
  const options = LABS.flatMap((lab) => lab.options).map(({ variable }) => environment[variable]);
  const context = Object.entries(process.env).filter(([name]) => name.startsWith("CDKTF_"));
  const settings = settingsFrom(environment, project.folder);
  return hashed(JSON.stringify([settings, options, context, own.map(({ id }) => id)]));
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
