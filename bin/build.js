/**
 * Bundles the program: TypeScript in, one JavaScript file per entry point out, so that a command starts at once.
 * Plain CommonJS on Node's own modules and esbuild. `node bin/build.js` builds always; bin/lab.js builds when needed.
 */
"use strict";
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const project = path.resolve(__dirname, "..");
const dist = path.join(project, "dist");
const stampFile = path.join(dist, ".sources");

/**
 * These stay in node_modules: cdktf reads files that lie beside its own, and the app and a person's lab must share one
 * copy of it; esbuild is a native program; Graphviz is large, and few commands draw.
 */
const left = ["cdktf", "constructs", "@cdktf/*", "esbuild", "@viz-js/viz"];

/**
 * The engine's client loads these at once, for engines reached over ssh and for sessions of BuildKit, neither of which
 * the labs use; and zod its messages in fifty languages. Left out, since they would make every command slower and the
 * provider no longer a single file.
 */
const leftOut = {
  name: "left-out",
  setup(build) {
    const unused = /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|\.\.\/locales\/index\.js)$/;
    build.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: "left-out" }));
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** What is built from what. Only entry points that exist are built. */
const programs = [
  { from: "lib/cli/main.ts", to: "lab.js" },
  { from: "main.ts", to: "main.js" },
  { from: "lib/provider/main.ts", to: "terraform-provider", program: true, options: "lib/provider/bundle.js" },
];

function present() {
  return programs.filter((program) => fs.existsSync(path.join(project, program.from)));
}

function* filesBelow(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(file);
    else yield file;
  }
}

/** A fingerprint of everything a build depends on, from sizes and times alone: reading no file keeps it cheap. */
function fingerprint() {
  const hash = createHash("sha256");
  const single = ["main.ts", "index.ts", "package.json", "package-lock.json", "tsconfig.json", "bin/build.js"];
  const files = [...filesBelow(path.join(project, "lib")), ...single.map((name) => path.join(project, name))];
  for (const file of files.sort()) {
    const found = fs.statSync(file, { throwIfNoEntry: false });
    if (found) hash.update(`${path.relative(project, file)}\0${found.size}\0${found.mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** Whether dist/ holds what these sources make. */
function fresh() {
  try {
    return (
      fs.readFileSync(stampFile, "utf8") === fingerprint() &&
      present().every((program) => fs.existsSync(path.join(dist, program.to)))
    );
  } catch {
    return false;
  }
}

/** Replaces a file in one step, so that a command that starts meanwhile reads the old one or the new one whole. */
function replace(file, content, mode) {
  const temporary = `${file}.${process.pid}.new`;
  fs.writeFileSync(temporary, content);
  fs.chmodSync(temporary, mode);
  fs.renameSync(temporary, file);
}

async function bundle(program) {
  const own = program.options ? path.join(project, program.options) : undefined;
  const result = await require("esbuild").build({
    entryPoints: [path.join(project, program.from)],
    absWorkingDir: project,
    outfile: path.join(dist, program.to),
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: left,
    // A script that was compiled before has no way to import.
    supported: { "dynamic-import": false },
    plugins: [leftOut],
    logLevel: "silent",
    ...(program.program ? { minify: true, banner: { js: "#!/usr/bin/env node" } } : {}),
    ...(own && fs.existsSync(own) ? require(own).bundleOptions : {}),
  });
  for (const output of result.outputFiles) replace(output.path, output.contents, program.program ? 0o755 : 0o644);
}

/** Not recursive: Node would call a read-only file system one on which the parent is missing. */
function makeFolder(folder) {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}

/** Builds every program. Two builds at once do no harm: each writes beside and renames. */
async function build() {
  const sources = fingerprint();
  makeFolder(dist);
  await Promise.all(present().map(bundle));
  replace(stampFile, sources, 0o644);
}

/** An error of a build as a person reads it: where, then what. */
function explain(error) {
  if (!Array.isArray(error.errors) || error.errors.length === 0) return String(error.message || error);
  return error.errors
    .map(({ location, text }) => (location ? `${location.file}:${location.line}:${location.column}: ${text}` : text))
    .join("\n");
}

module.exports = { build, explain, fresh };

if (require.main === module) {
  build().catch((error) => {
    console.error(`the build failed\n${explain(error)}`);
    process.exitCode = 1;
  });
}
