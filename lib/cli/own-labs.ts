import { existsSync } from "fs";
import { createRequire } from "module";
import { basename, join, relative, resolve } from "path";
import type { App } from "cdktf";
import type { LabStack } from "../constructs/lab-stack";
import type { OwnLab } from "../labs";
import { type LabEntry, labNamed, LABS, NESTED_HOST } from "../labs/catalogue";
import type { Project } from "../terraform/project";
import { checkedName } from "../topology/name";
import { Refusal } from "../topology/refusal";

/** What a lab's file exports by default. */
type LabClass = new (scope: App, id: string) => LabStack;

/**
 * The labs that a person means by `names`: the project's by their name, one's own by the file that describes it. The
 * lab is then called as the file is.
 * @throws Refusal for an unknown name, or a file that is none or holds no lab
 */
export async function labsMeant(project: Project, names: readonly string[]): Promise<(LabEntry | OwnLab)[]> {
  const found = await Promise.all(names.map((name) => (isFile(name) ? ownLab(project, name) : labNamed(name))));
  return found.filter((lab, index) => found.findIndex((other) => other.id === lab.id) === index);
}

/** Those of them that the project itself does not have. */
export function ownOf(labs: readonly (LabEntry | OwnLab)[]): OwnLab[] {
  return labs.filter((lab) => "create" in lab);
}

function isFile(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

async function ownLab(project: Project, name: string): Promise<OwnLab> {
  const file = resolve(name);
  if (!existsSync(file)) throw new Refusal("lab", `there is no file ${name}`);
  const id = checkedName(name, basename(file).replace(/\.[^.]+$/, ""));
  if ([...LABS, NESTED_HOST].some((lab) => lab.id === id))
    throw new Refusal(name, `"${id}" is a lab of the project; another file name gives another lab`);
  const Lab = await bundled(project, file, name, id);
  return { id, shows: relative(project.folder, file), options: [], create: (app) => new Lab(app, id) };
}

/** TypeScript in, so it is built as the program itself is; `docker-network-labs` in it means this checkout. */
async function bundled(project: Project, file: string, name: string, id: string): Promise<LabClass> {
  const { build } = await import("esbuild");
  const outfile = join(project.memory, "own", `${id}.js`);
  try {
    await build({
      entryPoints: [file],
      outfile,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      alias: { "docker-network-labs": join(project.checkout, "index.ts") },
      // One copy of these for the labs of the project and those of a person.
      external: ["cdktf", "constructs", "@cdktf/*"],
      logLevel: "silent",
    });
  } catch (problem) {
    throw new Refusal(name, `does not build: ${(problem as Error).message.split("\n").slice(1).join("; ")}`);
  }
  const { default: exported } = createRequire(outfile)(outfile) as { default?: unknown };
  if (typeof exported !== "function") {
    throw new Refusal(name, "exports no lab; a lab's file ends in", "export default class MyLab extends LabStack");
  }
  return exported as LabClass;
}
