import { execFileSync } from "child_process";
import { mkdtempSync, readdirSync, rmSync } from "fs";
import { tmpdir } from "os";
import { join, resolve } from "path";
import { buildSync } from "esbuild";

const project = resolve(__dirname, "../..");

/** In a process of its own: jest has other ideas of what is loaded. */
it("cdktf does not load what packs archives, and packs all the same", () => {
  const folder = mkdtempSync(join(tmpdir(), "lab-archiver-"));
  try {
    const contents = `
      import "./lib/cli/without-archiver";
      import { App, AssetType, TerraformAsset, TerraformStack } from "cdktf";
      const app = new App({ outdir: ${JSON.stringify(join(folder, "out"))} });
      const stack = new TerraformStack(app, "stack");
      new TerraformAsset(stack, "asset", { path: "docs/decisions", type: AssetType.ARCHIVE });
      app.synth();
      console.log(JSON.stringify(Object.keys(require.cache).filter((file) => file.includes("/archiver-utils/"))));`;
    const outfile = join(project, "node_modules/.without-archiver.test.js");
    buildSync({
      stdin: { contents, resolveDir: project },
      outfile,
      bundle: true,
      platform: "node",
      external: ["cdktf"],
    });
    try {
      expect(JSON.parse(execFileSync(process.execPath, [outfile], { cwd: project, encoding: "utf8" }))).toEqual([]);
    } finally {
      rmSync(outfile);
    }
    expect(readdirSync(join(folder, "out/stacks/stack/assets"), { recursive: true })).toContainEqual(
      expect.stringMatching(/archive\.zip$/),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
