import { readFile } from "fs/promises";
import type Docker from "dockerode";
import { z } from "zod";
import { execute } from "../engine/execute";
import { type EngineFacts, engineFacts } from "../engine/facts";
import { parseJson } from "../engine/json";
import { LABEL } from "../topology/identity";
import { type Listener, parseNetstat } from "./probes/listener";
import type { Execute } from "./toolbox";

/** A container on the engine, whoever made it. */
export interface FoundContainer {
  readonly id: string;
  readonly name: string;
  readonly lab: string | undefined;
  readonly instance: string | undefined;
  /** Host ports that the engine maps to it. */
  readonly publishedPorts: readonly number[];
}

export interface FoundNetwork {
  readonly id: string;
  readonly name: string;
  readonly lab: string | undefined;
  readonly instance: string | undefined;
  readonly subnets: readonly string[];
}

export interface FoundVolume {
  readonly name: string;
  readonly lab: string | undefined;
  readonly instance: string | undefined;
}

/** A listener on the host, and the container whose process it is. */
export interface FoundListener extends Listener {
  readonly containerId: string | undefined;
}

export interface FoundRoute {
  readonly destination: string;
  readonly device: string | undefined;
}

/** What labs create, and what comes with it, at one moment, whosever it is. */
export interface Belongings {
  readonly containers: readonly FoundContainer[];
  readonly networks: readonly FoundNetwork[];
  readonly volumes: readonly FoundVolume[];
  readonly routes: readonly FoundRoute[];
  readonly interfaces: readonly string[];
}

/** The engine and its machine at one moment, as far as labs can get into the way of something. */
export interface World extends Belongings {
  readonly facts: EngineFacts;
  /** Empty where none of the ports in question is taken. */
  readonly listeners: readonly FoundListener[];
}

/**
 * @param wanted ports of the host that somebody will listen on: only where one of them is taken, listeners are looked for
 * @param run what asks whose the listeners are: only root is told of those of other users
 * @throws whatever the client throws when the engine does not answer
 */
export async function look(docker: Docker, wanted: readonly number[], run: Execute = execute): Promise<World> {
  const [facts, listeners, belongings] = await Promise.all([
    engineFacts(docker),
    foundListeners(wanted, run),
    lookForBelongings(docker),
  ]);
  return { ...belongings, facts, listeners };
}

/** @throws whatever the client throws when the engine does not answer */
export async function lookForBelongings(docker: Docker): Promise<Belongings> {
  const [containers, networks, volumes, routes, interfaces] = await Promise.all([
    foundContainers(docker),
    foundNetworks(docker),
    foundVolumes(docker),
    foundRoutes(),
    interfaceNames(),
  ]);
  return { containers, networks, volumes, routes, interfaces };
}

async function foundContainers(docker: Docker): Promise<FoundContainer[]> {
  const containers = await docker.listContainers({ all: true });
  return containers.map(({ Id, Names, Labels, Ports }) => ({
    id: Id,
    name: (Names[0] ?? "").replace(/^\//, ""),
    lab: Labels[LABEL.lab],
    instance: Labels[LABEL.instance],
    publishedPorts: [...new Set(Ports.flatMap((port) => port.PublicPort ?? []))],
  }));
}

const Pools = z.array(z.object({ Subnet: z.string().optional() })).nullish();

async function foundNetworks(docker: Docker): Promise<FoundNetwork[]> {
  const networks = await docker.listNetworks();
  return networks.map(({ Id, Name, Labels, IPAM }) => ({
    id: Id,
    name: Name,
    lab: Labels?.[LABEL.lab],
    instance: Labels?.[LABEL.instance],
    subnets: (Pools.parse(IPAM?.Config) ?? []).flatMap((pool) => pool.Subnet ?? []),
  }));
}

async function foundVolumes(docker: Docker): Promise<FoundVolume[]> {
  const { Volumes } = await docker.listVolumes();
  // The engine says null where there is none, whatever the types say.
  return ((Volumes as typeof Volumes | null) ?? []).map(({ Name, Labels }) => ({
    name: Name,
    lab: (Labels as Record<string, string> | null)?.[LABEL.lab],
    instance: (Labels as Record<string, string> | null)?.[LABEL.instance],
  }));
}

const TIMEOUT_MS = 5000;

/** To tell whose they are, netstat reads what files every process of the machine has open: it is asked only if need be. */
async function foundListeners(wanted: readonly number[], run: Execute): Promise<FoundListener[]> {
  const taken = await takenPorts();
  if (taken !== undefined && !wanted.some((port) => taken.has(port))) return [];
  const command = ["netstat", "-tulpn"];
  const asked = await run(command, TIMEOUT_MS);
  // Listeners without names are still better than none.
  const { stdout } = asked.missing === undefined ? asked : await execute(command, TIMEOUT_MS);
  return Promise.all(parseNetstat(stdout).map(async (one) => ({ ...one, containerId: await containerOf(one.pid) })));
}

/** A listening socket, in the fourth column of the kernel's tables; the second is its address and port. */
const LISTENING = "0A";

/**
 * The TCP ports on which somebody listens, by the kernel's own tables.
 * @param read reads one of them; without IPv6 the second is missing
 * @returns undefined where they cannot be read
 */
export async function takenPorts(
  read: (file: string) => Promise<string> = (file) => readFile(file, "utf8"),
): Promise<ReadonlySet<number> | undefined> {
  const [v4, v6] = await Promise.all([
    read("/proc/net/tcp").catch(() => undefined),
    read("/proc/net/tcp6").catch(() => ""),
  ]);
  if (v4 === undefined) return undefined;
  const rows = `${v4}\n${v6}`.split("\n").map((line) => line.trim().split(/\s+/));
  const listening = rows.filter(([, , , state]) => state === LISTENING);
  return new Set(listening.map(([, local = ""]) => Number.parseInt(local.slice(local.indexOf(":") + 1), 16)));
}

/** Control groups carry the container's id in their path, with cgroup v1 and v2, cgroupfs and systemd alike. */
async function containerOf(pid: number | undefined): Promise<string | undefined> {
  if (pid === undefined) return undefined;
  const groups = await readFile(`/proc/${String(pid)}/cgroup`, "utf8").catch(() => "");
  return /[/-]([0-9a-f]{64})(?:\.scope)?$/m.exec(groups)?.[1];
}

const Routes = z.array(z.object({ dst: z.string(), dev: z.string().optional() }));

async function foundRoutes(): Promise<FoundRoute[]> {
  const { stdout } = await execute(["ip", "-j", "-4", "route", "show", "table", "main"], TIMEOUT_MS);
  return (parseJson(Routes, stdout) ?? []).map(({ dst, dev }) => ({ destination: dst, device: dev }));
}

/** The names of the host's interfaces, as the kernel lists them: two lines of titles, then one for each. */
export async function interfaceNames(): Promise<string[]> {
  const lines = (await readFile("/proc/net/dev", "utf8")).trimEnd().split("\n").slice(2);
  return lines.map((line) => line.slice(0, line.indexOf(":")).trim());
}
