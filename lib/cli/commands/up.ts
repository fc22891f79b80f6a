import { rm } from "fs/promises";
import type { Command } from "commander";
import type { DeployedLab } from "../../checks/deployed";
import { obstacles, portsOf, refuseClashes, shortcomings } from "../../checks/preflight";
import { type CheckRecord, exitCodeOf } from "../../checks/record";
import { withToolbox } from "../../checks/toolbox";
import { look } from "../../checks/world";
import { ENGINE_IMAGE } from "../../constructs/settings";
import { conditions } from "../../engine/conditions";
import { haveImage } from "../../engine/image";
import type { OwnLab } from "../../labs";
import { type LabEntry, LABS, NESTED_HOST } from "../../labs/catalogue";
import { failure, seconds, summary, table } from "../../report/text";
import { readState } from "../../terraform/state";
import { init, type Outcome } from "../../terraform/terraform";
import { Refusal, Unfit } from "../../topology/refusal";
import { REMOTE_RANGE } from "../../topology/remote-machine";
import { checkDeployed, DEADLINE_MS, lastRecords } from "../check-deployed";
import { EXIT } from "../exit";
import { reachedEngine } from "../engine";
import { flagOf, option, withExamples } from "../options";
import { type Machinery, withMachinery } from "../machinery";
import { labsMeant } from "../own-labs";
import { hasThrowAwayEngines, haveEngineImage } from "../nested-engines";
import { progressOf } from "../progress";
import { remoteObstacles } from "../remote-engines";
import type { Session } from "../session";
import { currentStacks } from "../stacks";
import { stoppedEngines } from "../stopped-engines";
import { timedChange, timedCommand, type TimedOptions } from "../timed";
import { mendWires } from "../wires";

/** The labs' own options among them, by the names that commander gives them. */
type UpOptions = TimedOptions & Readonly<Record<string, string | boolean>>;

/** `lab up`: creates labs, proves them, and says what there is to see. */
export function upCommand(program: Command, session: Session): void {
  const command = program
    .command("up <labs...>")
    .description("create labs and prove that they behave as taught")
    .addOption(option("--image <image>", "another nginx image for the servers"))
    .addOption(
      option("--dns <address>", "whom the embedded resolver asks for names it does not know (127.0.0.1: nobody)"),
    )
    .addOption(
      option("--remote-range <subnet>", `where remote machines have their addresses, a /29 each (${REMOTE_RANGE})`),
    );
  timedCommand<UpOptions>(command, session, (labs, options) => up(session, labs, options));
  for (const { variable, placeholder, description } of [...LABS, NESTED_HOST].flatMap((lab) => lab.options)) {
    command.addOption(option(`${flagOf(variable)} <${placeholder}>`, description));
  }
  withExamples(command, [
    ["npx lab up host bridge", "both labs, one after the other"],
    ["npx lab up host --http-port 8081", "nginx on another port; also LAB_HTTP_PORT=8081"],
    ["npx lab up examples/two-servers.ts", "a lab of one's own"],
    ["npx lab up bridge --subnet 10.80.0.0/24", "another subnet; also LAB_SUBNET=10.80.0.0/24"],
  ]);
}

/** @returns the exit code: 0 all proven, 1 a check failed, 2 something could not be measured, 3 Terraform failed */
async function up(session: Session, names: readonly string[], options: UpOptions): Promise<number> {
  const wanted = await labsMeant(session.project, names);
  refuseEnginesThere(session, wanted);
  const created = await createLabs(session, wanted, withOptions(session.environment, options));
  if (created === undefined) return EXIT.unfit;
  const { described, records } = created;
  session.print(`\n${table(records, session.style)}\n`);
  session.print(`What you have now\n${whatYouHave(described)}`);
  session.print(tips(described, names, session.place));
  return exitCodeOf(records);
}

/** On a throw-away host there is no image for more of them, and labs of several hosts touch no network here anyway. */
function refuseEnginesThere({ place }: Session, wanted: readonly LabEntry[]): void {
  const lab = wanted.find(({ engines }) => engines === true);
  if (place === undefined || lab === undefined) return;
  throw new Refusal(place.option, `lab ${lab.id} brings hosts of its own, and needs no other`, `npx lab up ${lab.id}`);
}

/** What came of creating labs. */
export interface Created {
  readonly described: readonly DeployedLab[];
  readonly records: readonly CheckRecord[];
}

/** @returns undefined when Terraform failed, which is then said */
export async function createLabs(
  session: Session,
  wanted: readonly (LabEntry | OwnLab)[],
  environment: NodeJS.ProcessEnv,
): Promise<Created | undefined> {
  const { timeline } = session;
  return withMachinery(session, async (machinery) => {
    const described = await currentStacks(session, machinery, environment, wanted);
    await timeline.step("look for obstacles", () => refuseObstacles(session, described));
    const records: CheckRecord[] = [];
    for (const lab of described) {
      const result = await create(session, machinery, lab);
      if (result === undefined) return undefined;
      records.push(...result);
    }
    return { described, records };
  });
}

/** Options of the command line come before variables of the same name. */
export function withOptions(
  environment: NodeJS.ProcessEnv,
  options: Readonly<Record<string, unknown>>,
): NodeJS.ProcessEnv {
  const given = Object.entries(options).map(([name, value]) => [
    `LAB_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    String(value),
  ]);
  return { ...environment, ...(Object.fromEntries(given) as Record<string, string>) };
}

/** All labs are looked at before the first is created: a taken port of the second must not leave half a result. */
async function refuseObstacles(session: Session, labs: readonly DeployedLab[]): Promise<void> {
  refuseClashes(labs);
  const docker = await reachedEngine(session);
  const [owner] = labs;
  if (owner === undefined) return;
  const world = await withToolbox(docker, owner, (execute) => look(docker, labs.flatMap(portsOf), execute));
  const found = await Promise.all(
    labs.map(async (lab) => obstacles(lab, world, (await readState(session.project.state(lab.id), lab.id)).names)),
  );
  const needy = labs.filter(({ needs }) => needs !== undefined);
  const unmet =
    needy.length === 0 ? [] : await conditions(docker).then((here) => needy.map((lab) => shortcomings(lab, here)));
  const engines = await Promise.all(labs.flatMap((lab) => [stoppedEngines(docker, lab), remoteObstacles(lab)]));
  const problems = [...unmet.flat(), ...found.flat(), ...engines.flat()];
  if (problems.length > 0) throw new Unfit(problems.join("\n"));
  for (const image of new Set(labs.map((lab) => lab.image))) await haveImage(docker, image);
  for (const { id } of labs.filter(hasThrowAwayEngines)) {
    await haveEngineImage(docker, ENGINE_IMAGE, id);
  }
  for (const { id } of labs) session.proved.unobstructed.add(id);
}

/** @returns what the checks found, or undefined when Terraform failed for another reason, which is then printed */
async function create(
  session: Session,
  { terraform }: Machinery,
  lab: DeployedLab,
): Promise<CheckRecord[] | undefined> {
  session.print(session.style.strong(lab.id));
  const folder = session.project.stack(lab.id);
  const started = await session.timeline.step(`${lab.id}: init`, () => init(terraform, folder));
  if (started.exit !== 0) return explain(session, lab, started);
  // What was found earlier must not be taken for what this deploy finds.
  await rm(session.project.records(lab.id), { force: true });
  await withToolbox(session.docker(), lab, (execute) => mendWires(session.docker(), lab, execute));
  const progress = progressOf(session);
  const applied = await timedChange(session, terraform, { lab: lab.id, folder, verb: "apply" }, progress.onEvent);
  const checked = progress.finished("null_resource.checks");
  const failedElsewhere = applied.errors.some((error) => error.address !== "null_resource.checks");
  if (applied.exit !== 0 && (failedElsewhere || !checked)) return explain(session, lab, applied);
  const start = session.timeline.now();
  const records = checked
    ? await lastRecords(session.project, lab.id)
    : await session.timeline.step(`${lab.id}: checks`, () =>
        checkDeployed(session.project, session.docker(), lab, { deadlineMs: DEADLINE_MS }),
      );
  if (lab.checks.length === 0) return [];
  for (const record of records) session.timeline.checked(record);
  // The checks did not get as far as a record: then Terraform says why.
  if (applied.exit !== 0 && exitCodeOf(records) === 0) return explain(session, lab, applied);
  const duration = checked ? "" : `    ${seconds(session.timeline.now() - start)}`;
  const mark = exitCodeOf(records) === 0 ? session.style.good("✓") : session.style.bad("✗");
  session.print(`  ${mark} checks: ${summary(records)}${duration}`);
  for (const record of records.filter((one) => one.verdict === "fail" || one.verdict === "error")) {
    session.print(`\n${failure(record, session.style)}`);
  }
  return records;
}

function explain(session: Session, lab: DeployedLab, { errors }: Outcome): undefined {
  for (const { summary: what, detail, address } of errors) {
    const where = address === undefined ? "" : `${address}: `;
    session.say(`  ${session.style.bad("✗")} ${where}${[what, detail].filter((part) => part !== "").join("\n    ")}`);
  }
  const on = session.place === undefined ? "" : ` ${session.place.option}`;
  session.say(
    `lab ${lab.id} is not up. What exists of it: npx lab status${on}; take it away: npx lab down ${lab.id}${on}`,
  );
  return undefined;
}

/** One line a server: which lab, what it is, where to see it. */
function whatYouHave(labs: readonly DeployedLab[]): string {
  const rows = labs.flatMap(({ id, servers, remotes }) =>
    [...servers, ...remotes.map((remote) => ({ story: remoteStory(remote) }))].map(
      ({ story, url = "" }: { story: string; url?: string | undefined }, index) => ({
        lab: index === 0 ? id : "",
        story,
        url,
      }),
    ),
  );
  const width = (of: (row: (typeof rows)[number]) => string): number =>
    Math.max(...rows.map((row) => of(row).length)) + 2;
  const [labWidth, storyWidth] = [width(({ lab }) => lab), width(({ story }) => story)];
  return rows
    .map(({ lab, story, url }) => `  ${lab.padEnd(labWidth)}${story.padEnd(storyWidth)}${url}`.trimEnd())
    .join("\n");
}

function remoteStory({ name, address, hostAddress }: DeployedLab["remotes"][number]): string {
  return `machine "${name}" beside the host (${address}), which it knows as ${hostAddress}`;
}

function tips(labs: readonly DeployedLab[], names: readonly string[], place: Session["place"]): string {
  const lines = labs.flatMap((lab) => lab.tryNext);
  const on = place === undefined ? "" : ` ${place.option}`;
  return [
    ...(place === undefined ? [] : [`There  ${place.shell}`]),
    ...lines.map((line, index) => `${(index === 0 ? "Try" : "").padEnd(7)}${line}`),
    `Why    npx lab explain ${labs[0]?.checks.at(-1)?.id ?? "CHECK"}`,
    `Again  npx lab check${on}`,
    `Stop   npx lab down ${names.join(" ")}${on}`,
  ].join("\n");
}
