import { type ChildProcess, spawn } from "child_process";
import { existsSync } from "fs";
import { join } from "path";
import { createInterface } from "readline";
import { type Event, parseEvent } from "./events";

/** How to run Terraform (or OpenTofu) in a stack's folder. */
export interface Terraform {
  readonly program: string;
  /** What finds the providers: TF_REATTACH_PROVIDERS for the embedded ones. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Outcome {
  readonly exit: number;
  readonly errors: readonly Extract<Event, { kind: "error" }>[];
}

/**
 * Runs `apply` or `destroy` and hands on its events as they come. On Ctrl-C Terraform ends in order, and releases the
 * state.
 */
export async function change(
  terraform: Terraform,
  folder: string,
  verb: "apply" | "destroy",
  onEvent: (event: Event) => void,
): Promise<Outcome> {
  const errors: Extract<Event, { kind: "error" }>[] = [];
  const flags = ["-auto-approve", "-input=false", "-json", ...(verb === "destroy" ? notRefreshed(terraform) : [])];
  const { exit, stderr } = await run(terraform, folder, [verb, ...flags], (line) => {
    const event = parseEvent(line);
    if (event.kind === "error") errors.push(event);
    onEvent(event);
  });
  if (exit !== 0 && errors.length === 0) {
    errors.push({
      kind: "error",
      summary: lastLine(stderr) || `terraform ended with ${String(exit)}`,
      detail: "",
      address: undefined,
    });
  }
  return { exit, errors };
}

/**
 * Prepares the folder: backend and providers. Not where that was done before, since Terraform takes a tenth of a second
 * to find that out.
 */
export async function init(terraform: Terraform, folder: string): Promise<Outcome> {
  if (isPrepared(terraform, folder)) return { exit: 0, errors: [] };
  const said: string[] = [];
  const { exit, stderr } = await run(terraform, folder, ["init", "-input=false", "-no-color"], (line) =>
    said.push(line),
  );
  if (exit === 0) return { exit, errors: [] };
  return {
    exit,
    errors: [
      {
        kind: "error",
        summary: "terraform init failed",
        detail: `${said.join("\n")}\n${stderr}`.trim(),
        address: undefined,
      },
    ],
  };
}

/**
 * To the embedded providers it is no error to remove what is gone already, so they need not look for all of it before; the
 * real ones fail.
 */
function notRefreshed(terraform: Terraform): string[] {
  return servesProviders(terraform) ? ["-refresh=false"] : [];
}

function servesProviders({ environment }: Terraform): boolean {
  return "TF_REATTACH_PROVIDERS" in environment;
}

/** Providers that are served already are not installed, and so need neither a folder nor a lock file. */
function isPrepared(terraform: Terraform, folder: string): boolean {
  const installed = [".terraform/providers", ".terraform.lock.hcl"];
  const needed = [".terraform/terraform.tfstate", ...(servesProviders(terraform) ? [] : installed)];
  return needed.every((file) => existsSync(join(folder, file)));
}

async function run(
  { program, environment }: Terraform,
  folder: string,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<{ exit: number; stderr: string }> {
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    // In a group of its own: a terminal's Ctrl-C reaches it once, by us. Two would make it drop its work.
    detached: true,
  });
  const stopHandingOn = handOnInterrupts(child);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const lines = createInterface({ input: child.stdout });
  lines.on("line", onLine);
  const exit = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 130));
  }).finally(stopHandingOn);
  return { exit, stderr };
}

function handOnInterrupts(child: ChildProcess): () => void {
  const interrupt = (): void => void child.kill("SIGINT");
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  return () => void process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
