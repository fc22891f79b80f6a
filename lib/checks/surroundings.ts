import { randomBytes } from "crypto";
import { networkInterfaces } from "os";
import { performance } from "perf_hooks";
import { setTimeout } from "timers/promises";
import type Docker from "dockerode";
import { z } from "zod";
import { type Conditions, describeConditions } from "../engine/conditions";
import { daemonPid, ENGINE_PID_FILE } from "../engine/daemon";
import { execute } from "../engine/execute";
import { parseJson } from "../engine/json";
import { complaintOf } from "../engine/complaint";
import { onEngine, type Reference, taskAddresses, tasksOn } from "./command";
import { lackingIn } from "./need";
import { type Surroundings, Unresolved } from "./runner";
import type { Execute } from "./toolbox";

/** How far programs see here. */
export interface Sight {
  /** Runs them, as root where they need it. */
  readonly execute: Execute;
  /** Why that is not possible, or undefined. */
  readonly lackingRoot: string | undefined;
}

/** The real machine and the real engine. */
export function realSurroundings(
  docker: Docker,
  found: Conditions,
  interfacesBefore: readonly string[] | undefined,
  sight: Sight,
): Surroundings {
  return {
    execute: sight.execute,
    resolve: (reference) => resolve(docker, reference),
    lacking: (need) => (need === "root" ? sight.lackingRoot : lackingIn(need, found)),
    now: () => performance.now(),
    timeOrigin: performance.timeOrigin,
    sleep: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
    interfacesBefore,
    engine: { version: found.version, kernel: found.kernel, summary: describeConditions(found) },
  };
}

const someWord = (): string => randomBytes(4).toString("hex");
const THIS_RUN = someWord();

async function resolve(docker: Docker, reference: Reference): Promise<readonly string[]> {
  switch (reference.ref) {
    case "container-pid":
      return [String(await containerPid(docker, reference.container, reference.engine))];
    case "short-id":
      return [(await inspectContainer(docker, reference.container, undefined)).Id.slice(0, 12)];
    case "container-start":
      return [(await inspectContainer(docker, reference.container, undefined)).State.StartedAt];
    case "remote-pid":
      return [String(await remotePid(docker, reference))];
    case "engine-pid":
      return [await enginePid()];
    case "container-address":
      return [await containerAddress(docker, reference)];
    case "overlay-namespace":
      return [await overlayNamespace(reference)];
    case "bridge":
      return [await bridgeName(docker, reference.network)];
    case "image-id":
      return [await imageId(reference)];
    case "task-address":
      return [await taskAddress(reference)];
    case "this-run":
      return [THIS_RUN];
    case "this-look":
      return [someWord()];
    case "each-host-address":
      return hostAddresses();
  }
}

async function containerPid(docker: Docker, name: string, engine: string | undefined): Promise<number> {
  const { State } = await inspectContainer(docker, name, engine);
  if (!State.Running) throw new Unresolved(`container ${name} is not running (${State.Status})`);
  return State.Pid;
}

/** A container that is started anew has a new namespace: the wire went with the old one, and its host's end too. */
async function remotePid(docker: Docker, remote: { container: string; wire: string; lab: string }): Promise<number> {
  const pid = await containerPid(docker, remote.container, undefined);
  if (remote.wire in networkInterfaces()) return pid;
  throw new Unresolved(
    `no wire (${remote.wire}) leads to the remote machine ${remote.container}: npx lab up ${remote.lab} lays it again`,
  );
}

async function containerAddress(
  docker: Docker,
  { container, network, engine }: Extract<Reference, { ref: "container-address" }>,
): Promise<string> {
  const { NetworkSettings } = await inspectContainer(docker, container, engine);
  const address = NetworkSettings.Networks[network]?.IPAddress;
  if (address) return address;
  throw new Unresolved(`container ${container} has no address on network ${network}`);
}

async function inspectContainer(
  docker: Docker,
  name: string,
  engine: string | undefined,
): Promise<Pick<Docker.ContainerInspectInfo, "Id" | "State" | "NetworkSettings">> {
  if (engine === undefined) return docker.getContainer(name).inspect().catch(unresolved);
  const [found] = await askedThere(engine, ["docker", "inspect", name], InspectedThere);
  return found as Docker.ContainerInspectInfo;
}

/** What is looked at of a container on a throw-away engine. */
const InspectedThere = z.tuple([
  z.object({
    Id: z.string(),
    State: z.object({ Running: z.boolean(), Status: z.string(), Pid: z.number() }),
    NetworkSettings: z.object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string() })) }),
  }),
]);

const ASK_TIMEOUT_MS = 5000;

/** What another engine's own docker command answers. On a busy machine that may be half of it, or nothing. */
async function askedThere<T>(engine: string, command: readonly string[], schema: z.ZodType<T>): Promise<T> {
  const answer = parseJson(schema, await toldThere(engine, command));
  if (answer === undefined) throw new Unresolved(`${engine}: ${command.join(" ")} was answered with no whole JSON`);
  return answer;
}

async function toldThere(engine: string, command: readonly string[]): Promise<string> {
  const asked = await execute(onEngine(engine, command), ASK_TIMEOUT_MS);
  if (asked.exit !== 0) throw new Unresolved(`${engine}: ${complaintOf(asked)}`);
  return asked.stdout;
}

const Identified = z.tuple([z.object({ Id: z.string() })]);

async function imageId({ image, engine }: Extract<Reference, { ref: "image-id" }>): Promise<string> {
  return (await askedThere(engine, ["docker", "image", "inspect", image], Identified))[0].Id;
}

async function taskAddress({ service, network, engine }: Extract<Reference, { ref: "task-address" }>): Promise<string> {
  const addresses = taskAddresses(await toldThere(engine, tasksOn(network)), service);
  const [address] = addresses;
  if (address !== undefined && addresses.length === 1) return address;
  throw new Unresolved(`service ${service} has ${String(addresses.length)} tasks on ${engine}, not one`);
}

/** The engine keeps one for each overlay, named after the first ten digits of its id. */
async function overlayNamespace({ network, engine }: { network: string; engine: string }): Promise<string> {
  const [{ Id }] = await askedThere(engine, ["docker", "network", "inspect", network], Identified);
  return `/run/docker/netns/1-${Id.slice(0, 10)}`;
}

const BRIDGE_NAME = "com.docker.network.bridge.name";

async function bridgeName(docker: Docker, network: string): Promise<string> {
  const { Id, Options } = (await docker.getNetwork(network).inspect().catch(unresolved)) as Docker.NetworkInspectInfo;
  return Options?.[BRIDGE_NAME] ?? `br-${Id.slice(0, 12)}`;
}

/** 404 and a silent engine alike: what was to be looked at cannot be found out about now. */
function unresolved(problem: unknown): never {
  const reason = (problem as { json?: { message?: string } }).json?.message;
  throw new Unresolved(reason ?? `the engine does not answer: ${(problem as Error).message}`);
}

async function enginePid(): Promise<string> {
  const pid = await daemonPid();
  if (pid !== undefined) return pid;
  throw new Unresolved(`no dockerd of this machine is named in ${ENGINE_PID_FILE}; is the engine elsewhere?`);
}

function hostAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).filter((one) => one.family === "IPv4").map((one) => one.address),
  );
}
