import { networkInterfaces } from "os";
import { performance } from "perf_hooks";
import { setTimeout } from "timers/promises";
import type Docker from "dockerode";
import { type Conditions, describeConditions } from "../engine/conditions";
import { daemonPid, ENGINE_PID_FILE } from "../engine/daemon";
import type { Reference } from "./command";
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
  { execute, lackingRoot }: Sight,
): Surroundings {
  return {
    execute,
    resolve: (reference) => resolve(docker, reference),
    lacking: (need) => (need === "root" ? lackingRoot : lackingIn(need, found)),
    now: () => performance.now(),
    timeOrigin: performance.timeOrigin,
    sleep: async (milliseconds) => {
      await setTimeout(milliseconds);
    },
    interfacesBefore,
    engine: { version: found.version, kernel: found.kernel, summary: describeConditions(found) },
  };
}

async function resolve(docker: Docker, reference: Reference): Promise<readonly string[]> {
  switch (reference.ref) {
    case "container-pid":
      return [String(await containerPid(docker, reference.container))];
    case "container-start":
      return [(await inspectContainer(docker, reference.container)).State.StartedAt];
    case "remote-pid":
      return [String(await remotePid(docker, reference))];
    case "engine-pid":
      return [await enginePid()];
    case "container-address":
      return [await containerAddress(docker, reference.container, reference.network)];
    case "bridge":
      return [await bridgeName(docker, reference.network)];
    case "each-host-address":
      return hostAddresses();
  }
}

async function containerPid(docker: Docker, name: string): Promise<number> {
  const { State } = await inspectContainer(docker, name);
  if (!State.Running) throw new Unresolved(`container ${name} is not running (${State.Status})`);
  return State.Pid;
}

/** A container that is started anew has a new namespace: the wire went with the old one, and its host's end too. */
async function remotePid(docker: Docker, remote: { container: string; wire: string; lab: string }): Promise<number> {
  const pid = await containerPid(docker, remote.container);
  if (remote.wire in networkInterfaces()) return pid;
  throw new Unresolved(
    `no wire (${remote.wire}) leads to the remote machine ${remote.container}: npx lab up ${remote.lab} lays it again`,
  );
}

async function containerAddress(docker: Docker, name: string, network: string): Promise<string> {
  const { NetworkSettings } = await inspectContainer(docker, name);
  const address = NetworkSettings.Networks[network]?.IPAddress;
  if (address) return address;
  throw new Unresolved(`container ${name} has no address on network ${network}`);
}

async function inspectContainer(docker: Docker, name: string): Promise<Docker.ContainerInspectInfo> {
  return docker.getContainer(name).inspect().catch(unresolved);
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
