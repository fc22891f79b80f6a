import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { brought, found, refused, type Outcome, type SetupContext } from "../context";
import { which } from "../programs";
import { recall, remember, siteAnswers } from "../remembered";
import { unzip } from "../unzip";

export interface TerraformProgram {
  readonly path: string;
  readonly name: "terraform" | "tofu";
  readonly version: string;
}

/** The oldest versions whose language and plugin protocol the labs were written for. */
const OLDEST = { terraform: [1, 5], tofu: [1, 6] } as const;

const RELEASES = "https://releases.hashicorp.com";
const RELEASE = "1.11.4";

/** Of https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_SHA256SUMS */
const CHECKSUMS: Readonly<Record<string, string>> = {
  linux_amd64: "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
  linux_arm64: "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
};

/** Neither asks the vendor for news nor for a person's answer. */
const QUIET = { CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };

const Version = z.object({ name: z.enum(["terraform", "tofu"]), version: z.string() });
type Version = z.infer<typeof Version>;

/** The program's own name and version; a wrapper of either name may call the other. Remembered while the file is the same. */
async function versionOf(context: SetupContext, path: string): Promise<Version | undefined> {
  const stamp = await context.files.stamp(path);
  const name = `version ${path} ${stamp?.size} ${stamp?.changed}`;
  const known = await recall(context, name, Version);
  if (known !== undefined) return known;
  const { stdout } = await context.run([path, "version"], { environment: QUIET, deadline: 20_000 });
  const said = /^(Terraform|OpenTofu) v(\d+\.\d+\.\d+\S*)/.exec(stdout);
  if (said?.[2] === undefined) return undefined;
  const version: Version = { name: said[1] === "OpenTofu" ? "tofu" : "terraform", version: said[2] };
  await remember(context, name, version);
  return version;
}

function isNewEnough({ name, version }: Version): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST[name];
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

const title = { terraform: "Terraform", tofu: "OpenTofu" } as const;
const wanted = "labs need Terraform 1.5 or newer, or OpenTofu 1.6 or newer";
const ownProgram = (context: SetupContext): string => join(context.project, ".lab", "bin", "terraform");

type Candidate = { readonly program?: TerraformProgram; readonly problem?: string };

async function examine(context: SetupContext, path: string): Promise<Candidate> {
  const version = await versionOf(context, path);
  if (version === undefined) return { problem: `${path} does not say its version as Terraform or OpenTofu would` };
  if (!isNewEnough(version)) return { problem: `${path} is ${title[version.name]} ${version.version}` };
  return { program: { path, ...version } };
}

function describe({ path, name, version }: TerraformProgram): string {
  return name === "tofu" ? `OpenTofu ${version} (${path})` : `${version} (${path})`;
}

/** Terraform or OpenTofu: the one named by TERRAFORM_BINARY_NAME, one on PATH, or one of our own in `.lab/bin`. */
export async function terraform(context: SetupContext): Promise<Outcome<TerraformProgram>> {
  const named = context.environment["TERRAFORM_BINARY_NAME"];
  if (named !== undefined && named !== "") return theNamed(context, named);
  const problems: string[] = [];
  for (const name of ["terraform", "tofu", ownProgram(context)]) {
    const path = await which(context, name);
    if (path === undefined) continue;
    const { program, problem } = await examine(context, path);
    if (program !== undefined) return found(program, describe(program));
    if (problem !== undefined) problems.push(problem);
  }
  const lacking = problems.length === 0 ? "neither terraform nor tofu is on PATH" : problems.join("; ");
  return download(context, `${lacking}; ${wanted}`);
}

async function theNamed(context: SetupContext, named: string): Promise<Outcome<TerraformProgram>> {
  const path = await which(context, named);
  if (path === undefined)
    return refused(`TERRAFORM_BINARY_NAME=${named}: there is no such program on PATH`, "unset TERRAFORM_BINARY_NAME");
  const { program, problem } = await examine(context, path);
  if (program !== undefined) return found(program, describe(program));
  return refused(`TERRAFORM_BINARY_NAME=${named}: ${problem}; ${wanted}`, "unset TERRAFORM_BINARY_NAME");
}

async function download(context: SetupContext, lacking: string): Promise<Outcome<TerraformProgram>> {
  const platform = platformOf(context);
  const checksum = CHECKSUMS[platform];
  const install = "https://developer.hashicorp.com/terraform/install";
  if (checksum === undefined) return refused(`${lacking}, and set-up brings none for ${platform}`, install);
  if (!(await siteAnswers(context, RELEASES)))
    return refused(
      `${lacking}. None was downloaded: ${RELEASES} does not answer. Put a terraform program on PATH, or name one`,
      "export TERRAFORM_BINARY_NAME=/path/to/terraform",
    );
  if (!context.mayBring) return refused(lacking, "node bin/lab.js setup");
  return bring(context, `${RELEASES}/terraform/${RELEASE}/terraform_${RELEASE}_${platform}.zip`, checksum);
}

async function bring(context: SetupContext, url: string, checksum: string): Promise<Outcome<TerraformProgram>> {
  const path = ownProgram(context);
  const archive = `${path}.${process.pid}.zip`;
  context.output.line(`  → curl -fSLo .lab/bin/terraform.zip ${url}  (sha256 ${checksum})`);
  await context.files.makeFolder(join(context.project, ".lab", "bin"));
  try {
    await context.http.download(url, archive, context.output.moving);
    context.output.moving(undefined);
    const content = (await context.files.readBytes(archive)) ?? Buffer.alloc(0);
    const sum = createHash("sha256").update(content).digest("hex");
    if (sum !== checksum)
      return refused(`${url} is not what it should be: sha256 ${sum} instead of ${checksum}; it was thrown away`);
    await context.files.write(path, unzip(content, "terraform"), 0o755);
  } finally {
    await context.files.remove(archive);
  }
  const { program, problem } = await examine(context, path);
  return program === undefined
    ? refused(problem ?? `${path} does not run`)
    : brought(program, `${program.version}, downloaded to .lab/bin (checksum verified)`);
}

/** The platform as Terraform and its providers call it, e.g. `linux_amd64`. */
export function platformOf(context: SetupContext): string {
  const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  const systems: Readonly<Record<string, string>> = { win32: "windows" };
  const { platform, architecture } = context.system;
  return `${systems[platform] ?? platform}_${architectures[architecture] ?? architecture}`;
}
