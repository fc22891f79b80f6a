import { join } from "path";
import { z } from "zod";
import { DeployedLab } from "../checks/deployed";
import { unescaped } from "../constructs/unescaped";
import { readIfThere } from "../terraform/files";
import { Unfit } from "../topology/refusal";

const Synthesized = z.object({ output: z.object({ lab: z.object({ value: z.unknown() }) }) });

/**
 * The description that lies in a synthesized stack.
 * @throws Unfit when none was synthesized there
 */
export async function describedIn(folder: string): Promise<DeployedLab> {
  const text = await readIfThere(join(folder, "cdk.tf.json"));
  if (text === undefined) throw new Unfit("there is no cdk.tf.json in this folder: a stage runs where Terraform runs");
  return DeployedLab.parse(unescaped(Synthesized.parse(JSON.parse(text)).output.lab.value));
}
