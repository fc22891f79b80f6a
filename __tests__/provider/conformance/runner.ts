import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Workspace, type Finished } from "../workspace";
import type { Actions, Case, ErrorPattern, Json, JsonObject, Step } from "./case";
import { namesOnEngine, onEngine, type Names } from "./engine";
import { byText, filled, isObject, maskedState, ordered, scrub } from "./scrub";

/** Runs one case and returns it with what happened now in the place of what was recorded. */
export async function runCase(recorded: Case, environment: Record<string, string>): Promise<Case> {
  const run = new CaseRun(recorded, environment);
  try {
    return await run.all();
  } finally {
    await run.tidy();
  }
}

/** The recorded case in the form in which it is compared: null and zero are the same in states. */
export function comparable(recorded: Case): Case {
  const steps = recorded.steps.map((step) => {
    const copy = structuredClone(step);
    if (isObject(copy["state"])) copy["state"] = looseState(copy["state"]);
    return copy;
  });
  return { ...recorded, steps };
}

function looseState(state: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(state).map(([address, values]) => [address, filled(ordered(values))]));
}

/** A step's fields that are given; all others are observed. */
const GIVEN = ["config", "provider", "files", "between", "probe"];

interface PlanSeen {
  error?: string;
  actions: Actions;
  because: Actions;
  updated: Actions;
}

class CaseRun {
  private readonly text: string;
  private readonly workspace: Workspace;
  private readonly folder = mkdtempSync(path.join(tmpdir(), "cf-tmp-"));
  private readonly given = new Set<string>();

  constructor(
    private readonly recorded: Case,
    environment: Record<string, string>,
  ) {
    this.text = JSON.stringify(recorded);
    this.workspace = new Workspace(environment);
    // Containers of other users look into it.
    chmodSync(this.folder, 0o755);
  }

  async all(): Promise<Case> {
    const before = await namesOnEngine(this.text);
    if (Object.values(before).flat().length > 0) throw new Error(`left from before: ${JSON.stringify(before)}`);
    const steps: Step[] = [];
    for (const step of this.recorded.steps) steps.push(await this.step(step));
    const { name, about, provider, cleanup } = this.recorded;
    return {
      name,
      about,
      ...(provider === undefined ? {} : { provider }),
      steps,
      ...(await this.destroyed()),
      after_destroy: leftOrNothing(await namesOnEngine(this.text)),
      ...this.filesMade("files_after_destroy"),
      ...(cleanup === undefined ? {} : { cleanup }),
    };
  }

  private async destroyed(): Promise<Pick<Case, "destroy">> {
    if (!this.workspace.hasState()) return {};
    const finished = await this.workspace.run("destroy", "-json", "-input=false", "-auto-approve");
    return { destroy: finished.code === 0 ? "ok" : this.told(errorsOf(finished), this.recorded.destroy) };
  }

  private async step(step: Step): Promise<Step> {
    this.prepare(step);
    await this.workspace.succeed("init", "-input=false");
    const had = (await namesOnEngine(this.text)).containers;
    const first = await this.plan("first.plan");
    const left = (await namesOnEngine(this.text)).containers;
    const seen: Step = {
      ...Object.fromEntries(GIVEN.filter((name) => name in step).map((name) => [name, step[name]])),
      config: step.config,
      plan: first.error === undefined ? first.actions : this.told(first.error, step.plan),
      ...nonEmpty("replace_because", first.because),
      ...nonEmpty("update_of", first.updated),
      ...nonEmpty("plan_removes", without(had, left)),
    };
    return first.error === undefined ? { ...seen, ...(await this.applied(step)) } : seen;
  }

  /** Files, drift and configuration. */
  private prepare(step: Step): void {
    for (const [name, content] of Object.entries(step.files ?? {})) {
      this.given.add(name);
      mkdirSync(path.dirname(path.join(this.folder, name)), { recursive: true });
      writeFileSync(path.join(this.folder, name), content);
    }
    for (const argv of step.between ?? []) {
      const { code, output } = this.command(argv);
      if (code !== 0) throw new Error(`${argv.join(" ")}: ${output}`);
    }
    const provider = { docker: {}, ...(step.provider ?? this.recorded.provider ?? {}) };
    this.workspace.write(JSON.parse(this.here(JSON.stringify({ provider, ...step.config }))) as object);
  }

  private async applied(step: Step): Promise<Partial<Step>> {
    const apply = await this.workspace.run("apply", "-json", "-input=false", "first.plan");
    const state = this.state(step);
    const engine = await onEngine(this.text, this.folder);
    const probes = step.probe?.map((argv) => this.command(argv));
    const files = this.filesMade("files_made");
    const second = await this.plan("second.plan");
    const containers = Object.keys(engine).flatMap((key) => (key.startsWith("container ") ? [key.slice(10)] : []));
    return {
      apply: apply.code === 0 ? "ok" : this.told(errorsOf(apply), step.apply),
      ...state,
      engine,
      ...(probes === undefined ? {} : { probe_results: probes }),
      ...files,
      ...this.secondPlan(second, step),
      ...nonEmpty("second_plan_removes", without(containers, (await namesOnEngine(this.text)).containers)),
    };
  }

  private secondPlan(second: PlanSeen, step: Step): Partial<Step> {
    if (second.error !== undefined) return { second_plan: this.told(second.error, step.second_plan) };
    return {
      second_plan: Object.keys(second.actions).length === 0 ? "empty" : second.actions,
      ...nonEmpty("second_replace_because", second.because),
      ...nonEmpty("second_update_of", second.updated),
    };
  }

  private async plan(out: string): Promise<PlanSeen> {
    const seen: PlanSeen = { actions: {}, because: {}, updated: {} };
    const planned = await this.workspace.run("plan", "-json", "-input=false", "-detailed-exitcode", `-out=${out}`);
    if (planned.code === 0) return seen;
    if (planned.code === 1) return { ...seen, error: errorsOf(planned) };
    const { stdout } = await this.workspace.succeed("show", "-json", out);
    const { resource_changes: changes = [] } = JSON.parse(stdout) as { resource_changes?: ResourceChange[] };
    for (const { address, change } of changes) {
      if (change.actions[0] === "no-op") continue;
      seen.actions[address] = change.actions;
      const because = [...new Set((change.replace_paths ?? []).map(([name]) => String(name)))].sort();
      if (because.length > 0) seen.because[address] = because;
      if (change.actions[0] === "update") seen.updated[address] = changedAttributes(change);
    }
    return seen;
  }

  private state(step: Step): Partial<Step> {
    const tainted: string[] = [];
    const state: JsonObject = {};
    for (const { mode, type, name, instances } of this.workspace.resources()) {
      const blocks = (mode === "data" ? step.config.data : step.config.resource)?.[type];
      const config = isObject(blocks) && isObject(blocks[name]) ? blocks[name] : {};
      for (const instance of instances) {
        const key = instance.index_key === undefined ? "" : `[${JSON.stringify(instance.index_key)}]`;
        const address = `${mode === "data" ? "data." : ""}${type}.${name}${key}`;
        if (instance.status === "tainted") tainted.push(address);
        const masked = maskedState(type, instance.attributes as JsonObject, config, this.text);
        state[address] = filled(ordered(scrub(masked, this.folder)));
      }
    }
    return { state, ...nonEmpty("tainted", tainted.sort()) };
  }

  /** The recorded pattern where it fits what was said, else what was said. */
  private told(said: string, recorded: unknown): ErrorPattern {
    const pattern = isObject(recorded) ? recorded["error"] : undefined;
    const fits = typeof pattern === "string" && new RegExp(pattern, "s").test(said);
    return { error: fits ? pattern : said };
  }

  private command(argv: string[]): { code: number | null; output: string } {
    const [program = "", ...args] = argv.map((word) => this.here(word));
    const done = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return { code: done.status, output: (done.stdout + done.stderr).replaceAll(this.folder, "@TMP@") };
  }

  private here(text: string): string {
    return text.replaceAll("@TMP@", this.folder);
  }

  private filesMade(field: string): Record<string, Record<string, string>> {
    const made = readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(this.folder, path.join(entry.parentPath, entry.name)))
      .filter((name) => !this.given.has(name))
      .map((name) => [name, readFileSync(path.join(this.folder, name), "utf8")]);
    return made.length === 0 ? {} : { [field]: Object.fromEntries(made) as Record<string, string> };
  }

  /** Takes away whatever lies on the engine under the case's own names, whatever happened. */
  async tidy(): Promise<void> {
    for (const argv of this.recorded.cleanup ?? []) this.command(argv);
    const left = await namesOnEngine(this.text);
    for (const name of left.containers) this.command(["docker", "rm", "-fv", name]);
    for (const name of left.networks) this.command(["docker", "network", "rm", name]);
    for (const name of left.volumes) this.command(["docker", "volume", "rm", name]);
    for (const name of left.images) this.command(["docker", "rmi", name]);
    this.workspace.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface ResourceChange {
  address: string;
  change: {
    actions: string[];
    replace_paths?: (string | number)[][];
    before: JsonObject;
    after: JsonObject;
    after_unknown: JsonObject;
  };
}

function changedAttributes({ before, after, after_unknown }: ResourceChange["change"]): string[] {
  const unknown = Object.keys(after_unknown).filter((name) => after_unknown[name] === true);
  const next: JsonObject = { ...after, ...Object.fromEntries(unknown.map((name): [string, Json] => [name, null])) };
  const names = new Set([...Object.keys(before), ...Object.keys(next)]);
  return byText(
    [...names].filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(next[name] ?? null)),
  );
}

/** Everything that Terraform's diagnostics say is an error. */
function errorsOf({ stdout, stderr }: Finished): string {
  const said = stdout.split("\n").flatMap((line) => {
    try {
      const { diagnostic } = JSON.parse(line) as {
        diagnostic?: { severity: string; summary: string; detail?: string };
      };
      return diagnostic?.severity === "error" ? [`${diagnostic.summary} ${diagnostic.detail ?? ""}`] : [];
    } catch {
      return [];
    }
  });
  return said.length > 0 ? said.join("\n") : (stdout + stderr).trim();
}

function nonEmpty(field: string, value: object): Record<string, object> {
  return Object.keys(value).length === 0 ? {} : { [field]: value };
}

function without(names: string[], others: string[]): string[] {
  return names.filter((name) => !others.includes(name)).sort();
}

function leftOrNothing(names: Names): object | string {
  const left = Object.entries(names).filter(([, entries]) => (entries as string[]).length > 0);
  return left.length === 0 ? "nothing left" : Object.fromEntries(left);
}
