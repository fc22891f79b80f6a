import "./without-archiver";
import { settingsFrom } from "../constructs/settings";
import { createApp, type OwnLab } from "../labs";
import type { LabEntry } from "../labs/catalogue";
import type { Project } from "../terraform/project";

/**
 * Synthesizes labs, the project's and a person's own, into `cdktf.out`. Apart from the rest: it loads cdktf.
 * @throws Refusal for bad options; nothing is written then
 */
export function synthesize(
  project: Project,
  environment: NodeJS.ProcessEnv,
  { own, ofProject }: { readonly own: readonly OwnLab[]; readonly ofProject: readonly LabEntry[] },
): void {
  withoutCreationStacks(() =>
    createApp(environment, settingsFrom(environment, project.folder), project.output, own, ofProject).app.synth(),
  );
}

/**
 * For each value cdktf asks by what calls it came about, which takes it a tenth of its time; nobody here reads that. Errors
 * do not ask: they have their stacks all the same.
 */
function withoutCreationStacks(work: () => void): void {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => undefined;
  try {
    work();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}
