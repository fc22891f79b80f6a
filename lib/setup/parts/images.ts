import { z } from "zod";
import { TOOLBOX_IMAGE } from "../../engine/image";
import { Refusal } from "../../topology/refusal";
import { brought, found, refused, type Outcome, type SetupContext } from "../context";
import type { EngineFacts } from "../engine-facts";
import { hasApt, mayInstall } from "../packages";
import { act, StepFailed } from "../programs";
import { remember, siteAnswers } from "../remembered";
import { type Build, buildFromPackages } from "./debian-image";
import { engineRecipe } from "./engine-recipe";
import { type ImageRecipe, ORIGIN_LABEL, recipe, RECIPE_LABEL, versionOf } from "./image-recipe";
import { proveServer } from "./image-proof";

/** What the labs' servers and probes run from. */
export interface Images {
  readonly server: string;
  readonly toolbox: string;
}

export const SERVER_TAG = "docker-network-labs/nginx:local";
export const TOOLBOX_TAG = TOOLBOX_IMAGE;
export const ENGINE_TAG = "docker-network-labs/engine:local";

const SERVER: Build = { recipe, program: ["/usr/sbin/nginx", "-v"], version: /(nginx)\/(\S+)/, megabytes: 600 };
const ENGINE: Build = {
  recipe: engineRecipe,
  program: ["/usr/sbin/dockerd", "--version"],
  version: /^(Docker) version ([^\s,+]+)/m,
  megabytes: 1200,
};

/** The official image that the labs were written with: the tag for people, the digest of its manifest list for machines. */
const OFFICIAL = {
  name: "nginx",
  tag: "1.27.5",
  digest: "sha256:6784fb0834aa7dbbe12e3d7471e69c290df3e6ba810dc38b34ae33d3c1c05f7d",
} as const;
const OFFICIAL_REFERENCE = `${OFFICIAL.name}:${OFFICIAL.tag}@${OFFICIAL.digest}`;
const OFFICIAL_LOCAL = `${OFFICIAL.name}@${OFFICIAL.digest}`;

/** A registry that answers an anonymous question answers "who are you?". */
const DOCKER_HUB = { url: "https://registry-1.docker.io/v2/", status: 401 } as const;

const Image = z.object({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});
type Image = z.infer<typeof Image>;

async function inspect(context: SetupContext, engine: EngineFacts, name: string): Promise<Image | undefined> {
  const image = await context.engine(engine.host).image(name);
  return image === undefined ? undefined : Image.parse(image);
}

/** What a local tag stands for, if that is what this version of the labs means by it. */
function originOf(image: Image | undefined, made: ImageRecipe = recipe): string | undefined {
  const labels = image?.Config?.Labels ?? {};
  if (labels[RECIPE_LABEL] === versionOf(made)) return labels[ORIGIN_LABEL] ?? "built from Debian packages";
  if (image?.RepoDigests?.includes(OFFICIAL_LOCAL) === true) return `the official ${OFFICIAL.name}:${OFFICIAL.tag}`;
  return undefined;
}

/** The names of the images that labs use: LAB_IMAGE in place of the server's, where it is set. */
export function imageNames(environment: NodeJS.ProcessEnv): Images {
  return { server: environment["LAB_IMAGE"] || SERVER_TAG, toolbox: TOOLBOX_TAG };
}

/** The image that the labs' servers run from. */
export async function serverImage(context: SetupContext, engine: EngineFacts): Promise<Outcome<string>> {
  const own = context.environment["LAB_IMAGE"];
  if (own !== undefined && own !== "") return theNamed(context, engine, own);
  const origin = originOf(await inspect(context, engine, SERVER_TAG));
  if (origin !== undefined) return found(SERVER_TAG, `${SERVER_TAG}, ${origin}`);
  return (await takeOfficial(context, engine)) ?? buildServer(context, engine);
}

/** The image that looks at networks from inside. It is the server's own where that was built from packages. */
export async function toolboxImage(context: SetupContext, engine: EngineFacts): Promise<Outcome<string>> {
  const origin = originOf(await inspect(context, engine, TOOLBOX_TAG));
  if (origin !== undefined) return found(TOOLBOX_TAG, `${TOOLBOX_TAG}, ${origin}`);
  return build(context, engine, SERVER, [TOOLBOX_TAG]);
}

/** The image that throw-away engines run from: for the labs of several hosts, which ask for it. */
export async function engineImage(context: SetupContext, engine: EngineFacts): Promise<Outcome<string>> {
  const origin = originOf(await inspect(context, engine, ENGINE_TAG), engineRecipe);
  if (origin !== undefined) return found(ENGINE_TAG, `${ENGINE_TAG}, ${origin}`);
  return build(context, engine, ENGINE, [ENGINE_TAG]);
}

const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const REGISTRY = "[a-zA-Z0-9.-]+(?::[0-9]+)?";
/** `[registry/]path[:tag][@digest]` */
const REFERENCE = new RegExp(
  `^(?:${REGISTRY}/)?${COMPONENT}(?:/${COMPONENT})*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

async function theNamed(context: SetupContext, engine: EngineFacts, name: string): Promise<Outcome<string>> {
  if (!REFERENCE.test(name))
    throw new Refusal(
      "LAB_IMAGE",
      `"${name}" is not an image's name; one looks like`,
      `${OFFICIAL.name}:${OFFICIAL.tag}`,
    );
  if ((await inspect(context, engine, name)) !== undefined) return found(name, `${name} (LAB_IMAGE)`);
  const absent = `LAB_IMAGE=${name}: the engine has no such image`;
  if (!context.mayBring) return refused(absent, `docker pull ${name}`);
  try {
    await act(context, ["docker", "pull", "--quiet", name]);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return refused(`${absent}, and it cannot be pulled\n${error.message}`, "unset LAB_IMAGE");
  }
  return brought(name, `${name}, pulled (LAB_IMAGE)`);
}

/** The official image if the engine has it or can pull it; undefined where it must be done without. */
async function takeOfficial(context: SetupContext, engine: EngineFacts): Promise<Outcome<string> | undefined> {
  const present = (await inspect(context, engine, OFFICIAL_LOCAL)) !== undefined;
  if (!present && !(await mayPull(context, engine))) return undefined;
  if (!context.mayBring) return refused(`no image ${SERVER_TAG}`, "node bin/lab.js setup");
  if (!present && !(await pullOfficial(context))) return undefined;
  await act(context, ["docker", "tag", OFFICIAL_LOCAL, SERVER_TAG]);
  await prove(context);
  return brought(
    SERVER_TAG,
    `${SERVER_TAG}, the official ${OFFICIAL.name}:${OFFICIAL.tag}${present ? "" : ", pulled"}`,
  );
}

/** Whether a pull is worth trying. An engine with mirrors may reach what this machine cannot. */
async function mayPull(context: SetupContext, engine: EngineFacts): Promise<boolean> {
  return engine.hasMirrors || (await siteAnswers(context, DOCKER_HUB.url, DOCKER_HUB.status));
}

async function pullOfficial(context: SetupContext): Promise<boolean> {
  try {
    await act(context, ["docker", "pull", OFFICIAL_REFERENCE]);
    return true;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    context.output.line(`    ${error.message.split("\n").join("\n    ")}`);
    await remember(context, `answers ${DOCKER_HUB.url}`, false);
    return false;
  }
}

async function buildServer(context: SetupContext, engine: EngineFacts): Promise<Outcome<string>> {
  const outcome = await build(context, engine, SERVER, [SERVER_TAG, TOOLBOX_TAG]);
  if (outcome.verdict !== "refused") await prove(context);
  return outcome;
}

/** An image that fails its proof loses its tag: the next set-up must not find it. */
async function prove(context: SetupContext): Promise<void> {
  try {
    await proveServer(context, SERVER_TAG);
  } catch (error) {
    await context.run(["docker", "rmi", SERVER_TAG]);
    throw error;
  }
}

async function build(
  context: SetupContext,
  engine: EngineFacts,
  made: Build,
  tags: readonly [string, ...string[]],
): Promise<Outcome<string>> {
  const [tag] = tags;
  const setup = `${context.system.userId === 0 ? "" : "sudo "}node bin/lab.js setup`;
  if (!(await hasApt(context)))
    return refused(
      `no image ${tag}: Docker Hub does not answer, and this system has no apt to build one from Debian's packages`,
      `docker load --input <an archive that holds ${tag}>`,
    );
  if (!(await mayInstall(context))) return refused(`no image ${tag}`, setup);
  const began = context.clock.now();
  const before = await inspect(context, engine, tag);
  await buildFromPackages(context, made, tags);
  // An image of an older recipe that lost its name to the new one. One that a container still uses stays.
  if (before?.Config?.Labels?.[RECIPE_LABEL] !== undefined) await context.run(["docker", "rmi", before.Id]);
  const seconds = Math.round((context.clock.now() - began) / 1000);
  return brought(tag, `${tag}, built from Debian packages (${seconds} s)`);
}
