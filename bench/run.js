/** `npm run bench`: builds the program and the benchmark, as the program itself is built, and runs it. */
"use strict";
const path = require("node:path");

const project = path.resolve(__dirname, "..");

async function main() {
  const outfile = path.join(project, "dist/bench.js");
  const external = ["cdktf", "constructs", "@cdktf/*", "ssh2", "@grpc/*", "protobufjs", "prettier"];
  const entryPoints = [path.join(__dirname, "main.ts")];
  await require("esbuild").build({ entryPoints, outfile, external, bundle: true, platform: "node", format: "cjs" });
  require(outfile);
}

void main();
