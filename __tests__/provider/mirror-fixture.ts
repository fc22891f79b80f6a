import { buildSync } from "esbuild";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeMirror } from "../../lib/provider";
import { bundleOptions } from "../../lib/provider/bundle";

/** The provider as it is delivered: built, laid out as a mirror, and a CLI configuration that allows nothing else. */
export interface BuiltMirror {
  folder: string;
  mirror: string;
  bundle: string;
  environment: { TF_CLI_CONFIG_FILE: string };
  remove(): void;
}

export function build(outfile: string): void {
  buildSync({ ...bundleOptions, outfile, logLevel: "error" });
  chmodSync(outfile, 0o755);
}

export async function builtMirror(): Promise<BuiltMirror> {
  const folder = mkdtempSync(path.join(tmpdir(), "lab-test-mirror-"));
  const [mirror, program] = [path.join(folder, "mirror"), path.join(folder, "terraform-provider")];
  build(program);
  await writeMirror(mirror, program);
  const configuration = path.join(folder, "terraformrc");
  writeFileSync(configuration, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
  return {
    folder,
    mirror,
    bundle: program,
    environment: { TF_CLI_CONFIG_FILE: configuration },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
