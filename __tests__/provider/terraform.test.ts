import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { hostProviders, lockFile, writeMirror } from "../../lib/provider";
import { build, builtMirror, type BuiltMirror } from "./mirror-fixture";
import { Workspace } from "./workspace";

type Reattach = Record<string, { Addr: { String: string } }>;

/** Through a real Terraform, but without an engine: what a configuration says is judged before one is needed. */
jest.setTimeout(60_000);

const container = { name: "lab-test-x", image: "lab-test" };

async function validated(workspace: Workspace, resource: object): Promise<{ valid: boolean; diagnostics: object[] }> {
  workspace.write({ resource });
  await workspace.succeed("init", "-input=false");
  const { stdout } = await workspace.run("validate", "-json");
  return JSON.parse(stdout) as { valid: boolean; diagnostics: object[] };
}

describe("hosted in this process", () => {
  let workspace: Workspace;
  let hosted: Awaited<ReturnType<typeof hostProviders>>;
  beforeAll(async () => {
    hosted = await hostProviders();
    workspace = new Workspace(hosted.environment);
  });
  afterAll(async () => {
    workspace.remove();
    await hosted.close();
  });

  test("a good configuration is valid", async () => {
    const { valid, diagnostics } = await validated(workspace, {
      docker_container: { a: { ...container, ports: [{ internal: 80 }], networks_advanced: [{ name: "n" }] } },
      null_resource: { b: { triggers: { id: "${docker_container.a.id}" } } },
    });
    expect({ valid, diagnostics }).toEqual({ valid: true, diagnostics: [] });
  });

  test("what is not implemented is refused, with file and line", async () => {
    const { valid, diagnostics } = await validated(workspace, {
      docker_container: { a: { ...container, gpus: "all" } },
    });
    expect(valid).toBe(false);
    expect(diagnostics).toEqual([
      expect.objectContaining({
        severity: "error",
        summary: '"gpus" is not implemented by the embedded provider',
        range: expect.objectContaining({ filename: "main.tf.json" }) as object,
      }),
    ]);
  });

  test("a resource that is not implemented is refused by name", async () => {
    const { diagnostics } = await validated(workspace, { docker_service: { a: { name: "s" } } });
    expect(JSON.stringify(diagnostics)).toContain("docker_service");
  });

  test("its socket is private, and gone when it is closed", async () => {
    const other = await hostProviders();
    const addresses = JSON.parse(other.environment.TF_REATTACH_PROVIDERS) as Reattach;
    expect(Object.keys(addresses).sort()).toEqual([
      "registry.opentofu.org/hashicorp/null",
      "registry.opentofu.org/kreuzwerker/docker",
      "registry.terraform.io/hashicorp/null",
      "registry.terraform.io/kreuzwerker/docker",
    ]);
    const folders = new Set(Object.values(addresses).map(({ Addr }) => path.dirname(Addr.String)));
    for (const folder of folders) expect(statSync(folder).mode & 0o777).toBe(0o700);
    await other.close();
    for (const folder of folders) expect(() => statSync(folder)).toThrow("ENOENT");
  });
});

test("what a killed host left behind is swept up by the next", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tf-provider-"));
  const socket = JSON.stringify(path.join(folder, "docker"));
  const host = `require("node:net").createServer().listen(${socket}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", host]);
  expect(statSync(path.join(folder, "docker")).isSocket()).toBe(true);
  const [alive, next] = [await hostProviders(), await hostProviders()];
  try {
    expect(() => statSync(folder)).toThrow("ENOENT");
    const { Addr } = Object.values(JSON.parse(alive.environment.TF_REATTACH_PROVIDERS) as Reattach)[0] ?? {};
    expect(statSync(Addr?.String ?? "").isSocket()).toBe(true);
  } finally {
    await Promise.all([alive.close(), next.close()]);
  }
});

describe("from a mirror", () => {
  let built: BuiltMirror;
  let workspace: Workspace;
  beforeAll(async () => {
    built = await builtMirror();
    workspace = new Workspace(built.environment);
  });
  afterAll(() => {
    workspace.remove();
    built.remove();
  });

  test("starts, shakes hands over TLS and validates", async () => {
    const { valid } = await validated(workspace, { docker_container: { a: container }, null_resource: { b: {} } });
    expect(valid).toBe(true);
  });

  test("the lock file is the one that init writes", async () => {
    const written = readFileSync(path.join(workspace.folder, ".terraform.lock.hcl"), "utf8");
    expect(await lockFile(built.mirror, "registry.terraform.io")).toBe(written);
  });

  test("is found in the stack's own folder, with no configuration at all", async () => {
    const bare = new Workspace({ TF_CLI_CONFIG_FILE: "/dev/null" });
    try {
      bare.write({ resource: { null_resource: { a: {} } } });
      mkdirSync(path.join(bare.folder, "terraform.d"));
      symlinkSync(built.mirror, path.join(bare.folder, "terraform.d/plugins"));
      expect((await bare.run("init", "-input=false")).output).toContain("successfully initialized");
    } finally {
      bare.remove();
    }
  });

  test("two builds are the same, byte for byte", () => {
    const again = path.join(built.folder, "again");
    build(again);
    expect(readFileSync(again).equals(readFileSync(built.bundle))).toBe(true);
    expect(statSync(again).size).toBeLessThan(1024 * 1024);
  });

  test("a mirror that is there already is left alone", async () => {
    const program = path.join(
      built.mirror,
      "registry.terraform.io/hashicorp/null/3.2.4",
      `linux_${process.arch === "x64" ? "amd64" : process.arch}`,
      "terraform-provider-null",
    );
    const long = new Date("2001-01-01T00:00:00Z");
    utimesSync(program, long, long);
    await writeMirror(built.mirror, built.bundle);
    expect(statSync(program).mtime).toEqual(long);
  });

  test("started by a person it says what it is", () => {
    const { status, stderr, stdout } = spawnSync(built.bundle, { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("This is a Terraform provider");
  });
});
