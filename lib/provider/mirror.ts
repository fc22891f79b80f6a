import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { REGISTRIES } from "./host";
import { PROVIDERS, type Servable } from "./providers";

/** A folder above may say that JavaScript here is of modules; then Node would not start the provider. */
const PACKAGE_JSON = '{"type":"commonjs"}\n';
const EXECUTABLE = 0o755;

/** The built provider laid out as Terraform looks for providers in a folder. Does nothing where it lies there already. */
export async function writeMirror(folder: string, bundle: string): Promise<void> {
  await writeIfDifferent(path.join(folder, "package.json"), Buffer.from(PACKAGE_JSON));
  const program = await readFile(bundle);
  for (const registry of REGISTRIES) {
    for (const provider of PROVIDERS) {
      const place = packageFolder(folder, registry, provider);
      await writeIfDifferent(path.join(place, "package.json"), Buffer.from(PACKAGE_JSON));
      await writeIfDifferent(path.join(place, programName(provider)), program, EXECUTABLE);
    }
  }
}

function programName(provider: Servable): string {
  return `terraform-provider-${provider.type}`;
}

function packageFolder(mirror: string, registry: string, provider: Servable): string {
  return path.join(mirror, registry, ...provider.source.split("/"), provider.version, platform());
}

/** As Go names operating systems and processors. */
export function platform(): string {
  const processors: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64", ia32: "386" };
  return `${process.platform}_${processors[process.arch] ?? process.arch}`;
}

/** A new file takes the old one's place at once: a provider that is running keeps the file it was started from. */
async function writeIfDifferent(file: string, content: Buffer, mode = 0o644): Promise<void> {
  if (await isEqual(file, content, mode)) return;
  await mkdir(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.new`;
  try {
    await writeFile(fresh, content);
    await chmod(fresh, mode);
    await rename(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}

async function isEqual(file: string, content: Buffer, mode: number): Promise<boolean> {
  try {
    const [found, { mode: foundMode }] = await Promise.all([readFile(file), stat(file)]);
    return found.equals(content) && (foundMode & 0o777) === mode;
  } catch {
    return false;
  }
}

/**
 * The text of a `.terraform.lock.hcl` for the mirror's providers, as `terraform init` would write it: `providers lock`,
 * which cdktf runs where there is no lock file, does not look into mirrors.
 */
export async function lockFile(mirror: string, registry: string): Promise<string> {
  const header =
    '# This file is maintained automatically by "terraform init".\n# Manual edits may be lost in future updates.\n';
  const sorted = [...PROVIDERS].sort((a, b) => (a.source < b.source ? -1 : 1));
  const blocks = await Promise.all(
    sorted.map(async (provider) => {
      const hash = await packageHash(packageFolder(mirror, registry, provider));
      return [
        "",
        `provider "${registry}/${provider.source}" {`,
        `  version     = "${provider.version}"`,
        `  constraints = "${provider.version}"`,
        "  hashes = [",
        `    "${hash}",`,
        "  ]",
        "}",
        "",
      ].join("\n");
    }),
  );
  return header + blocks.join("");
}

/** Go's hash of a package ("h1:"): of the list of the hashes of its files, by name. */
async function packageHash(folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  const lines = await Promise.all(
    names.map(async (name) => `${sha256(await readFile(path.join(folder, name))).toString("hex")}  ${name}\n`),
  );
  return `h1:${sha256(Buffer.from(lines.join(""))).toString("base64")}`;
}

function sha256(content: Buffer): Buffer {
  return createHash("sha256").update(content).digest();
}
