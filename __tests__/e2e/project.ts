import { execFile } from "child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "fs";
import { tmpdir } from "os";
import { join, resolve } from "path";

/** What a command did. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for messages that may stand in either. */
  readonly said: string;
}

/** Ports, names and addresses that a person's own labs do not use: tests never touch what they did not create. */
export const APART = {
  LAB_PREFIX: "labtest",
  LAB_HTTP_PORT: "18480",
  LAB_PUBLISHED_PORT: "18481",
  LAB_LOCAL_PORT: "18491",
  LAB_SUBNET: "10.213.77.0/24",
  LAB_CONFLICT_PORT: "18484",
  LAB_DEFAULT_BRIDGE_SUBNET: "10.213.83.0/24",
  LAB_NONE_SUBNET: "10.213.84.0/24",
  LAB_ISOLATION_SUBNET: "10.213.88.0/22",
  LAB_SHARED_SUBNET: "10.213.85.0/24",
  LAB_SHARED_PORT: "18485",
  LAB_DNS_SUBNET: "10.213.86.0/24",
  LAB_DNS_PORT: "18487",
  LAB_PRIVILEGES_PORT: "18489",
  LAB_REMOTE_RANGE: "198.19.0.0/16",
  LAB_LAN: "10.213.78.0/24",
  LAB_NESTED_SUBNET: "10.213.73.0/24",
  LAB_OVERLAY_RESTART_SUBNET: "10.213.69.0/24",
  LAB_OVERLAY_SERVICES_SUBNET: "10.213.67.0/24",
  LAB_OVERLAY_ENCRYPTED_SUBNET: "10.213.66.0/24",
  LAB_MACVLAN_SUBNET: "10.213.71.0/24",
  LAB_IPVLAN_SUBNET: "10.213.92.0/22",
  LAB_VLAN_SUBNET: "10.213.96.0/22",
  // A name that nobody on the network has must not be asked for beyond this machine.
  LAB_DNS: "127.0.0.1",
} as const;

const CHECKOUT = resolve(__dirname, "../..");
const PARTS = [
  "bin",
  "lib",
  "dist",
  "main.ts",
  "index.ts",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "cdktf.json",
];

/** A checkout of its own, with its own state, as a person would have one. */
export class TestProject {
  readonly folder = mkdtempSync(join(tmpdir(), "lab-e2e-"));

  constructor(private readonly environment: Readonly<Record<string, string>> = {}) {
    // Times are kept, so that the build in it counts as fresh.
    for (const part of PARTS.filter((name) => existsSync(join(CHECKOUT, name)))) {
      cpSync(join(CHECKOUT, part), join(this.folder, part), { recursive: true, preserveTimestamps: true });
    }
    symlinkSync(join(CHECKOUT, "node_modules"), join(this.folder, "node_modules"));
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Runs `lab …` in it. */
  lab(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return this.run([process.execPath, "bin/lab.js", ...args], environment);
  }

  /** Runs `cdktf …` in it, as a person does: no flags and no variables but the lab's own options. */
  cdktf(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return this.run([this.path("node_modules/.bin/cdktf"), ...args], { CI: "1", FORCE_COLOR: "0", ...environment });
  }

  run(argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return run(argv, this.folder, { ...APART, ...this.environment, ...environment });
  }

  /** Takes away whatever of its labs is there, then itself. */
  async remove(): Promise<void> {
    await this.lab(["down", "--all", "--force"]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function run(
  argv: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const [program = "", ...args] = argv;
  const options = { cwd: folder, env: { ...process.env, ...environment }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((settle) => {
    execFile(program, args, options, (problem, stdout, stderr) => {
      const exit = problem === null ? 0 : typeof problem.code === "number" ? problem.code : -1;
      settle({ exit, stdout, stderr, said: `${stdout}${stderr}` });
    });
  });
}

/** Runs docker, and returns what it printed, without the last newline. */
export async function docker(...args: string[]): Promise<string> {
  const { exit, stdout, stderr } = await run(["docker", ...args], tmpdir());
  if (exit !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}
