import { mkdirSync, writeFileSync } from "fs";
import { join } from "path";
import { change, init, type Terraform } from "../../lib/terraform/terraform";
import type { Event } from "../../lib/terraform/events";
import { temporaryFolders } from "./temporary";

const newFolder = temporaryFolders();

/** A program in Terraform's place: a script for Node, run in the folder that is returned with it. */
function standIn(script: string): { terraform: Terraform; folder: string } {
  const folder = newFolder();
  const program = join(folder, "terraform");
  writeFileSync(program, `#!${process.execPath}\n${script}\n`, { mode: 0o755 });
  return { terraform: { program, environment: { LAB_TEST: "given" } }, folder };
}
const print = (value: unknown): string => `console.log(${JSON.stringify(JSON.stringify(value))});`;

describe("change", () => {
  test.each(["apply", "destroy"] as const)(
    "runs %s for programs to read, in the folder, with the environment",
    async (verb) => {
      const { terraform, folder } = standIn(`
      const { LAB_TEST, TF_IN_AUTOMATION, CHECKPOINT_DISABLE } = process.env;
      const address = [...process.argv.slice(2), process.cwd(), LAB_TEST, TF_IN_AUTOMATION, CHECKPOINT_DISABLE].join(" ");
      console.log(JSON.stringify({ type: "apply_start", hook: { resource: { addr: address }, action: "create" } }));`);
      const events: Event[] = [];
      expect(await change(terraform, folder, verb, (event) => events.push(event))).toEqual({ exit: 0, errors: [] });
      expect(events).toEqual([
        {
          kind: "start",
          address: `${verb} -auto-approve -input=false -json ${folder} given 1 1`,
          action: "create",
          seconds: 0,
        },
      ]);
    },
  );

  test("does not look for all that it destroys with providers that are served: to them it is no error that it is gone", async () => {
    const { terraform, folder } = standIn(`
      const address = process.argv.slice(2).join(" ");
      console.log(JSON.stringify({ type: "apply_start", hook: { resource: { addr: address }, action: "create" } }));`);
    const served = { ...terraform, environment: { TF_REATTACH_PROVIDERS: "{}" } };
    const events: Event[] = [];
    for (const verb of ["apply", "destroy"] as const) await change(served, folder, verb, (event) => events.push(event));
    expect(events).toMatchObject([
      { address: "apply -auto-approve -input=false -json" },
      { address: "destroy -auto-approve -input=false -json -refresh=false" },
    ]);
  });

  test("collects errors, and hands on every event in order", async () => {
    const error = { severity: "error", summary: "no such image", detail: "lab/none", address: "docker_image.image" };
    const { terraform, folder } = standIn(`
      ${print({ type: "version" })}
      ${print({ type: "diagnostic", diagnostic: error })}
      console.log("a provider's stray print");
      process.exitCode = 1;`);
    const kinds: string[] = [];
    expect(await change(terraform, folder, "apply", ({ kind }) => kinds.push(kind))).toEqual({
      exit: 1,
      errors: [{ kind: "error", summary: "no such image", detail: "lab/none", address: "docker_image.image" }],
    });
    expect(kinds).toEqual(["other", "error", "other"]);
  });

  test.each([
    ["with its last words", `console.error("panic\\nout of memory"); process.exitCode = 2;`, 2, "out of memory"],
    ["without a word", "process.exitCode = 3;", 3, "terraform ended with 3"],
    ["by a signal", `process.kill(process.pid, "SIGKILL");`, 130, "terraform ended with 130"],
  ])("an end %s is an error too", async (_name, script, exit, summary) => {
    const { terraform, folder } = standIn(script);
    expect(await change(terraform, folder, "apply", () => undefined)).toEqual({
      exit,
      errors: [{ kind: "error", summary, detail: "", address: undefined }],
    });
  });

  test("a program that does not exist is told as such", async () => {
    const folder = newFolder();
    const terraform = { program: join(folder, "none"), environment: {} };
    await expect(change(terraform, folder, "apply", () => undefined)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("init", () => {
  const { terraform: failing, folder: fresh } = standIn("process.exitCode = 1;");
  const served = { ...failing, environment: { TF_REATTACH_PROVIDERS: "{}" } };

  test("is not run where it was before: providers that are served need a backend only", async () => {
    expect((await init(served, fresh)).exit).toBe(1);
    mkdirSync(join(fresh, ".terraform"));
    writeFileSync(join(fresh, ".terraform/terraform.tfstate"), "{}");
    expect(await init(served, fresh)).toEqual({ exit: 0, errors: [] });
    expect((await init(failing, fresh)).exit).toBe(1);
    writeFileSync(join(fresh, ".terraform.lock.hcl"), "");
    expect((await init(failing, fresh)).exit).toBe(1);
    mkdirSync(join(fresh, ".terraform/providers"));
    expect(await init(failing, fresh)).toEqual({ exit: 0, errors: [] });
  });

  test("is silent when it goes well", async () => {
    const { terraform, folder } = standIn(`console.log("Terraform has been successfully initialized!");`);
    expect(await init(terraform, folder)).toEqual({ exit: 0, errors: [] });
  });

  test("tells all that was said when it fails", async () => {
    const { terraform, folder } = standIn(`
      console.log("Initializing provider plugins...");
      console.error("Error: Failed to query available provider packages");
      process.exitCode = 1;`);
    expect(await init(terraform, folder)).toEqual({
      exit: 1,
      errors: [
        {
          kind: "error",
          summary: "terraform init failed",
          detail: "Initializing provider plugins...\nError: Failed to query available provider packages",
          address: undefined,
        },
      ],
    });
  });
});
