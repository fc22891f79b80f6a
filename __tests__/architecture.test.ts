import { existsSync, readdirSync, readFileSync } from "fs";
import { dirname, join, relative, resolve } from "path";
import * as ts from "typescript";

const PROJECT = resolve(__dirname, "..");

/**
 * The direction of imports, by folders of lib/: what a folder may import besides itself. From the model to what people
 * type; a folder that is not listed here has no place yet.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  topology: [],
  engine: ["topology"],
  checks: ["topology", "engine"],
  constructs: ["topology", "checks", "engine/ssh", "engine/tls", "package.json"],
  labs: ["topology", "checks", "constructs"],
  report: ["checks"],
  terraform: ["topology", "checks/deployed"],
  provider: ["topology", "engine"],
  setup: ["topology", "engine", "bin/alone"],
  cli: [
    ...["topology", "engine", "checks", "constructs", "labs", "report", "terraform", "provider", "setup"],
    "package.json",
  ],
};

/** What may be imported from outside, where that is not everybody's. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  cdktf: ["constructs", "labs", "cli"],
  constructs: ["constructs", "labs", "cli"],
  "@cdktf/provider-docker": ["constructs"],
  "@cdktf/provider-null": ["constructs"],
  commander: ["cli"],
  child_process: ["engine", "terraform", "provider", "setup", "cli"],
};

interface Import {
  readonly file: string;
  /** A file of the project without its ending (`lib/checks/check`), or a package. */
  readonly target: string;
}

function imports(): Import[] {
  const files = readdirSync(join(PROJECT, "lib"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return files.flatMap((name) => {
    const file = join("lib", name);
    const { importedFiles } = ts.preProcessFile(readFileSync(join(PROJECT, file), "utf8"), true, true);
    return importedFiles.map(({ fileName }) => ({ file, target: targetOf(file, fileName) }));
  });
}

function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith(".")) return relative(PROJECT, resolve(PROJECT, dirname(file), specifier));
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
    .replace(/^node:/, "");
}

const folderOf = (path: string): string => path.split("/")[1] ?? path;
const inside = ({ target }: Import): boolean =>
  target.startsWith("lib/") || target.includes("/") || target.endsWith(".json");

const all = imports();

test("imports are seen: of values, of types alone, of packages", () => {
  expect(all).toContainEqual({ file: "lib/checks/world.ts", target: "lib/engine/execute" });
  expect(all).toContainEqual({ file: "lib/checks/runner.ts", target: "lib/engine/execute" });
  expect(all).toContainEqual({ file: "lib/setup/index.ts", target: "bin/alone" });
  for (const name of Object.keys(ONLY)) expect(all.map(({ target }) => target)).toContain(name);
});

test("every folder of lib/ has its place", () => {
  expect(readdirSync(join(PROJECT, "lib")).sort()).toEqual(Object.keys(ALLOWED).sort());
});

test.each(Object.entries(ALLOWED))("%s imports only what lies before it", (folder, allowed) => {
  const wrong = all
    .filter((one) => folderOf(one.file) === folder && !one.target.startsWith("@") && inside(one))
    .filter(({ target }) => {
      const name = target.replace(/^lib\//, "");
      return !target.startsWith(`lib/${folder}/`) && !allowed.some((one) => name === one || name.startsWith(`${one}/`));
    });
  expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

test.each(Object.entries(ONLY))("%s is imported where it belongs", (name, folders) => {
  const wrong = all.filter(({ file, target }) => target === name && !folders.includes(folderOf(file)));
  expect(wrong.map(({ file }) => `${file} imports ${name}`)).toEqual([]);
});

test("one file names the provider bindings, so that their names can change", () => {
  const naming = all.filter(({ target }) => target.startsWith("@cdktf/")).map(({ file }) => file);
  expect(new Set(naming)).toEqual(new Set(["lib/constructs/providers.ts"]));
});

test("the directions have no circle", () => {
  const reached = (from: string, seen: readonly string[] = []): string[] =>
    (ALLOWED[from] ?? [])
      .map((one) => one.split("/")[0] ?? one)
      .flatMap((one) => (seen.includes(one) ? one : [one, ...reached(one, [...seen, one])]));
  for (const folder of Object.keys(ALLOWED)) expect(reached(folder)).not.toContain(folder);
});

/** The files that a file brings along when it is built; what is imported for its types alone is not. */
function brought(from: string, seen = new Set<string>()): Set<string> {
  if (seen.has(from)) return seen;
  seen.add(from);
  const { statements } = ts.createSourceFile(from, readFileSync(join(PROJECT, from), "utf8"), ts.ScriptTarget.Latest);
  for (const statement of statements) {
    const specifier = isBringing(statement) ? statement.moduleSpecifier : undefined;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) continue;
    const target = targetOf(from, specifier.text);
    const file = [`${target}.ts`, join(target, "index.ts")].find((one) => existsSync(join(PROJECT, one)));
    if (file === undefined) seen.add(target);
    else brought(file, seen);
  }
  return seen;
}

function isBringing(statement: ts.Statement): statement is ts.ImportDeclaration | ts.ExportDeclaration {
  if (ts.isExportDeclaration(statement)) return !statement.isTypeOnly;
  if (!ts.isImportDeclaration(statement)) return false;
  const { importClause } = statement;
  const names = importClause?.namedBindings;
  if (importClause?.name !== undefined || names === undefined || !ts.isNamedImports(names))
    return importClause?.isTypeOnly !== true;
  return !importClause?.isTypeOnly && names.elements.some(({ isTypeOnly }) => !isTypeOnly);
}

test("a lab of one's own brings no client of the engine: with its native parts, the lab would not build", () => {
  expect([...brought("lib/engine/execute.ts")]).toContain("dockerode");
  expect([...brought("index.ts")]).toContain("lib/checks/probes/http.ts");
  expect([...brought("index.ts")]).not.toContain("dockerode");
});
