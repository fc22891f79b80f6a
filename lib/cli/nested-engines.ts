import { mkdir, rm } from "fs/promises";
import { join } from "path";
import { setTimeout } from "timers/promises";
import type Docker from "dockerode";
import { z } from "zod";
import type { DeployedLab } from "../checks/deployed";
import { execute } from "../engine/execute";
import type { Project } from "../terraform/project";
import { Unfit } from "../topology/refusal";

/** An image of some hundred megabytes, on a busy machine. */
const SAVE_TIMEOUT_MS = 120_000;
/** Longer paths are no addresses of sockets (unix(7): 108 bytes with the zero at the end). */
const LONGEST_SOCKET_PATH = 107;

/**
 * Lays out what a lab's throw-away engines are given from outside: a folder of its own for each one's socket, which
 * nobody else may enter, and the servers' image as an archive, since an engine of its own has no images.
 * @throws Unfit where this checkout lies too deep for a socket, or the image cannot be written
 */
export async function layOutEngines(project: Project, lab: DeployedLab): Promise<void> {
  const folder = project.engines(lab.id);
  for (const { name } of lab.engines ?? []) {
    const socket = join(folder, name, "docker.sock");
    const bytes = Buffer.byteLength(socket);
    if (bytes > LONGEST_SOCKET_PATH) {
      throw new Unfit(
        `${socket} has ${String(bytes)} bytes; the path of a socket has at most ${String(LONGEST_SOCKET_PATH)}`,
        "a checkout in a folder with a shorter path will do",
      );
    }
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  }
  await mkdir(join(folder, "images"), { recursive: true, mode: 0o700 });
  const archive = join(folder, "images", "server.tar");
  const { exit, stderr, missing } = await execute(["docker", "save", "--output", archive, lab.image], SAVE_TIMEOUT_MS);
  if (exit !== 0)
    throw new Unfit(`image ${lab.image} cannot be given to the lab's engines: ${missing ?? stderr.trim()}`);
}

/** Takes away again what was laid out. */
export async function forgetEngines(project: Project, lab: Pick<DeployedLab, "id">): Promise<void> {
  await rm(project.engines(lab.id), { recursive: true, force: true });
}

/** @throws Unfit when the image that throw-away engines run from is not there */
export async function haveEngineImage(docker: Docker, image: string, lab: string): Promise<void> {
  try {
    await docker.getImage(image).inspect();
  } catch (problem) {
    if ((problem as { statusCode?: number }).statusCode !== 404) throw problem;
    throw new Unfit(
      `lab ${lab} runs engines of its own, and image ${image} is not there`,
      `npx lab setup ${lab} builds it`,
    );
  }
}

const SwarmState = z.object({ LocalNodeState: z.string(), NodeID: z.string().default("") });
const SWARM_TIMEOUT_MS = 30_000;

/**
 * Forms the swarm of a lab's engines. Says so and does nothing where it is formed already.
 * @returns what was done, a line for each engine
 */
export async function formSwarm(lab: DeployedLab): Promise<string[]> {
  const members = (lab.swarm?.engines ?? []).flatMap(
    (name) => lab.engines?.find((engine) => engine.name === name) ?? [],
  );
  const [manager, ...workers] = members;
  if (manager === undefined) return [];
  const ask = async (container: string, ...command: string[]): Promise<string> => {
    const argv = ["docker", "exec", container, "docker", ...command];
    const { exit, stdout, stderr, missing } = await execute(argv, SWARM_TIMEOUT_MS);
    if (exit === 0) return stdout.trim();
    throw new Unfit(
      `docker ${command.slice(0, 2).join(" ")} failed on engine ${container}: ${missing ?? stderr.trim()}`,
    );
  };
  const isMember = async (container: string): Promise<boolean> => {
    const state = SwarmState.parse(JSON.parse(await ask(container, "info", "--format", "{{json .Swarm}}")));
    return state.LocalNodeState === "active";
  };
  const done: string[] = [];
  const join = async (engine: { name: string; container: string }, ...command: string[]): Promise<void> => {
    if (await isMember(engine.container)) return void done.push(`engine ${engine.name} is in the swarm`);
    await ask(engine.container, ...command);
    done.push(`engine ${engine.name} has joined the swarm`);
  };
  await join(manager, "swarm", "init", "--advertise-addr", manager.address);
  const token = await ask(manager.container, "swarm", "join-token", "--quiet", "worker");
  for (const worker of workers) {
    const own = ["--advertise-addr", worker.address];
    await join(worker, "swarm", "join", ...own, "--token", token, `${manager.address}:2377`);
  }
  return done;
}

const LEAVING_DEADLINE_MS = 30_000;
const LEAVING_PAUSE_MS = 200;
/** The manager learns late that a container is gone, and nothing but its refusal tells what it knows. */
const IN_USE = /is in use by|has active endpoints/;

/**
 * Removes the networks across a swarm as soon as its manager lets them go. An engine that does not answer has none.
 * @throws Unfit when containers are still there after half a minute, or the engine refuses for another reason
 */
export async function removeOverlays(lab: DeployedLab, signal: AbortSignal): Promise<void> {
  const manager = lab.engines?.find(({ name }) => name === lab.swarm?.engines[0]);
  if (manager === undefined) return;
  const deadline = performance.now() + LEAVING_DEADLINE_MS;
  for (const network of lab.swarm?.networks ?? []) {
    for (;;) {
      const argv = ["docker", "exec", manager.container, "docker", "network", "rm", network];
      const { exit, stderr } = await execute(argv, SWARM_TIMEOUT_MS);
      if (exit === 0 || signal.aborted || GONE.test(stderr)) break;
      if (!IN_USE.test(stderr) || performance.now() > deadline) {
        throw new Unfit(
          `network ${network} of lab ${lab.id} cannot be removed: ${stderr.trim()}`,
          `npx lab down ${lab.id} --force`,
        );
      }
      await setTimeout(LEAVING_PAUSE_MS);
    }
  }
}

/** The network, or the whole engine. */
const GONE = /No such (?:network|container)|network \S+ not found|is not running/;

/** What runs on a lab's throw-away engines: the state of each container by its name, as its own engine tells it. */
export async function containerStates(lab: Pick<DeployedLab, "engines">): Promise<ReadonlyMap<string, string>> {
  const lists = await Promise.all(
    (lab.engines ?? []).map(async ({ container }) => {
      const argv = ["docker", "exec", container, "docker", "ps", "--all", "--format", "{{.Names}} {{.State}}"];
      return (await execute(argv, SWARM_TIMEOUT_MS)).stdout.trim().split("\n");
    }),
  );
  return new Map(lists.flat().map((line) => line.split(" ", 2) as [string, string]));
}
