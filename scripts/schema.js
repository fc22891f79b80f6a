/** Writes the JSON Schema of check records: `npm run schema`. Made from the type, and held to it by a test. */
"use strict";
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const project = path.resolve(__dirname, "..");
const outfile = path.join(project, "dist/record-schema.js");
const entryPoints = [path.join(project, "scripts/record-schema.ts")];
require("esbuild").buildSync({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs" });
const file = path.join(project, "docs/schema/check-record.schema.json");
fs.mkdirSync(path.dirname(file), { recursive: true });
fs.writeFileSync(file, JSON.stringify(require(outfile).recordSchema(), null, 2));
spawnSync(path.join(project, "node_modules/.bin/prettier"), ["--write", file], { stdio: "inherit" });
