import { z } from "zod";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, ROOT } from "../probe";
import { at, Vantage } from "../vantage";

/** Who listens on a TCP port, by netstat: the container's own process, or the engine on its behalf. */
export const ListenerProbe = z.strictObject({
  kind: z.literal("listener"),
  from: Vantage,
  port: z.int().min(1).max(65535),
  container: z.string(),
  /** `container`: a process of the container itself; `engine`: docker-proxy, or dockerd where the proxy is off. */
  owner: z.enum(["container", "engine"]),
});
export type ListenerProbe = z.infer<typeof ListenerProbe>;

/** A line of `netstat -tulpn`. */
export interface Listener {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  /** Undefined where netstat was not allowed to see it. */
  readonly pid: number | undefined;
  readonly program: string | undefined;
}

/** Programs by which the engine holds a published port. */
const ENGINE_PROGRAMS = ["docker-proxy", "dockerd"];

export const listener: ProbeKind<ListenerProbe> = {
  needs: ROOT,
  commands: (probe) => [
    { name: "listeners", command: at(probe.from, ["netstat", "-tulpn"]) },
    { name: "processes", command: ["docker", "top", probe.container, "-o", "pid,ppid,comm"] },
  ],
  expected: (probe) =>
    `TCP port ${String(probe.port)} is held by ${
      probe.owner === "container" ? `a process of ${probe.container}` : `the engine (${ENGINE_PROGRAMS.join(" or ")})`
    }`,
  judge: judgeListener,
};

function judgeListener(probe: ListenerProbe, findings: Findings): Judgement {
  const trouble = failed("netstat", findings.one("listeners")) ?? failed("docker top", findings.one("processes"));
  if (trouble !== undefined) return trouble;
  const holders = parseNetstat(findings.one("listeners").stdout).filter(
    (one) => one.port === probe.port && one.protocol.startsWith("tcp"),
  );
  if (holders.length === 0) {
    return fail(
      `nothing listens on TCP port ${String(probe.port)}`,
      `the server in ${probe.container} does not run, or listens elsewhere`,
      `docker logs ${probe.container}`,
    );
  }
  const hidden = holders.find((one) => one.pid === undefined);
  if (hidden !== undefined) {
    return error(`port ${String(probe.port)} is held, netstat may not see by whom`, "run it as root (sudo)");
  }
  const processes = parseTop(findings.one("processes").stdout);
  const wrong = holders.find((one) =>
    probe.owner === "container"
      ? !processes.includes(one.pid ?? 0)
      : processes.includes(one.pid ?? 0) || !ENGINE_PROGRAMS.includes(one.program ?? ""),
  );
  if (wrong === undefined) return pass(`port ${String(probe.port)}: ${[...new Set(holders.map(name))].join(", ")}`);
  return fail(
    `port ${String(probe.port)} is held by ${name(wrong)}`,
    probe.owner === "container"
      ? `that is no process of ${probe.container}: in host mode the server itself must hold the port`
      : "the port is not published by the engine: a process took it directly",
    `docker top ${probe.container}`,
  );
}

function name(one: Listener): string {
  return `${one.program ?? "?"} (pid ${String(one.pid ?? "?")})`;
}

/** `netstat -tulpn` of net-tools. tcp6 lines with `:::` take IPv4 too, so address families are left as they are. */
export function parseNetstat(text: string): Listener[] {
  return text.split("\n").flatMap((line) => {
    const fields = /^(tcp6?|udp6?)\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+\s+(?:LISTEN\s+)?(?:(\d+)\/(.*?)|-)\s*$/.exec(line);
    if (fields === null) return [];
    const [, protocol = "", address = "", port, pid, program] = fields;
    return [
      {
        protocol,
        address,
        port: Number(port),
        pid: pid === undefined ? undefined : Number(pid),
        program: program?.split(/[:\s]/)[0],
      },
    ];
  });
}

/** Process ids, on the host, of `docker top … -o pid,…`. */
export function parseTop(text: string): number[] {
  return text
    .split("\n")
    .slice(1)
    .flatMap((line) => /^\s*(\d+)/.exec(line)?.[1] ?? [])
    .map(Number);
}
