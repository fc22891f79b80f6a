import { z } from "zod";
import type { Executed } from "../engine/execute";
import { complaintOf } from "../engine/complaint";
import { type Action, commandOf, type Found, undoing } from "./action";
import { type Command, onEngine, resolved, toShell } from "./command";
import type { DeployedLab } from "./deployed";
import type { CheckRecord } from "./record";
import { notLookedAt, type RunOptions, runChecks, type Surroundings, Unresolved } from "./runner";
import { type Step, throwAwaysOf } from "./step";

export interface PlayOptions extends RunOptions {
  /** Called after each step whose actions were done, with how many steps that makes. */
  readonly onStep?: (done: number) => Promise<void>;
}

/**
 * What an action has changed takes its time to show (nginx tries for 2.5 s to get a port), and a deadline of 0, look
 * once, would see none of it: neither the way back to the beginning nor a check of a step has less than this.
 */
const SHORTEST_DEADLINE_MS = 5000;

/**
 * Runs a lab's checks. Where the lab has steps, it is first brought back to its beginning; then come the checks of the
 * beginning, then each step: its actions, then its checks. Ends after the last step of which a check is wanted.
 * @returns a record for each check, in the order of declaration
 */
export async function playLab(
  lab: DeployedLab,
  surroundings: Surroundings,
  options: PlayOptions,
): Promise<CheckRecord[]> {
  const origin = options.origin ?? surroundings.now();
  const run: Run = { lab, surroundings, options: { ...options, origin }, origin };
  if (lab.steps.length === 0) return runChecks(lab.id, lab.checks, surroundings, run.options);
  const trouble = await reset(lab, surroundings, Math.max(options.deadlineMs, SHORTEST_DEADLINE_MS));
  const records = await runChecks(lab.id, lab.checks, surroundings, run.options);
  const last = lab.steps.map(({ checks }) => checks.length > 0).lastIndexOf(true);
  const wanted = lab.steps.slice(0, last + 1);
  if (trouble !== undefined) return [...records, ...wanted.flatMap((step) => told(run, step, "error", trouble))];
  for (const [index, step] of wanted.entries()) {
    const played = await play(run, step);
    records.push(...played.records);
    if (!played.done) {
      const later = wanted.slice(index + 1);
      const reason = stopOf(options);
      if (reason !== undefined) return [...records, ...later.flatMap((one) => told(run, one, "error", reason))];
      const notDone = `not run: step ${step.name} could not be done`;
      return [...records, ...later.flatMap((one) => told(run, one, "skip", notDone))];
    }
    await options.onStep?.(index + 1);
  }
  return records;
}

/** A server is ready, or has given up, in less than that even on a busy machine. */
const READY_MS = 10_000;

/** What came of a step. */
export interface Played {
  /** Whether all its actions were done; what its checks found is another matter. */
  readonly done: boolean;
  readonly records: CheckRecord[];
}

/** Does a step's actions, one after the other, then runs its checks. An action that fails makes all of them errors. */
export function playStep(
  lab: Pick<DeployedLab, "id" | "engines">,
  step: Step,
  surroundings: Surroundings,
  options: RunOptions,
): Promise<Played> {
  const origin = options.origin ?? surroundings.now();
  return play({ lab, surroundings, options, origin }, step);
}

/** What all steps of a run share. */
interface Run {
  readonly lab: Pick<DeployedLab, "id" | "engines">;
  readonly surroundings: Surroundings;
  readonly options: RunOptions;
  readonly origin: number;
}

async function play(run: Run, step: Step): Promise<Played> {
  const { lab, surroundings, options } = run;
  for (const action of step.actions) {
    const trouble = stopOf(options) ?? (await carryOut(action, run));
    if (trouble !== undefined) return { done: false, records: told(run, step, "error", trouble) };
  }
  const deadlineMs = Math.max(options.deadlineMs, SHORTEST_DEADLINE_MS);
  return { done: true, records: await runChecks(lab.id, step.checks, surroundings, { ...options, deadlineMs }) };
}

/** An engine that was started is not ready yet; what follows needs one that is. */
async function carryOut(action: Action, { lab, surroundings }: Run): Promise<string | undefined> {
  const trouble = await perform(commandOf(action), surroundings);
  if (trouble !== undefined || action.do !== "start") return trouble;
  const engine = lab.engines?.some(({ container }) => container === action.container);
  return engine === true ? engineReady(action.container, surroundings) : undefined;
}

/** Why the run was stopped, if it was. */
function stopOf({ signal }: RunOptions): string | undefined {
  return signal?.aborted === true ? String(signal.reason) : undefined;
}

function told(run: Run, { checks }: Step, verdict: "error" | "skip", reason: string): CheckRecord[] {
  const { lab, surroundings, options, origin } = run;
  const records = checks.map((check) => notLookedAt(lab.id, check, surroundings, verdict, reason, origin));
  for (const record of records) options.onRecord?.(record);
  return records;
}

/**
 * Brings a lab with steps back to its beginning, wherever a scenario, a person or an interrupt has left it: what steps
 * connect, disconnect and run is undone, engines that they stop run again, and all servers are started anew, in the order
 * of their declaration, each as soon as the one before is ready (or has given up, where it must).
 * @param deadlineMs how long each may take; one that takes longer is left to the checks
 * @returns what could not be done, or undefined
 */
export async function reset(
  lab: Pick<DeployedLab, "servers" | "steps" | "engines">,
  surroundings: Surroundings,
  deadlineMs = READY_MS,
): Promise<string | undefined> {
  try {
    await startEngines(lab, surroundings);
    await undoAll(
      lab.steps.flatMap(({ actions }) => actions),
      lab,
      surroundings,
    );
    await killAll(lab, surroundings);
    for (const server of lab.servers) {
      const { container } = server;
      const engine = engineOf(lab, server);
      await killThere(container, engine, surroundings);
      await must(commandOf({ do: "start", container, engine }), surroundings);
      await settled(server, engine, surroundings, deadlineMs);
    }
  } catch (problem) {
    if (!(problem instanceof Undone)) throw problem;
    return `the lab could not be brought to its beginning: ${problem.message}`;
  }
  return undefined;
}

/** Servers, by name, that need not run while the lab is up: steps stop them, or they lose their port to another. */
export function mayRest({ servers, steps }: Pick<DeployedLab, "servers" | "steps">): string[] {
  const stopped = steps.flatMap(({ actions }) => actions).filter((one) => one.do === "kill" || one.do === "stop");
  return servers
    .filter((one) => one.losesPortTo !== undefined || stopped.some(({ container }) => container === one.container))
    .map(({ name }) => name);
}

/** Removes the containers and services of a lab's own steps: they would keep a network from being destroyed. */
export async function removeThrowAways(
  lab: Pick<DeployedLab, "steps" | "engines">,
  surroundings: Surroundings,
): Promise<void> {
  await undoAll(throwAwaysOf(lab.steps), lab, surroundings);
}

/** An action that the engine refuses; the message is for a person. */
class Undone extends Error {}

/** The last first. Services end side by side. */
async function undoAll(
  actions: readonly Action[],
  { engines = [] }: Pick<DeployedLab, "engines">,
  surroundings: Surroundings,
): Promise<void> {
  const services: string[] = [];
  for (const action of [...actions].reverse()) {
    const command = undoing(action, await foundOf(action, surroundings));
    if (command === undefined) continue;
    await must(command, surroundings);
    if (action.do === "create-service") services.push(action.service);
  }
  for (const service of services) {
    for (const { container } of engines) await tasksGone(service, container, surroundings);
  }
}

/** A task ends in order, on a busy machine some seconds later. */
const TASKS_GONE_MS = 15_000;

/**
 * A service that is removed is forgotten at once, and its tasks end later: until then they hold the network, which the
 * manager lets go and their engine does not. Where they do not end, whoever wants the network will tell.
 */
async function tasksGone(service: string, engine: string, { execute, now, sleep }: Surroundings): Promise<void> {
  const of = `label=com.docker.swarm.service.name=${service}`;
  const question = onEngine(engine, ["docker", "ps", "--quiet", "--filter", of]);
  const start = now();
  while ((await execute(question, LOOK_TIMEOUT_MS)).stdout.trim() !== "" && now() - start < TASKS_GONE_MS) {
    await sleep(PAUSE_MS);
  }
}

async function foundOf(action: Action, surroundings: Surroundings): Promise<Found> {
  switch (action.do) {
    case "ip":
      return findInterface(action, surroundings);
    case "create-service":
      return findService(action, surroundings);
    default:
      return find(action.container, action.engine, surroundings);
  }
}

/** Only engines that steps stop: another that is gone is no scenario's doing, and for the checks to tell. */
async function startEngines(
  { engines = [], steps }: Pick<DeployedLab, "engines" | "steps">,
  surroundings: Surroundings,
): Promise<void> {
  const stopped = steps.flatMap(({ actions }) => actions).filter((action) => action.do === "stop");
  for (const { container } of engines) {
    if (!stopped.some((action) => action.container === container)) continue;
    if ((await find(container, undefined, surroundings))?.running === true) continue;
    await must(commandOf({ do: "start", container }), surroundings);
    const trouble = await engineReady(container, surroundings);
    if (trouble !== undefined) throw new Undone(trouble);
  }
}

/** An engine takes some seconds to be ready, on a busy machine several times as many. */
const ENGINE_READY_MS = 60_000;

/** Waits until a throw-away engine answers: then it is back in its swarm, too. @returns why it does not, or undefined */
async function engineReady(engine: string, surroundings: Surroundings): Promise<string | undefined> {
  const { execute, now, sleep } = surroundings;
  const question = onEngine(engine, ["docker", "version", "--format", "{{.Server.Version}}"]);
  const start = now();
  for (;;) {
    const { exit, stderr, missing } = await execute(question, LOOK_TIMEOUT_MS);
    if (exit === 0) return undefined;
    if (now() - start > ENGINE_READY_MS) return `engine ${engine} does not answer: ${missing ?? stderr.trim()}`;
    await sleep(PAUSE_MS);
  }
}

/** The container of the throw-away engine that a server is on, if it is on one. */
function engineOf(
  { engines }: Pick<DeployedLab, "engines">,
  { engine }: DeployedLab["servers"][number],
): string | undefined {
  return engine === undefined ? undefined : engines?.find(({ name }) => name === engine)?.container;
}

/** All of the local engine at once: a server that waits for a port must not get it from one that is killed before it. */
async function killAll({ servers }: Pick<DeployedLab, "servers">, surroundings: Surroundings): Promise<void> {
  const running: string[] = [];
  for (const { container, engine } of servers) {
    if (engine === undefined && (await find(container, undefined, surroundings))?.running === true) {
      running.push(container);
    }
  }
  if (running.length > 0) await must(["docker", "kill", ...running], surroundings);
}

/**
 * On engines of the lab's own one after the other, so that a host with several on an overlay does not leave it: hosts
 * that leave it at the same moment and come back do not find each other again for half a minute (Engine 20.10).
 */
async function killThere(container: string, engine: string | undefined, surroundings: Surroundings): Promise<void> {
  if (engine === undefined || (await find(container, engine, surroundings))?.running !== true) return;
  await must(onEngine(engine, ["docker", "kill", container]), surroundings);
}

async function must(command: Command, surroundings: Surroundings): Promise<void> {
  const trouble = await perform(command, surroundings);
  if (trouble !== undefined) throw new Undone(trouble);
}

/** Commands that change something take as long as a container needs to stop, and not longer. */
const ACTION_TIMEOUT_MS = 30_000;
const LOOK_TIMEOUT_MS = 30_000;
/** A swarm's manager sometimes leaves an engine without an answer, which it gives up after 20 s; asked again, it answers. */
const LOST_ANSWER = /attaching to network failed/;

/** @returns why it could not be done, or undefined */
async function perform(command: Command, { execute, resolve }: Surroundings): Promise<string | undefined> {
  const lists = await resolved(command, resolve).catch((problem: unknown) => {
    if (problem instanceof Unresolved) return problem;
    throw problem;
  });
  if (lists instanceof Unresolved) return `${toShell(command)}: ${lists.message}`;
  for (const argv of lists) {
    let done = await execute(argv, ACTION_TIMEOUT_MS);
    if (LOST_ANSWER.test(done.stderr)) done = await execute(argv, ACTION_TIMEOUT_MS);
    if (done.exit === 0) continue;
    return `${toShell(command)}: exit ${String(done.exit)}: ${complaintOf(done)}`;
  }
  return undefined;
}

const Inspected = z.tuple([
  z.object({
    State: z.object({ Running: z.boolean() }),
    NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()) }),
  }),
]);

async function find(
  container: string,
  engine: string | undefined,
  { execute }: Surroundings,
): Promise<(NonNullable<Found> & { running: boolean }) | undefined> {
  const look = ["docker", "inspect", "--type", "container", container];
  const answer = await execute(onEngine(engine, look), LOOK_TIMEOUT_MS);
  if (answer.exit === 0) {
    const [{ State, NetworkSettings }] = Inspected.parse(JSON.parse(answer.stdout));
    return { running: State.Running, networks: Object.keys(NetworkSettings.Networks) };
  }
  if (/No such container/i.test(answer.stderr)) return undefined;
  throw new Undone(complaintOf(answer));
}

async function findInterface(action: Extract<Action, { do: "ip" }>, { execute }: Surroundings): Promise<Found> {
  const look = ["docker", "exec", action.container, "ip", "link", "show", "dev", action.interface];
  const answer = await execute(look, LOOK_TIMEOUT_MS);
  if (answer.exit === 0) return { networks: [] };
  if (/does not exist/.test(answer.stderr)) return undefined;
  throw new Undone(complaintOf(answer));
}

async function findService(
  { engine, service }: Extract<Action, { do: "create-service" }>,
  { execute }: Surroundings,
): Promise<Found> {
  const look = onEngine(engine, ["docker", "service", "inspect", "--format", "{{.ID}}", service]);
  const answer = await execute(look, LOOK_TIMEOUT_MS);
  if (answer.exit === 0) return { networks: [] };
  // The service, or the engine with it.
  if (/no such (?:service|container)/i.test(answer.stderr)) return undefined;
  throw new Undone(complaintOf(answer));
}

const PAUSE_MS = 100;

/** Waits until a server answers on the host, or has given up where it loses its port; or until the time is over. */
async function settled(
  { container, url, losesPortTo }: DeployedLab["servers"][number],
  engine: string | undefined,
  surroundings: Surroundings,
  deadlineMs: number,
): Promise<void> {
  const { execute, now, sleep } = surroundings;
  const isSettled = async (): Promise<boolean> => {
    if (losesPortTo !== undefined) return (await find(container, engine, surroundings))?.running !== true;
    return url === undefined || answers(await execute(request(url), LOOK_TIMEOUT_MS));
  };
  const start = now();
  while (!(await isSettled()) && now() - start < deadlineMs) await sleep(PAUSE_MS);
}

function request(url: string): string[] {
  return ["curl", "-4", "-sS", "--noproxy", "*", "--max-time", "2", "--output", "/dev/null", url];
}

/** One that cannot be asked at all is not waited for: the checks will tell. */
function answers({ exit, missing }: Executed): boolean {
  return exit === 0 || missing !== undefined;
}
