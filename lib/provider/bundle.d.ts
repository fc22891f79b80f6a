import type { BuildOptions } from "esbuild";

/** Options for esbuild, without the output file. */
export const bundleOptions: BuildOptions;
