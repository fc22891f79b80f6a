import Module, { createRequire } from "module";

/**
 * cdktf loads what packs archives as soon as it is loaded itself, which is a tenth of a synthesis, and never calls it: it
 * packs in another process. Imported before cdktf is.
 */
const file = createRequire(require.resolve("cdktf")).resolve("archiver");
const nothing = new Module(file);
nothing.loaded = true;
require.cache[file] ??= nothing;
