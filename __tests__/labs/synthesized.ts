import { Testing } from "cdktf";
import { createApp } from "../../lib/labs";
import type { Settings } from "../../lib/constructs/settings";

/** Settings that are the same on every machine and in every folder. */
export const SETTINGS: Settings = {
  instance: "test0000",
  prefix: "lab",
  image: "docker-network-labs/nginx:local",
  version: "0.0.0",
  program: "../../../bin/stage",
};

const apps = new Map<string, ReturnType<typeof createApp>["labs"]>();
const made = new Map<string, Record<string, unknown>>();

/**
 * A lab as Terraform gets it: parsed, so that white space and cdktf's own version do not matter. The same labs are made
 * once in each folder, and each of them synthesized once.
 */
export function synthesized(id: string, environment: NodeJS.ProcessEnv = {}): Record<string, unknown> {
  const asked = JSON.stringify([process.cwd(), environment]);
  const known = made.get(asked + id);
  if (known !== undefined) return known;
  const labs = apps.get(asked) ?? createApp(environment, SETTINGS, Testing.app().outdir).labs;
  apps.set(asked, labs);
  const stack = labs.find((lab) => lab.lab.id === id);
  if (stack === undefined) throw new Error(`no lab ${id}`);
  const parsed = JSON.parse(Testing.synth(stack, true)) as Record<string, unknown>;
  made.set(asked + id, parsed);
  return parsed;
}
