import { createHash } from "crypto";
import { stat } from "fs/promises";
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
  /** What is asked of all labs, and the files that came of it, as they were left. */
  content: z.string(),
});
type Made = z.infer<typeof Made>;

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
  const made = await readOwn(project.synthesis, Made);
  // A person's own lab may stand on files that nobody here knows of.
  const isCurrent = own.length === 0 && made !== undefined && same(made, await found(project, environment));
  if (!isCurrent) await synthesizeAll(session, environment, own);
  await prepareStackFolders(project, [...LABS, ...own], machinery);
  return Promise.all(wanted.map(({ id }) => describedIn(project.stack(id))));
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
  await writeWhole(project.synthesis, JSON.stringify(await found(project, environment)));
}

const same = (one: Made, other: Made): boolean => one.build === other.build && one.content === other.content;

/** What synthesis would be by, and what lies there, now. */
async function found(project: Project, environment: NodeJS.ProcessEnv): Promise<Made> {
  const options = LABS.flatMap((lab) => lab.options).map(({ variable }) => environment[variable]);
  const context = Object.entries(process.env).filter(([name]) => name.startsWith("CDKTF_"));
  const files = await Promise.all(
    LABS.map(async ({ id }) => {
      const file = await stat(project.synthesized(id)).catch(() => undefined);
      return [id, file?.size, file?.mtimeMs];
    }),
  );
  const all = JSON.stringify([settingsFrom(environment, project.folder), options, context, files]);
  return { build: await buildOf(project), content: createHash("sha256").update(all).digest("hex") };
}

/** The fingerprint of the sources that the running program was built from. */
async function buildOf({ build }: Project): Promise<string> {
  return (await readIfThere(build)) ?? "";
}
