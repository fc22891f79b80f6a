import { readFileSync, writeFileSync } from "fs";
import { availableParallelism } from "os";
import { join } from "path";
import { EXIT } from "../lib/cli/exit";
import { packageFolder, settingsFrom } from "../lib/constructs/settings";
import { connect, engineHost } from "../lib/engine/connection";
import { engineFacts } from "../lib/engine/facts";
import { machine, terraformProgram } from "../lib/setup";
import { Refusal, Unfit } from "../lib/topology/refusal";
import { checkGroup, floorGroup, hostGroup, manyGroup, overlayGroup, providerGroup, synthGroup } from "./groups";
import { networkGroup, underlayGroup } from "./network";
import { type Group, measure } from "./measure";
import { GROUPS, type Options, optionsFrom } from "./options";
import { Interrupted, Place } from "./place";
import { filled, type GroupResult, markdownOf, type Results, textOf } from "./results";

const CHECKOUT = packageFolder(__dirname);

async function main(): Promise<void> {
  const options = optionsFrom(process.argv.slice(2));
  const docker = connect(engineHost(process.env));
  const terraform = await terraformProgram(machine({ project: CHECKOUT }));
  const engine = await engineFacts(docker);
  const place = new Place(CHECKOUT, docker, {
    TERRAFORM_BINARY_NAME: terraform.path,
    BENCH_SERVERS: String(options.servers),
  });
  try {
    const groups = await measured(place, terraform.path, options);
    const versions = { node: process.versions.node, [terraform.name]: terraform.version, docker: engine.version };
    const processors = availableParallelism();
    await write({ schema: "bench/1", rounds: options.rounds, machine: { processors, versions }, groups }, options);
  } finally {
    await place.remove();
  }
}

async function measured(place: Place, terraform: string, options: Options): Promise<GroupResult[]> {
  await place.refuseOccupied();
  await place.run([process.execPath, "bin/build.js"]);
  // Brings nothing, only says what is missing; and lays out the mirror that plain Terraform takes its providers from.
  await place.run(["env", "LAB_SETUP=check", process.execPath, "bin/lab.js", "setup"]);
  await place.run([process.execPath, "bin/app.js"]);
  const groups: Readonly<Record<(typeof GROUPS)[number], () => Group | Promise<Group>>> = {
    host: () => hostGroup(place, terraform),
    many: () => manyGroup(place, options.servers),
    synth: () => synthGroup(place, options.labs, settingsFrom(place.environment, place.project)),
    provider: () => providerGroup(place),
    floor: () => floorGroup(place, terraform),
    overlay: () => overlayGroup(place),
    // The labs of these stay up until the end.
    underlay: () => underlayGroup(place),
    network: () => networkGroup(place),
    check: () => checkGroup(place, ["host", "bridge"]),
  };
  const results: GroupResult[] = [];
  for (const name of options.only === undefined ? GROUPS : [options.only]) {
    const result = await measure(await groups[name](), options.rounds, (text) => console.error(`… ${text}`));
    console.log(`\n${textOf(result)}\n`);
    results.push(result);
  }
  return results;
}

/** A part of the groups is not the result of the whole: it is only printed. */
async function write(results: Results, { only, write: toReadme }: Options): Promise<void> {
  if (only !== undefined) return;
  const { format } = await import("prettier");
  writeFileSync(
    join(CHECKOUT, "bench/results.json"),
    await format(JSON.stringify(results), { parser: "json", printWidth: 120 }),
  );
  if (!toReadme) return;
  const readme = join(CHECKOUT, "README.md");
  const page = filled(readFileSync(readme, "utf8"), markdownOf(results));
  writeFileSync(readme, await format(page, { parser: "markdown", printWidth: 120 }));
}

main().catch((problem: unknown) => {
  if (problem instanceof Interrupted) {
    process.exitCode = EXIT.interrupted;
    return;
  }
  if (!(problem instanceof Refusal) && !(problem instanceof Unfit)) throw problem;
  console.error(problem.message);
  process.exitCode = problem instanceof Refusal ? EXIT.usage : EXIT.unfit;
});
