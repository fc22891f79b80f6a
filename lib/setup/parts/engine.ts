import { join } from "node:path";
import { DEFAULT_HOST, engineHost } from "../../engine/connection";
import { typed } from "../../engine/shell";
import { brought, found, refused, type Outcome, type SetupContext } from "../context";
import { askEngine, type EngineFacts } from "../engine-facts";
import { hasApt, install, isKnown } from "../packages";
import { ENGINE_LOG, isDaemon, keepOwnEngine, ownEngine } from "../own-engine";
import { act, at, lastLines, runsSystemd, until, which } from "../programs";

/** An engine with much left over from before restores it first. */
const STARTING = 60_000;

const HOW_TO_INSTALL = "https://docs.docker.com/engine/install/";

/** A Docker engine that answers. */
export async function engine(context: SetupContext): Promise<Outcome<EngineFacts>> {
  const host = engineHost(context.environment);
  const answer = await askEngine(context, host);
  if (!("reason" in answer)) return found(answer, await describe(context, answer));
  if (context.environment["DOCKER_HOST"])
    return refused(`DOCKER_HOST=${host} does not answer: ${answer.reason}`, "unset DOCKER_HOST");
  if (answer.forbidden)
    return refused(
      `the engine at ${DEFAULT_HOST} is there, but ${context.system.userName} may not use it`,
      `sudo usermod -aG docker ${context.system.userName} && newgrp docker`,
    );
  const other = await otherSocket(context);
  if (other !== undefined)
    return refused(
      `no engine at ${DEFAULT_HOST} (${answer.reason}), but there is one elsewhere`,
      `export DOCKER_HOST=unix://${other}`,
    );
  const reason = `no engine answers at ${DEFAULT_HOST}: ${answer.reason}`;
  return (await refuseToBring(context, reason)) ?? bring(context);
}

async function describe(context: SetupContext, facts: EngineFacts): Promise<string> {
  const own = await ownEngine(context);
  const whose = own === undefined ? facts.host : `started by set-up, pid ${own}, log ${ENGINE_LOG}`;
  const system = facts.operatingSystem.includes("Docker Desktop") ? ", Docker Desktop" : "";
  return `${facts.version}${system} (${whose})`;
}

/** Engines of single users listen elsewhere: rootless ones, and Docker Desktop. */
async function otherSocket(context: SetupContext): Promise<string | undefined> {
  const runtime = context.environment["XDG_RUNTIME_DIR"];
  const home = context.environment["HOME"];
  const candidates = [
    ...(runtime === undefined ? [] : [join(runtime, "docker.sock")]),
    ...(home === undefined ? [] : [join(home, ".docker/desktop/docker.sock"), join(home, ".docker/run/docker.sock")]),
  ];
  for (const socket of candidates) {
    if ((await context.files.exists(socket)) && !("reason" in (await askEngine(context, `unix://${socket}`))))
      return socket;
  }
  return undefined;
}

/** The one command that would bring an engine, where set-up may not or cannot do it itself. */
async function refuseToBring(context: SetupContext, reason: string): Promise<Outcome<never> | undefined> {
  const { platform, userId } = context.system;
  if (platform === "darwin") return refused(reason, "open -a Docker");
  if (platform !== "linux") return refused(reason, HOW_TO_INSTALL);
  const installed = (await which(context, "dockerd")) !== undefined;
  const sudo = userId === 0 ? "" : "sudo ";
  if (userId === 0 && context.mayBring)
    return installed || (await hasApt(context)) ? undefined : refused(reason, HOW_TO_INSTALL);
  if (installed && (await runsSystemd(context))) return refused(reason, `${sudo}systemctl start docker`);
  return refused(reason, installed || (await hasApt(context)) ? `${sudo}node bin/lab.js setup` : HOW_TO_INSTALL);
}

async function bring(context: SetupContext): Promise<Outcome<EngineFacts>> {
  const installed = (await which(context, "dockerd")) !== undefined;
  if (!installed) await install(context, await packages(context));
  const how = installed ? "" : "installed with apt and ";
  const started = (await runsSystemd(context)) ? await startWithSystemd(context) : await startDetached(context);
  if (started.facts === undefined) return refused(started.problem, `cat ${started.log}`);
  return brought(started.facts, `${started.facts.version}, ${how}${started.how}`);
}

/** From Debian 13 on the docker command is a package of its own, which the engine's only recommends. */
async function packages(context: SetupContext): Promise<readonly string[]> {
  return (await isKnown(context, "docker-cli")) ? ["docker.io", "docker-cli"] : ["docker.io"];
}

type Started =
  | { readonly facts: EngineFacts; readonly how: string }
  | { readonly facts?: undefined; readonly problem: string; readonly log: string };

async function answering(context: SetupContext, alive: () => boolean): Promise<EngineFacts | "ended" | undefined> {
  const began = context.clock.now();
  const answer = await until(context, STARTING, async () => {
    const said = await askEngine(context, DEFAULT_HOST);
    if (!("reason" in said)) return said;
    context.output.moving(`waiting for the engine  ${Math.round((context.clock.now() - began) / 1000)} s`);
    return alive() ? undefined : "ended";
  });
  context.output.moving(undefined);
  return answer;
}

async function startWithSystemd(context: SetupContext): Promise<Started> {
  await act(context, ["systemctl", "start", "docker"]);
  const answer = await answering(context, () => true);
  if (answer !== undefined && answer !== "ended") return { facts: answer, how: "started with systemd" };
  const { stdout } = await context.run(["journalctl", "-u", "docker", "-n", "15", "--no-pager", "-o", "cat"]);
  return {
    problem: `the engine does not answer after it was started\n${lastLines(stdout, 15)}`,
    log: "journalctl -u docker",
  };
}

async function startDetached(context: SetupContext): Promise<Started> {
  const running = await runningDaemon(context);
  if (running !== undefined) return waitFor(context, running, "was running already");
  await dropStaleFiles(context);
  await ensureControlGroups(context);
  await ensurePacketFilter(context);
  const program = (await which(context, "dockerd")) ?? "dockerd";
  const log = join(context.project, ENGINE_LOG);
  context.output.line(`  → ${typed([program])} > ${ENGINE_LOG}  (a process of its own)`);
  const pid = await context.processes.launch([program], log);
  await keepOwnEngine(context, pid);
  return waitFor(context, pid, `started (pid ${pid}, log ${ENGINE_LOG})`);
}

async function waitFor(context: SetupContext, pid: number, how: string): Promise<Started> {
  const answer = await answering(context, () => isDaemon(context, pid));
  if (answer !== undefined && answer !== "ended") return { facts: answer, how };
  const said = complaints((await context.files.read(join(context.project, ENGINE_LOG))) ?? "");
  const problem = answer === "ended" ? "ended at once" : "does not answer within 60 s";
  return { problem: `dockerd (pid ${pid}) ${problem}\n${said}`, log: ENGINE_LOG };
}

/** The end of a daemon's log without what it says on every start. */
function complaints(log: string): string {
  const lines = log.split("\n").filter((line) => !line.includes("level=info"));
  return lastLines(lines.join("\n"), 8);
}

/** Where daemons write their ids, and whose they are. One that was killed leaves the file; its id may be another's now. */
const PID_FILES: Readonly<Record<string, string>> = {
  "/var/run/docker.pid": "dockerd",
  "/var/run/docker/containerd/containerd.pid": "containerd",
};

async function writtenPid(context: SetupContext, file: string): Promise<number | undefined> {
  const pid = Number((await context.files.read(at(context, file)))?.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** A daemon that runs without answering yet: another started it a moment ago. */
async function runningDaemon(context: SetupContext): Promise<number | undefined> {
  const pid = await writtenPid(context, "/var/run/docker.pid");
  return pid !== undefined && isDaemon(context, pid) ? pid : undefined;
}

/** Takes away what a killed engine left behind and a new one would trip over. */
async function dropStaleFiles(context: SetupContext): Promise<void> {
  for (const [file, program] of Object.entries(PID_FILES)) {
    if (!(await context.files.exists(at(context, file)))) continue;
    const pid = await writtenPid(context, file);
    if (pid !== undefined && isDaemon(context, pid, program)) continue;
    context.output.line(`  → rm ${file}  (left by an engine that was killed: ${pid ?? "nothing"} is no ${program})`);
    await context.files.remove(at(context, file));
  }
}

const CONTROL_GROUPS = "/sys/fs/cgroup";

/** The engine needs control groups; a system without an init that mounts them has none. */
async function ensureControlGroups(context: SetupContext): Promise<void> {
  if ((await context.files.list(at(context, CONTROL_GROUPS))).length > 0) return;
  await act(context, ["mount", "-t", "cgroup2", "cgroup2", CONTROL_GROUPS]);
  const controllers = await context.files.read(at(context, `${CONTROL_GROUPS}/cgroup.controllers`));
  if (controllers === undefined || controllers.split(/\s/).includes("memory")) return;
  // Another mount holds the controllers in the old way: then all of them must be mounted in that way.
  await act(context, ["umount", CONTROL_GROUPS]);
  await act(context, ["mount", "-t", "tmpfs", "-o", "mode=755", "cgroup", CONTROL_GROUPS]);
  for (const controller of await oldControllers(context)) {
    await context.files.makeFolder(at(context, `${CONTROL_GROUPS}/${controller}`));
    await act(context, ["mount", "-t", "cgroup", "-o", controller, "cgroup", `${CONTROL_GROUPS}/${controller}`]);
  }
}

async function oldControllers(context: SetupContext): Promise<readonly string[]> {
  const table = (await context.files.read(at(context, "/proc/cgroups"))) ?? "";
  return table
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split("\t"))
    .filter(([, hierarchy, , enabled]) => enabled === "1" && hierarchy !== "0")
    .flatMap(([name]) => name ?? []);
}

/**
 * Debian's iptables speaks to nftables unless told otherwise; a kernel without nftables wants the other one. There
 * iptables lists empty tables all the same: only making something tells, in a network namespace that is gone with it.
 */
async function ensurePacketFilter(context: SetupContext): Promise<void> {
  const works = async (program: string): Promise<boolean> =>
    (await context.run(["unshare", "--net", program, "--table", "nat", "--new-chain", "probe"])).exit === 0;
  if ((await works("iptables")) || !(await works("iptables-legacy"))) return;
  for (const program of ["iptables", "ip6tables"]) {
    await act(context, ["update-alternatives", "--set", program, `/usr/sbin/${program}-legacy`]);
  }
}
