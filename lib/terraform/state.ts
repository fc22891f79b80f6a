import { readdir } from "fs/promises";
import { basename } from "path";
import { z } from "zod";
import { DeployedLab } from "../checks/deployed";
import { Unfit } from "../topology/refusal";
import { readIfThere } from "./files";

const StateFile = z.object({
  version: z.literal(4),
  outputs: z.object({ lab: z.object({ value: z.unknown() }).optional() }).default({}),
  resources: z.array(
    z.object({
      type: z.string(),
      instances: z.array(z.object({ attributes: z.object({ name: z.string().optional() }).nullish() })).default([]),
    }),
  ),
});

/** What a state file says, as far as the program cares. */
export interface State {
  /** The lab as it was deployed; undefined when nothing is, or by another version of the program. */
  readonly lab: DeployedLab | undefined;
  /** Whether any resource is left in it. */
  readonly empty: boolean;
  /** Names of the containers and networks that it knows. */
  readonly names: readonly string[];
}

/** The labs that have a state file here, whether or not anything is left in it. */
export async function labsWithState(folder: string): Promise<string[]> {
  return (await readdir(folder)).flatMap((name) => /^terraform\.([a-z0-9-]+)\.tfstate$/.exec(name)?.[1] ?? []);
}

const NOTHING: State = { lab: undefined, empty: true, names: [] };

/**
 * @returns an empty state when there is no such file
 * @throws Unfit when the file is no Terraform state: nothing could be planned with it, and nothing safely destroyed
 */
export async function readState(file: string, lab: string): Promise<State> {
  const text = await readIfThere(file);
  if (text === undefined || text.trim() === "") return NOTHING;
  const state = parse(text, basename(file), lab);
  const deployed = DeployedLab.safeParse(state.outputs.lab?.value);
  return {
    lab: deployed.success ? deployed.data : undefined,
    empty: state.resources.length === 0,
    names: state.resources
      .filter((resource) => ["docker_container", "docker_network"].includes(resource.type))
      .flatMap((resource) => resource.instances.flatMap((instance) => instance.attributes?.name ?? [])),
  };
}

function parse(text: string, file: string, lab: string): z.infer<typeof StateFile> {
  try {
    return StateFile.parse(JSON.parse(text));
  } catch (problem) {
    const why = problem instanceof SyntaxError ? problem.message : "it is JSON, but not a Terraform state of version 4";
    throw new Unfit(
      `the state of lab ${lab} cannot be read: ${file}: ${why}`,
      `Put its backup back (cp ${file}.backup ${file}), or give the state up: npx lab down ${lab} --force removes what carries the lab's labels, and sets the file aside`,
    );
  }
}
