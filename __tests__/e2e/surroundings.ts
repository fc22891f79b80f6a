import { setTimeout } from "timers/promises";
import { isDeepStrictEqual } from "util";
import { run } from "./project";

/** What there is on the engine and the host that a lab could leave behind. */
export interface Snapshot {
  readonly containers: readonly string[];
  readonly images: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly interfaces: readonly string[];
  readonly routes: readonly string[];
  readonly listeners: readonly string[];
  readonly rules: readonly string[];
}

/** Everything by identity, so that equal snapshots mean that nothing came and nothing went. */
export async function snapshot(): Promise<Snapshot> {
  const [containers, images, networks, volumes, interfaces, routes, listeners, rules] = await Promise.all([
    lines(["docker", "ps", "--all", "--quiet", "--no-trunc"]),
    lines(["docker", "images", "--all", "--quiet", "--no-trunc"]),
    lines(["docker", "network", "ls", "--quiet", "--no-trunc"]),
    lines(["docker", "volume", "ls", "--quiet"]),
    lines(["ip", "-o", "link", "show"], (line) => line.split(":")[1]?.trim()),
    lines(["ip", "route"], (line) => line.replace(" linkdown", "").trim()),
    lines(["ss", "-Hlntu"], (line) => line.trim().split(/\s+/)[4]),
    lines(["iptables-save"], (line) => (line.startsWith("-A") ? line : undefined)),
  ]);
  // Engine 20.10 enters its jump to DOCKER-USER twice when networks come and go at the same time: that is its own race,
  // and no rule of a lab is there twice.
  return { containers, images, networks, volumes, interfaces, routes, listeners, rules: [...new Set(rules)] };
}

/** How long the kernel may take for it: it removes the interfaces of a namespace that has ended when it finds the time. */
const SETTLING_SECONDS = 60;

/** What there is once it is as it was before, or, where it does not get so in time, what there is then. */
export async function settled(before: Snapshot): Promise<Snapshot> {
  const end = Date.now() + SETTLING_SECONDS * 1000;
  for (;;) {
    const now = await snapshot();
    if (isDeepStrictEqual(now, before) || Date.now() > end) return now;
    await setTimeout(200);
  }
}

async function lines(argv: string[], pick: (line: string) => string | undefined = (line) => line): Promise<string[]> {
  const { stdout } = await run(argv, "/");
  return stdout
    .split("\n")
    .flatMap((line) => pick(line) || [])
    .sort();
}
