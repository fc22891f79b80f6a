import { join } from "node:path";
import type { SetupContext } from "../context";
import { ensureLists, install } from "../packages";
import { act, at, StepFailed, which } from "../programs";
import { type ImageRecipe, ORIGIN_LABEL, RECIPE_LABEL, versionOf } from "./image-recipe";

/** What an image is made of, and how to ask what became of it. */
export interface Build {
  readonly recipe: ImageRecipe;
  /** The program that the image is about, as it is asked for its version inside. */
  readonly program: readonly [string, ...string[]];
  /** Finds name and version in what that prints. */
  readonly version: RegExp;
  /** What it takes on disk meanwhile, in MB: the packages unpacked, once more as an archive, and a little air. */
  readonly megabytes: number;
}

/** On disk whatever /tmp is, and never a shared folder, which would lose owners and links. */
const WORK_FOLDER = "/var/tmp";

/** Builds an image from Debian's packages and gives it these tags. Needs root and apt. */
export async function buildFromPackages(context: SetupContext, build: Build, tags: readonly string[]): Promise<void> {
  const free = await context.files.freeBytes(at(context, WORK_FOLDER));
  const { megabytes } = build;
  if (free < megabytes * 1024 * 1024) {
    const left = Math.floor(free / 1024 / 1024);
    throw new Error(`${WORK_FOLDER} has ${left} MB left; building the image needs ${megabytes} MB`);
  }
  if ((await which(context, "mmdebstrap")) === undefined) await install(context, ["mmdebstrap"]);
  const folder = await context.files.makeTemporaryFolder(at(context, `${WORK_FOLDER}/docker-network-labs-image-`));
  try {
    const root = join(folder, "root");
    await unpack(context, build.recipe, root);
    await finish(context, build.recipe, root);
    await pack(context, build, folder, root, tags);
  } finally {
    await context.files.remove(folder);
  }
}

interface Source {
  readonly uri: string;
  readonly suite: string;
  readonly component: string;
}

/** This system's own sources of its distribution, as apt reads them: a site's mirror is used, other vendors' are not. */
async function ownSources(context: SetupContext): Promise<readonly Source[]> {
  const format = "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)";
  const { stdout } = await context.run(["apt-get", "indextargets", "--format", format, "Created-By: Packages"]);
  const lines = stdout.split("\n").map((line) => line.split("|"));
  return lines.flatMap(([origin, uri, suite, component]) =>
    (origin === "Debian" || origin === "Ubuntu") && uri && suite && component ? [{ uri, suite, component }] : [],
  );
}

function sourceLines(sources: readonly Source[]): readonly string[] {
  const components = new Map<string, Set<string>>();
  for (const { uri, suite, component } of sources) {
    const key = `${uri} ${suite}`;
    components.set(key, (components.get(key) ?? new Set()).add(component));
  }
  return [...components].map(([place, names]) => `deb ${place} ${[...names].join(" ")}`);
}

/** apt's own proxy, which mmdebstrap does not read. */
async function proxyOptions(context: SetupContext): Promise<readonly string[]> {
  const { stdout } = await context.run(["apt-config", "shell", "PROXY", "Acquire::http::Proxy"]);
  const proxy = /^PROXY='(.+)'/.exec(stdout)?.[1];
  return proxy === undefined ? [] : [`--aptopt=Acquire::http::Proxy "${proxy}";`];
}

interface Release {
  readonly codename: string;
  readonly name: string;
}

async function releaseOf(context: SetupContext, root: string): Promise<Release> {
  const text = (await context.files.read(join(root, "etc/os-release"))) ?? "";
  const value = (key: string): string => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  return { codename: value("VERSION_CODENAME") || "stable", name: value("PRETTY_NAME") || "Debian" };
}

async function unpack(context: SetupContext, recipe: ImageRecipe, root: string): Promise<void> {
  await ensureLists(context);
  const { codename } = await releaseOf(context, context.system.root);
  const include = `--include=${recipe.packages.join(",")}`;
  const sources = sourceLines(await ownSources(context));
  const options = ["--variant=extract", "--mode=root", ...(await proxyOptions(context)), include];
  await act(context, ["mmdebstrap", ...options, codename, root, ...sources]);
}

/** Does by hand what the packages' scripts would have done, and takes away what no container reads. */
async function finish(context: SetupContext, recipe: ImageRecipe, root: string): Promise<void> {
  const { files } = context;
  for (const path of recipe.removed) await files.remove(join(root, path));
  for (const [path, mode] of Object.entries(recipe.folders)) await files.makeFolder(join(root, path), mode);
  for (const [path, { content, mode }] of Object.entries(recipe.files))
    await files.write(join(root, path), content, mode);
  for (const [path, target] of Object.entries(recipe.links)) await files.link(target, join(root, path));
  const linker = await context.run(["chroot", root, "/sbin/ldconfig"]);
  if (linker.exit !== 0) throw new StepFailed(["chroot", root, "/sbin/ldconfig"], linker.exit, linker.stderr);
}

async function originOf(context: SetupContext, build: Build, root: string): Promise<string> {
  const { stdout, stderr } = await context.run(["chroot", root, ...build.program]);
  const [, name = build.program[0], version = ""] = build.version.exec(stdout + stderr) ?? [];
  return `${name} ${version} from the packages of ${(await releaseOf(context, root)).name}`;
}

/** A Dockerfile around the unpacked system: `docker import` cannot say by which signal to stop. */
async function pack(
  context: SetupContext,
  build: Build,
  folder: string,
  root: string,
  tags: readonly string[],
): Promise<void> {
  const labels = [
    `LABEL ${RECIPE_LABEL}="${versionOf(build.recipe)}"`,
    `LABEL ${ORIGIN_LABEL}="${await originOf(context, build, root)}"`,
  ];
  const dockerfile = ["FROM scratch", "ADD root.tar /", ...labels, ...build.recipe.metadata].join("\n");
  const image = join(folder, "image");
  await context.files.write(join(image, "Dockerfile"), `${dockerfile}\n`);
  await act(context, ["tar", "-C", root, "--numeric-owner", "-cf", join(image, "root.tar"), "."]);
  await act(context, ["docker", "build", "--quiet", ...tags.flatMap((tag) => ["--tag", tag]), image]);
}
