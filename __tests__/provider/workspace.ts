import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A folder with a Terraform configuration, and Terraform in it, reaching nothing but the providers it is given. */
export const REQUIRED_PROVIDERS = {
  docker: { source: "kreuzwerker/docker", version: "3.6.2" },
  null: { source: "hashicorp/null", version: "3.2.4" },
};

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Both, for messages. */
  output: string;
}

export interface Config {
  provider?: object;
  resource?: object;
  data?: object;
  output?: object;
}

export interface StateResource {
  mode: string;
  type: string;
  name: string;
  instances: { index_key?: string | number; status?: string; attributes: Record<string, unknown> }[];
}

export class Workspace {
  constructor(
    private readonly environment: Record<string, string>,
    readonly folder = mkdtempSync(path.join(tmpdir(), "lab-test-tf-")),
  ) {}

  write(config: Config): void {
    const whole = { terraform: { required_providers: REQUIRED_PROVIDERS }, provider: { docker: {} }, ...config };
    writeFileSync(path.join(this.folder, "main.tf.json"), JSON.stringify(whole));
  }

  /** Terraform with these arguments; rejects only where it cannot be started. */
  run(...args: string[]): Promise<Finished> {
    return this.start(...args).finished;
  }

  start(...args: string[]): { pid: number; kill(signal: NodeJS.Signals): void; finished: Promise<Finished> } {
    const program = terraformProgram();
    const child = spawn(program, args, {
      cwd: this.folder,
      env: this.surroundings(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    const finished = new Promise<Finished>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        const [out, err] = [Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString()];
        resolve({ code, signal, stdout: out, stderr: err, output: out + err });
      });
    });
    return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal), finished };
  }

  /** A run that must succeed. */
  async succeed(...args: string[]): Promise<Finished> {
    const finished = await this.run(...args);
    if (finished.code !== 0) throw new Error(`terraform ${args.join(" ")}: ${finished.output}`);
    return finished;
  }

  apply(): Promise<Finished> {
    return this.run("apply", "-auto-approve", "-input=false", "-no-color");
  }

  destroy(): Promise<Finished> {
    return this.run("destroy", "-auto-approve", "-input=false", "-no-color");
  }

  /** Address → actions of a plan, without what stays. */
  async plan(): Promise<Record<string, string[]>> {
    await this.succeed("plan", "-input=false", "-no-color", "-out=plan");
    const { stdout } = await this.succeed("show", "-json", "plan");
    const { resource_changes: changes = [] } = JSON.parse(stdout) as {
      resource_changes?: { address: string; change: { actions: string[] } }[];
    };
    return Object.fromEntries(
      changes
        .filter(({ change }) => change.actions[0] !== "no-op")
        .map(({ address, change }) => [address, change.actions]),
    );
  }

  hasState(): boolean {
    return existsSync(this.stateFile);
  }

  /** The resources of the state file, as Terraform writes them. */
  resources(): StateResource[] {
    const text = this.hasState() ? readFileSync(this.stateFile, "utf8") : "";
    // A Terraform that was killed leaves the file as it made it at first: empty.
    return text === "" ? [] : (JSON.parse(text) as { resources: StateResource[] }).resources;
  }

  /** Every object in the state. */
  state(): { type: string; name: string; status?: string; attributes: Record<string, unknown> }[] {
    return this.resources().flatMap(({ type, name, instances }) =>
      instances.map((instance) => ({ type, name, ...instance })),
    );
  }

  /** The same folder, in other surroundings. */
  with(environment: Record<string, string>): Workspace {
    return new Workspace(environment, this.folder);
  }

  private get stateFile(): string {
    return path.join(this.folder, "terraform.tfstate");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private surroundings(): NodeJS.ProcessEnv {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("TF_"));
    return { ...Object.fromEntries(own), CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", ...this.environment };
  }
}

/** The one a person chose, the one that set-up brought, or the one on the path. */
function terraformProgram(): string {
  const brought = path.resolve(__dirname, "../../.lab/bin/terraform");
  return process.env["TERRAFORM_BINARY_NAME"] ?? (existsSync(brought) ? brought : "terraform");
}

/** Tries until the condition holds; a test that waits for ever says nothing. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  within = 60_000,
): Promise<void> {
  const deadline = Date.now() + within;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${within} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
