import { spawn, spawnSync } from "child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "fs";
import { dirname, resolve } from "path";
import { setTimeout } from "timers/promises";
import type { CheckRecord } from "../../lib/checks/record";
import { APART, docker, type Ran, run, TestProject } from "./project";
import { settled, snapshot } from "./surroundings";

/** Nobody in particular. */
const USER = "65534";
const SOCKET = "/var/run/docker.sock";

/** Runs node as a user whom the engine's socket lets in by its group. */
function asUser(args: readonly string[]): string[] {
  const groups = `--groups=${String(statSync(SOCKET).gid)}`;
  return ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, groups, process.execPath, ...args];
}

/** Why no ordinary user can run this checkout here and ask the engine, or undefined. */
function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can become another user";
  if (!existsSync(SOCKET)) return `there is no ${SOCKET}`;
  const { gid, mode } = statSync(SOCKET);
  if (gid === 0 || (mode & 0o060) !== 0o060) return `${SOCKET} lets no group in but root's`;
  const [program = "", ...args] = asUser(["-e", 'require("zod")']);
  const { error, status } = spawnSync(program, args, { cwd: "/", env: { NODE_PATH: resolve("node_modules") } });
  if (error !== undefined) return `${program} is not on this machine`;
  return status === 0 ? undefined : "an ordinary user may not read this checkout";
}

const REASON = whyNot();
const testWhereFit = REASON === undefined ? test : test.skip;

/** A checkout of an ordinary user's, with a home. */
class UsersProject {
  private readonly project = new TestProject();
  private readonly environment: NodeJS.ProcessEnv;

  constructor() {
    const [home, temporary] = ["home", "tmp"].map((name) => this.project.path(name)) as [string, string];
    mkdirSync(home);
    mkdirSync(temporary);
    this.environment = { ...process.env, ...APART, HOME: home, TMPDIR: temporary };
    // The tests' own temporary folder lets others through, and shows them nothing.
    chmodSync(dirname(this.project.folder), 0o711);
  }

  async give(): Promise<void> {
    const { exit, said } = await run(["chown", "-R", "--no-dereference", `${USER}:${USER}`, this.project.folder], "/");
    if (exit !== 0) throw new Error(said);
  }

  lab(...args: string[]): Promise<Ran> {
    return run(asUser(["bin/lab.js", ...args]), this.project.folder, this.environment as Record<string, string>);
  }

  /** Starts `lab …`, and sends it a signal as soon as its toolbox runs. */
  async cutOff(signal: "SIGINT" | "SIGKILL", ...args: string[]): Promise<number> {
    const [program = "", ...rest] = asUser(["bin/lab.js", ...args]);
    const child = spawn(program, rest, { cwd: this.project.folder, env: this.environment, stdio: "ignore" });
    const ended = new Promise<number>((settle) => child.on("close", (exit) => settle(exit ?? -1)));
    const deadline = Date.now() + 60_000;
    while ((await toolboxes("status=running")) === "" && child.exitCode === null && Date.now() < deadline)
      await setTimeout(20);
    expect(child.exitCode).toBeNull();
    child.kill(signal);
    return ended;
  }

  records(): CheckRecord[] {
    return JSON.parse(readFileSync(this.project.path("records.json"), "utf8")) as CheckRecord[];
  }

  async remove(): Promise<void> {
    await this.project.remove();
  }
}

/** The toolboxes that there are, or those of a filter. */
const toolboxes = (filter = "name=lab-toolbox-"): Promise<string> =>
  docker("ps", "--all", "--filter", "name=lab-toolbox-", "--filter", filter, "--format", "{{.Names}}");

const NAME =
  "an ordinary user of the docker group has labs up, checked and down, and nothing is skipped for want of root";
testWhereFit(REASON === undefined ? NAME : `${NAME} (${REASON})`, async () => {
  const before = await snapshot();
  const user = new UsersProject();
  try {
    await user.give();
    const up = await user.lab("up", "host", "bridge");
    expect([up.exit, up.said]).toEqual([0, up.said]);
    // The server in host mode is known for what it is: the lab does not stand in its own way.
    const again = await user.lab("up", "host", "bridge");
    expect([again.exit, again.said]).toEqual([0, again.said]);

    const check = await user.lab("check", "--report", "json:records.json");
    expect([check.exit, check.said]).toEqual([0, check.said]);
    const records = user.records();
    // What this engine is not asked is skipped for root, too.
    const isFine = ({ verdict, actual }: CheckRecord): boolean =>
      verdict === "pass" || (verdict === "skip" && !/root|toolbox/.test(actual));
    expect(records.filter((one) => !isFine(one)).map(({ id, actual }) => `${id}: ${actual}`)).toEqual([]);
    // What only root sees has been seen; what was run is told as a person would type it.
    expect(records.flatMap(({ evidence }) => evidence.map(({ command }) => command[0]))).toEqual(
      expect.arrayContaining(["nsenter", "readlink", "iptables", "netstat"]),
    );
    expect(await toolboxes()).toBe("");

    expect(await user.cutOff("SIGINT", "check", "--only", "namespace", "--watch", "--interval", "0.1")).toBe(130);
    expect(await toolboxes()).toBe("");
    // Killed, it can do nothing more; the toolbox goes by itself.
    await user.cutOff("SIGKILL", "check", "--only", "namespace", "--watch", "--interval", "0.1");
    const deadline = Date.now() + 30_000;
    while ((await toolboxes()) !== "" && Date.now() < deadline) await setTimeout(50);
    expect(await toolboxes()).toBe("");

    const down = await user.lab("down", "host", "bridge");
    expect([down.exit, down.said]).toEqual([0, down.said]);
    expect(await settled(before)).toEqual(before);
  } finally {
    await user.remove();
  }
});
