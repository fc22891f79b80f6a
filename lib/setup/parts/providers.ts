import { isAbsolute, join } from "node:path";
import { nearest } from "../../topology/nearest";
import { Refusal } from "../../topology/refusal";
import { found, refused, type Outcome, type SetupContext } from "../context";
import { siteAnswers } from "../remembered";
import { platformOf, type TerraformProgram } from "./terraform";

export interface ProviderChoice {
  readonly kind: "registry" | "mirror" | "embedded";
  /** The mirror's folder. */
  readonly folder?: string;
  /** e.g. `embedded (the Terraform registry does not answer)` */
  readonly sentence: string;
}

const KINDS = ["registry", "mirror", "embedded"] as const;

/** Exactly what CDKTF's bindings of them are made for. */
const WANTED = [
  { namespace: "kreuzwerker", type: "docker", version: "3.6.2" },
  { namespace: "hashicorp", type: "null", version: "3.2.4" },
] as const;

const REGISTRIES = {
  terraform: { host: "registry.terraform.io", title: "the Terraform registry" },
  tofu: { host: "registry.opentofu.org", title: "the OpenTofu registry" },
} as const;

function forcedKind(environment: NodeJS.ProcessEnv): ProviderChoice["kind"] | undefined {
  const value = environment["LAB_PROVIDERS"];
  if (value === undefined || value === "") return undefined;
  const kind = KINDS.find((known) => known === value);
  if (kind !== undefined) return kind;
  throw new Refusal(
    "LAB_PROVIDERS",
    `"${value}" is none of ${KINDS.join(", ")}; the nearest is`,
    nearest(value, KINDS) ?? "embedded",
  );
}

function mirrorFolder(context: SetupContext): string | undefined {
  const named = context.environment["LAB_PROVIDER_MIRROR"];
  if (named === undefined || named === "") return undefined;
  return isAbsolute(named) ? named : join(context.project, named);
}

/** Where the providers come from: the registry if it answers, else a mirror if one is named, else the embedded one. */
export async function providers(
  context: SetupContext,
  program: TerraformProgram["name"],
): Promise<Outcome<ProviderChoice>> {
  const registry = REGISTRIES[program];
  const forced = forcedKind(context.environment);
  if (forced === "embedded") return chosen({ kind: "embedded", sentence: "embedded (forced by LAB_PROVIDERS)" });
  if (forced === "mirror") return fromMirror(context, program, "forced by LAB_PROVIDERS");
  const answers = await siteAnswers(context, `https://${registry.host}/.well-known/terraform.json`);
  if (answers) return chosen({ kind: "registry", sentence: `registry (${registry.host})` });
  const silent = `${registry.title} does not answer`;
  if (forced === "registry") return refused(`LAB_PROVIDERS=registry, but ${silent} within 2 s`, "unset LAB_PROVIDERS");
  if (mirrorFolder(context) !== undefined) return fromMirror(context, program, silent);
  return chosen({ kind: "embedded", sentence: `embedded (${silent})` });
}

const chosen = (choice: ProviderChoice): Outcome<ProviderChoice> => found(choice, choice.sentence);

async function fromMirror(
  context: SetupContext,
  program: TerraformProgram["name"],
  why: string,
): Promise<Outcome<ProviderChoice>> {
  const folder = mirrorFolder(context);
  if (folder === undefined)
    throw new Refusal(
      "LAB_PROVIDERS",
      `"mirror" needs LAB_PROVIDER_MIRROR to name the folder it lies in; without one it is`,
      "embedded",
    );
  const missing: string[] = [];
  for (const provider of WANTED) {
    if (!(await holds(context, join(folder, REGISTRIES[program].host), provider))) missing.push(name(provider));
  }
  if (missing.length > 0)
    return refused(
      `LAB_PROVIDER_MIRROR=${folder} lacks ${missing.join(" and ")} for ${platformOf(context)} (below ${REGISTRIES[program].host}/)`,
      `${program} providers mirror -platform=${platformOf(context)} ${folder}`,
    );
  return chosen({ kind: "mirror", folder, sentence: `mirror ${folder} (${why})` });
}

type Provider = (typeof WANTED)[number];
const name = ({ namespace, type, version }: Provider): string => `${namespace}/${type} ${version}`;

/** Whether a mirror holds a provider, in one of the two layouts that Terraform reads: an archive, or a folder. */
async function holds(context: SetupContext, hostFolder: string, provider: Provider): Promise<boolean> {
  const { namespace, type, version } = provider;
  const folder = join(hostFolder, namespace, type);
  const platform = platformOf(context);
  if (await context.files.exists(join(folder, `terraform-provider-${type}_${version}_${platform}.zip`))) return true;
  const files = await context.files.list(join(folder, version, platform));
  return files.some((file) => file.startsWith(`terraform-provider-${type}`));
}
