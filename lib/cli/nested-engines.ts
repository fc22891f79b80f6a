import { mkdir, rm } from "fs/promises";
import { join } from "path";
import { setTimeout } from "timers/promises";
import type Docker from "dockerode";
import { z } from "zod";
import { onEngine } from "../checks/command";
import type { DeployedLab } from "../checks/deployed";
import { execute } from "../engine/execute";
import { hasImage, TOOLBOX_IMAGE } from "../engine/image";
import { parseJson } from "../engine/json";
import { complaintOf } from "../engine/complaint";
import { must } from "../engine/must";
import { isRemote } from "../engine/remote";
import { isTls } from "../engine/tls";
import type { Project } from "../terraform/project";
import { Unfit } from "../topology/refusal";
import { handInImages, isOwnSwarm, remotesOf, swarmMark } from "./remote-engines";

/** An image of some hundred megabytes, on a busy machine. */
const SAVE_TIMEOUT_MS = 120_000;
/** Longer paths are no addresses of sockets (unix(7): 108 bytes with the zero at the end). */
const LONGEST_SOCKET_PATH = 107;

/**
 * Lays out what a lab's throw-away engines are given from outside: a folder of its own for each one's socket, which
 * nobody else may enter, and the servers' image as an archive, since an engine of its own has no images. Remote engines
 * are handed the image, and those without ssh what looks at their hosts.
 * @throws Unfit where this checkout lies too deep for a socket, or the image cannot be written
 */
export async function layOutEngines(project: Project, lab: DeployedLab): Promise<void> {
  const folder = project.engines(lab.id);
  const remotes = remotesOf(lab);
  for (const { name } of (lab.engines ?? []).filter(({ container }) => !remotes.includes(container))) {
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
  const images = [lab.image, ...(remotes.some(isTls) ? [TOOLBOX_IMAGE] : [])];
  const what = `image ${images.join(", ")} cannot be given to the lab's engines`;
  await must(
    what,
    ["docker", "save", "--output", archive, ...images],
    SAVE_TIMEOUT_MS,
    "npx lab setup brings what is missing",
  );
  for (const address of remotes) await handInImages(address, images, archive);
}

/** Whether a lab has engines that are made for it. */
export function hasThrowAwayEngines({ engines = [] }: Pick<DeployedLab, "engines">): boolean {
  return engines.some(({ container }) => !isRemote(container));
}

/** Takes away again what was laid out. */
export async function forgetEngines(project: Project, lab: Pick<DeployedLab, "id">): Promise<void> {
  await rm(project.engines(lab.id), { recursive: true, force: true });
}

/** @throws Unfit when the image that throw-away engines run from is not there */
export async function haveEngineImage(docker: Docker, image: string, lab: string): Promise<void> {
  if (await hasImage(docker, image)) return;
  throw new Unfit(
    `lab ${lab} runs engines of its own, and image ${image} is not there`,
    `npx lab setup ${lab} builds it`,
  );
}

const SwarmState = z.object({
  LocalNodeState: z.string(),
  NodeID: z.string().default(""),
  NodeAddr: z.string().default(""),
  ControlAvailable: z.boolean().default(false),
});
type SwarmState = z.infer<typeof SwarmState>;
const SWARM_TIMEOUT_MS = 30_000;
/**
 * How often the members of a throw-away swarm tell the manager that they are there; after three times that it counts one
 * as down. Docker's 5 s are for large swarms; a lesson does not wait for 15 s.
 */
const HEARTBEAT = "1s";

/**
 * Forms the swarm of a lab's engines. Says so and does nothing where it is formed already. Remote engines that are in a
 * swarm stay in it, as they are: only a swarm that the lab itself has formed gets new members, and is left again.
 * @returns what was done, a line for each engine
 * @throws Unfit where remote engines are in different swarms, or some in none
 */
export async function formSwarm(lab: DeployedLab): Promise<string[]> {
  const members = (lab.swarm?.engines ?? []).flatMap(
    (name) => lab.engines?.find((engine) => engine.name === name) ?? [],
  );
  const [manager, ...workers] = members;
  if (manager === undefined) return [];
  const done: string[] = [];
  const remote = isRemote(manager.container);
  if ((await swarmOf(manager.container)).LocalNodeState !== "active") {
    const heartbeat = remote ? [] : ["--dispatcher-heartbeat", HEARTBEAT];
    await ask(manager.container, "swarm", "init", ...heartbeat, ...ownAddress(manager));
    const { NodeID } = await swarmOf(manager.container);
    if (remote) await ask(manager.container, "node", "update", ...swarmMark(lab), NodeID);
    done.push(`engine ${manager.name} has joined the swarm`);
  } else done.push(`engine ${manager.name} is in the swarm`);
  const { ControlAvailable, NodeAddr } = await swarmOf(manager.container);
  if (!ControlAvailable) {
    throw new Unfit(
      `engine ${manager.container} is in a swarm that it does not manage`,
      "name one of its managers first",
    );
  }
  const nodes = (await ask(manager.container, "node", "ls", "--quiet")).split("\n");
  const mayJoin = !remote || (await isOwnSwarm(manager.container, lab));
  const token = await ask(manager.container, "swarm", "join-token", "--quiet", "worker");
  for (const worker of workers) {
    const { LocalNodeState, NodeID } = await swarmOf(worker.container);
    if (LocalNodeState === "active" && nodes.includes(NodeID)) {
      done.push(`engine ${worker.name} is in the swarm`);
      continue;
    }
    if (LocalNodeState === "active") {
      throw new Unfit(
        `engines ${manager.container} and ${worker.container} are in different swarms`,
        "name two of one",
      );
    }
    if (!mayJoin) {
      throw new Unfit(
        `engine ${manager.container} is in a swarm and ${worker.container} in none; a swarm that is there is not changed`,
        `docker swarm join, on ${worker.container}`,
      );
    }
    await ask(worker.container, "swarm", "join", ...ownAddress(worker), "--token", token, `${NodeAddr}:2377`);
    done.push(`engine ${worker.name} has joined the swarm`);
  }
  return done;
}

/** Of a real machine the engine itself knows, or says that it does not. */
function ownAddress({ address }: { address?: string | undefined }): string[] {
  return address === undefined ? [] : ["--advertise-addr", address];
}

async function swarmOf(engine: string): Promise<SwarmState> {
  const found = parseJson(SwarmState, await ask(engine, "info", "--format", "{{json .Swarm}}"));
  if (found === undefined) throw new Unfit(`engine ${engine} did not say whether it is in a swarm (docker info)`);
  return found;
}

async function ask(engine: string, ...command: string[]): Promise<string> {
  const what = `docker ${command.slice(0, 2).join(" ")} failed on engine ${engine}`;
  return (await must(what, onEngine(engine, ["docker", ...command]), SWARM_TIMEOUT_MS)).trim();
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
      const argv = onEngine(manager.container, ["docker", "network", "rm", network]);
      const removed = await execute(argv, SWARM_TIMEOUT_MS);
      if (removed.exit === 0 || signal.aborted || GONE.test(removed.stderr)) break;
      if (!IN_USE.test(removed.stderr) || performance.now() > deadline) {
        throw new Unfit(
          `network ${network} of lab ${lab.id} cannot be removed: ${complaintOf(removed)}`,
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
      const argv = onEngine(container, ["docker", "ps", "--all", "--format", "{{.Names}} {{.State}}"]);
      return (await execute(argv, SWARM_TIMEOUT_MS)).stdout.trim().split("\n");
    }),
  );
  return new Map(lists.flat().map((line) => line.split(" ", 2) as [string, string]));
}
