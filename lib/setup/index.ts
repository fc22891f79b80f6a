import { alone } from "../../bin/alone";
import { Refusal, Unfit } from "../topology/refusal";
import { refused, type Outcome, type PartReport, type SetupContext } from "./context";
import type { EngineFacts, HostMode } from "./engine-facts";
import { engine } from "./parts/engine";
import { hostTools } from "./parts/host-tools";
import { engineImage, imageNames, serverImage, toolboxImage, type Images } from "./parts/images";
import { projectFolder } from "./parts/project-folder";
import { providers, type ProviderChoice } from "./parts/providers";
import { terraform, type TerraformProgram } from "./parts/terraform";

export { machine, outputTo, type MachineOptions } from "./machine";
export { stopEngine, type Stopped } from "./own-engine";
export { doctor, type MachineFact } from "./doctor";
export { explainFolder } from "./parts/project-folder";
export type { PartReport, SetupContext, Verdict } from "./context";
export type { EngineFacts, HostMode } from "./engine-facts";
export type { Images } from "./parts/images";
export type { ProviderChoice } from "./parts/providers";
export type { TerraformProgram } from "./parts/terraform";

export interface SetupReport {
  readonly parts: readonly PartReport[];
  /** Whether every part is there that a lab needs. */
  readonly ready: boolean;
  readonly engine?: EngineFacts;
  readonly hostMode: HostMode;
  readonly terraform?: TerraformProgram;
  readonly providers?: ProviderChoice;
  readonly images: Images;
}

/** No lab runs it yet: a machine that can do all but bring it is ready. */
const TOOLBOX = "toolbox image";

const wide = 24;
const marks = { found: "✓", brought: "✓", refused: "✗" } as const;

/** A part's line, and what to type when it is missing. */
export function partLine({ name, verdict, detail, remedy }: PartReport): string {
  const line = `  ${marks[verdict]} ${name.padEnd(wide)}${detail.replaceAll("\n", "\n      ")}`;
  return remedy === undefined ? line : `${line}\n      ${remedy}`;
}

/** What is brought besides what every lab needs. */
export interface Extras {
  /** The image that throw-away engines run from. @default false */
  readonly engines?: boolean;
}

/** Brings everything the labs need. A second run finds it all. */
export async function setUp(context: SetupContext, extras: Extras = {}): Promise<SetupReport> {
  context.output.line("set-up");
  const report = (part: PartReport): void => context.output.line(partLine(part));
  if (!context.mayBring) return examine(context, report, extras);
  // First of all, since even to wait for one's turn needs a folder that takes files.
  const folder = await projectFolder(context);
  if (folder.verdict === "refused") return examine({ ...context, mayBring: false }, report, extras);
  const waiting = (owner: string): void =>
    context.output.line(`  → waiting for another lab (pid ${owner}) that is setting up`);
  return alone(context.project, "set-up", waiting, () => examine(context, report, extras));
}

/** Looks what is there and says what would bring the rest. Changes nothing. */
export function look(context: SetupContext): Promise<SetupReport> {
  return examine({ ...context, mayBring: false }, () => undefined);
}

/** What went wrong while a part was brought is that part's answer; bad input is the person's, and ends everything. */
async function attempt<Fact>(work: () => Promise<Outcome<Fact>>): Promise<Outcome<Fact>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refused(error instanceof Error ? error.message : String(error));
  }
}

async function examine(
  context: SetupContext,
  report: (part: PartReport) => void,
  { engines = false }: Extras = {},
): Promise<SetupReport> {
  const parts: PartReport[] = [];
  const part = async <Fact>(name: string, work: () => Promise<Outcome<Fact>>): Promise<Fact | undefined> => {
    const outcome = await attempt(work);
    const { verdict, detail } = outcome;
    const remedy = verdict === "refused" ? outcome.remedy : undefined;
    parts.push({ name, verdict, detail, ...(remedy === undefined ? {} : { remedy }) });
    report({ name, verdict, detail, ...(remedy === undefined ? {} : { remedy }) });
    return outcome.verdict === "refused" ? undefined : outcome.fact;
  };
  await part("project folder", () => projectFolder(context));
  const engineFacts = await part("Docker engine", () => engine(context));
  await part("host tools", () => hostTools(context));
  const program = await part("Terraform", () => terraform(context));
  const choice = await part("providers", () => providers(context, program?.name ?? "terraform"));
  const withEngine = (work: (facts: EngineFacts) => Promise<Outcome<string>>): Promise<Outcome<string>> =>
    engineFacts === undefined ? Promise.resolve(refused("needs the Docker engine")) : work(engineFacts);
  await part("nginx image", () => withEngine((facts) => serverImage(context, facts)));
  if (engines) await part("engine image", () => withEngine((facts) => engineImage(context, facts)));
  await part(TOOLBOX, () => withEngine((facts) => toolboxImage(context, facts)));
  return {
    parts,
    ready: parts.every(({ name, verdict }) => verdict !== "refused" || name === TOOLBOX),
    hostMode: engineFacts?.hostMode ?? { possible: false, reason: "no Docker engine answers" },
    images: imageNames(context.environment),
    ...(engineFacts === undefined ? {} : { engine: engineFacts }),
    ...(program === undefined ? {} : { terraform: program }),
    ...(choice === undefined ? {} : { providers: choice }),
  };
}

/** A single part's result, or an error that says what would bring it. */
function need<Fact>(outcome: Outcome<Fact>): Fact {
  if (outcome.verdict === "refused") throw new Unfit(outcome.detail, outcome.remedy);
  return outcome.fact;
}

/** The program that applies the labs. */
export async function terraformProgram(context: SetupContext): Promise<TerraformProgram> {
  return need(await terraform({ ...context, mayBring: false }));
}

/** Where its providers come from. */
export async function providerChoice(context: SetupContext): Promise<ProviderChoice> {
  const program = await terraformProgram(context);
  return need(await providers({ ...context, mayBring: false }, program.name));
}
