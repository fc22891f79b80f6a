import { execFile } from "child_process";
import { randomBytes } from "crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "fs";
import { get } from "http";
import { connect as dial } from "net";
import { tmpdir } from "os";
import { join } from "path";
import { setTimeout as pause } from "timers/promises";
import type Docker from "dockerode";
import { ENGINE_IMAGE, SERVER_IMAGE } from "../lib/constructs/settings";
import { Unfit } from "../lib/topology/refusal";

/** Ports, names and addresses that neither a person's own labs nor the tests use. */
const APART = {
  LAB_PREFIX: "labbench",
  LAB_HTTP_PORT: "18580",
  LAB_PUBLISHED_PORT: "18581",
  LAB_LOCAL_PORT: "18582",
  LAB_SUBNET: "10.213.78.0/24",
  LAB_LAN: "10.213.80.0/24",
  LAB_REMOTE_RANGE: "198.19.0.0/16",
  // A name that nobody on the network has must not be asked for beyond this machine, nor a registry looked for.
  LAB_DNS: "127.0.0.1",
  LAB_PROVIDERS: "embedded",
  CHECKPOINT_DISABLE: "1",
} as const;

const PARTS = ["bin", "lib", "bench", "main.ts", "index.ts", "package.json", "package-lock.json"];
const MORE_PARTS = ["tsconfig.json", "cdktf.json", ".lab/bin"];

/** What all names on the engine begin with. */
export const PREFIX = `${APART.LAB_PREFIX}-`;
export const PORT = Number(APART.LAB_HTTP_PORT);
export const SUBNET = APART.LAB_SUBNET;
/** Of hosts, where a lab has several. */
export const LAN = APART.LAB_LAN;

/** Nothing here takes longer, unless it hangs. */
const DEADLINE_MS = 30_000;
const POLL_MS = 5;
const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** Ctrl-C: what runs is ended in order, and nothing else is begun. */
export class Interrupted extends Error {}

/** A checkout of its own, apart from a person's labs, and the engine: everything that a benchmark leaves is in here. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), "lab-bench-"));
  readonly project = join(this.folder, "project");
  /** On everything that no lab creates. */
  readonly label = { name: "docker-network-labs.bench", value: randomBytes(4).toString("hex") };
  private interrupted = false;

  constructor(
    checkout: string,
    readonly docker: Docker,
    private readonly more: Readonly<Record<string, string>>,
  ) {
    mkdirSync(this.project);
    for (const part of [...PARTS, ...MORE_PARTS].filter((name) => existsSync(join(checkout, name)))) {
      cpSync(join(checkout, part), join(this.project, part), { recursive: true });
    }
    symlinkSync(join(checkout, "node_modules"), join(this.project, "node_modules"));
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => (this.interrupted = true));
  }

  /** What every contestant has in its environment. */
  get environment(): Readonly<Record<string, string>> {
    return {
      ...APART,
      BENCH_PORT: APART.LAB_HTTP_PORT,
      BENCH_SUBNET: APART.LAB_SUBNET,
      BENCH_IMAGE: SERVER_IMAGE,
      BENCH_NAME: `${PREFIX}by-hand`,
      BENCH_LABEL: `${this.label.name}=${this.label.value}`,
      BENCH_SITE: join(this.folder, "site.conf"),
      ...this.more,
    };
  }

  /**
   * Runs a program to its end, and returns what it printed.
   * @throws Unfit when it fails, with what it said; Interrupted after Ctrl-C
   */
  async run(argv: readonly string[], folder = this.project): Promise<string> {
    const [program = "", ...args] = argv;
    const env = { ...process.env, ...this.environment };
    return new Promise<string>((settle, reject) => {
      execFile(program, args, { cwd: folder, env, maxBuffer: LARGEST_OUTPUT }, (problem, stdout, stderr) => {
        if (this.interrupted) return reject(new Interrupted());
        if (problem === null) return settle(stdout);
        return reject(new Unfit(`${argv.join(" ")}: ${stdout}${stderr}`.replaceAll(this.folder, ".").trim()));
      });
    });
  }

  lab(...args: string[]): Promise<string> {
    return this.run([process.execPath, "bin/lab.js", ...args]);
  }

  /** @throws Unfit when something there would be measured, or harmed */
  async refuseOccupied(): Promise<void> {
    const [found] = await this.present();
    if (found !== undefined) throw new Unfit(`${found} is there already`, "is another benchmark running?");
    if (!(await isSilent(PORT))) throw new Unfit(`port ${String(PORT)} is taken`, `netstat -tulpn`);
  }

  /** Waits until a server answers. */
  async answers(address: string, port = PORT): Promise<void> {
    await eventually(`an answer of ${address}:${String(port)}`, () => isAnswered(address, port));
  }

  /** Waits until nothing of a contestant is left. */
  async gone(): Promise<void> {
    await eventually("the end of all containers and networks", async () => (await this.present()).length === 0);
    await eventually(`silence on port ${String(PORT)}`, () => isSilent(PORT));
  }

  private async present(): Promise<string[]> {
    const containers = await this.docker.listContainers({ all: true });
    const networks = await this.docker.listNetworks();
    const names = [
      ...containers.map(({ Names }) => (Names[0] ?? "").replace(/^\//, "")),
      ...networks.map((n) => n.Name),
    ];
    return names.filter((name) => name.startsWith(PREFIX));
  }

  /** Takes away what is still there, and itself: after a failure, too. */
  async remove(): Promise<void> {
    this.interrupted = false;
    await this.lab("down", "--all", "--force");
    const filters = { label: [this.environment["BENCH_LABEL"] ?? ""] };
    for (const { Id } of await this.docker.listContainers({ all: true, filters })) {
      await this.docker.getContainer(Id).remove({ force: true, v: true });
    }
    for (const { Id } of await this.docker.listNetworks({ filters })) await this.docker.getNetwork(Id).remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Why nothing with throw-away hosts can be measured; undefined where it can. */
export async function lacksEngineImage(place: Place): Promise<string | undefined> {
  try {
    await place.run(["docker", "image", "inspect", ENGINE_IMAGE]);
    return undefined;
  } catch {
    return `there is no image ${ENGINE_IMAGE} (npx lab setup overlay)`;
  }
}

async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Unfit(`waited in vain for ${what}`);
    await pause(POLL_MS);
  }
}

function isAnswered(host: string, port: number): Promise<boolean> {
  return new Promise((settle) => {
    const request = get({ host, port, timeout: DEADLINE_MS, agent: false }, (response) => {
      response.resume();
      settle(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => settle(false));
  });
}

function isSilent(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = dial({ host: "127.0.0.1", port });
    socket.on("connect", () => {
      socket.destroy();
      settle(false);
    });
    socket.on("error", () => settle(true));
  });
}
