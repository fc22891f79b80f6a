import { spawn } from "child_process";
import { mkdir } from "fs/promises";
import { join } from "path";
import type { Command } from "commander";
import { NESTED_HOST } from "../labs/catalogue";
import { machine, providerChoice, terraformProgram } from "../setup";
import { labsWithState, readState } from "../terraform/state";
import { Refusal, Unfit } from "../topology/refusal";
import { createLabs, withOptions } from "./commands/up";
import { takeAway } from "./commands/down";
import { ENTERED, ENTERED_SOCKET } from "./entered";
import { reachedEngine } from "./engine";
import { EXIT } from "./exit";
import { option } from "./options";
import type { Session } from "./session";

/** Commands about labs that are up somewhere. */
const ABOUT_LABS = ["up", "down", "check", "step", "reset", "status", "matrix", "commands"];

/** Thrown instead of doing a command's work here: it was done elsewhere. */
export class HandedOver extends Error {
  constructor(readonly exit: number) {
    super("done elsewhere");
  }
}

interface OnOptions extends Readonly<Record<string, unknown>> {
  readonly on?: string;
  readonly all?: boolean;
  readonly force?: boolean;
}

/** `--on nested`: gives the commands about labs a throw-away host to do their work on. */
export function elsewhere(program: Command, session: Session): void {
  for (const command of program.commands.filter((one) => ABOUT_LABS.includes(one.name()))) {
    command.addOption(
      option("--on <host>", `"${NESTED_HOST.id}": on a throw-away host, an engine in a container`).choices([
        NESTED_HOST.id,
      ]),
    );
  }
  program.hook("preAction", async (_program, command) => {
    const options = command.opts<OnOptions>();
    if (options.on === undefined || session.place !== undefined || !ABOUT_LABS.includes(command.name())) return;
    throw new HandedOver(await onNestedHost(session, command.name(), options));
  });
}

/** Does a command's work on the throw-away host, which is brought by `up` and goes with the last lab that was on it. */
async function onNestedHost(session: Session, verb: string, options: OnOptions): Promise<number> {
  if (process.getuid?.() !== 0) {
    throw new Unfit("--on nested enters the namespaces of a container, which only root may", `sudo npx lab ${verb} …`);
  }
  let host = await foundHost(session);
  if (host === undefined) {
    if (verb === "status" || verb === "down") {
      session.print("no throw-away host is up");
      return EXIT.fine;
    }
    if (verb !== "up")
      throw new Refusal("--on nested", "no lab is on a throw-away host; first", "npx lab up host --on nested");
    const { nestedHost } = await import("../labs");
    if ((await createLabs(session, [nestedHost], withOptions(session.environment, options))) === undefined)
      return EXIT.unfit;
    host = await foundHost(session);
    if (host === undefined) throw new Error("the throw-away host is up, and not in its state");
  }
  if (host.pid === undefined) {
    if (verb === "down" && (options.all === true || options.force === true)) return takeHostAway(session);
    throw new Unfit(
      `the throw-away host is there, but does not run (${host.container}: ${host.status})`,
      "npx lab down --all --on nested takes it away, with what was on it",
    );
  }
  session.say(`on ${host.container}, a throw-away host (a shell there: docker exec -it ${host.container} bash)`);
  const exit = await enter(session, host.container, host.pid, verb === "up" || verb === "down");
  if (verb === "down" && exit === EXIT.fine && (await isBare(session))) return takeHostAway(session);
  return exit;
}

/** What the host is called in its stack. */
const HOST = "host";

interface FoundHost {
  readonly container: string;
  readonly status: string;
  /** Its first process, as this machine counts; undefined when it does not run. */
  readonly pid: number | undefined;
}

async function foundHost(session: Session): Promise<FoundHost | undefined> {
  const docker = await reachedEngine(session);
  const { lab } = await readState(session.project.state(NESTED_HOST.id), NESTED_HOST.id);
  const container = lab?.engines?.[0]?.container;
  if (container === undefined) return undefined;
  try {
    const { State } = await docker.getContainer(container).inspect();
    return { container, status: State.Status, pid: State.Running ? State.Pid : undefined };
  } catch (problem) {
    if ((problem as { statusCode?: number }).statusCode !== 404) throw problem;
    return { container, status: "absent", pid: undefined };
  }
}

/** Whether no lab is on the host any more. */
async function isBare({ project }: Session): Promise<boolean> {
  const there = project.onEngines(NESTED_HOST.id);
  const states = (await labsWithState(there.folder)).map((id) => readState(there.state(id), id));
  return (await Promise.all(states)).every(({ empty }) => empty);
}

async function takeHostAway(session: Session): Promise<number> {
  const { nestedHost } = await import("../labs");
  return takeAway(session, [nestedHost]);
}

/**
 * Runs this same command in the host's namespaces (network, processes, control groups, name), with the machine's own programs and files.
 * For it the host is the machine it runs on: no check, probe or stage knows of another.
 */
async function enter(
  { project, environment }: Session,
  container: string,
  pid: number,
  byTerraform: boolean,
): Promise<number> {
  await mkdir(project.onEngines(NESTED_HOST.id).folder, { recursive: true, mode: 0o700 });
  // Those are about the machine's own engine.
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith("DOCKER_"));
  return run(
    [
      ...["nsenter", "--target", String(pid), "--net", "--uts", "--pid", "--cgroup", "--no-fork"],
      // A fork of its own: it lets signals through to the program, and waits for it.
      ...["unshare", "--fork", "--mount", "--mount-proc"],
      ...[process.execPath, ...process.argv.slice(1)],
    ],
    {
      ...Object.fromEntries(kept),
      [ENTERED]: container,
      [ENTERED_SOCKET]: join(project.engines(NESTED_HOST.id), HOST, "docker.sock"),
      ...(byTerraform ? await tools(project.checkout, environment) : {}),
    },
  );
}

/** Found here: there is another project folder, and no registry can be reached from there. */
async function tools(folder: string, environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const context = machine({ project: folder, environment });
  const [{ path }, { kind }] = await Promise.all([terraformProgram(context), providerChoice(context)]);
  return { TERRAFORM_BINARY_NAME: path, LAB_PROVIDERS: kind === "registry" ? "embedded" : kind };
}

/** In a group of its own, to which signals are handed on: a terminal's Ctrl-C must reach the program once. */
function run([program = "", ...args]: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", env: environment, detached: true });
    const handOn = (signal: NodeJS.Signals): void => {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    };
    process.on("SIGINT", handOn).on("SIGTERM", handOn);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", handOn).off("SIGTERM", handOn);
      resolve(code ?? EXIT.interrupted);
    });
  });
}
