const path = require("node:path");

/** How the provider becomes one file that Terraform can start: options for esbuild, without the output. */
const unused = path.join(__dirname, "unused.js");

module.exports = {
  bundleOptions: {
    entryPoints: [path.join(__dirname, "main.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: true,
    legalComments: "none",
    banner: { js: "#!/usr/bin/env node" },
    // dockerode brings these for ways to an engine that the provider does not take; they are most of its size.
    alias: { ssh2: unused, "@grpc/grpc-js": unused, "@grpc/proto-loader": unused, protobufjs: unused },
  },
};
