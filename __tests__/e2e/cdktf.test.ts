import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { docker, TestProject } from "./project";
import { type Snapshot, settled, snapshot } from "./surroundings";

describe("the same lab by the cdktf command, with no flags or variables of its own", () => {
  const project = new TestProject();
  let before: Snapshot;

  beforeAll(async () => {
    before = await snapshot();
  });
  afterAll(() => project.remove());

  test("cdktf deploy creates it, and shows that it was proven", async () => {
    const deploy = await project.cdktf(["deploy", "host", "--auto-approve"]);
    expect(deploy.said).toMatch(/lab host: \d+ passed, 0 failed/);
    expect(deploy.exit).toBe(0);
  });

  test("the lab command sees the same state", async () => {
    const status = await project.lab(["status", "--json"]);
    expect(JSON.parse(status.stdout)).toContainEqual(expect.objectContaining({ id: "host", state: "up" }));
    const up = await project.lab(["up", "host"]);
    expect(up.stdout).not.toContain("docker_container");
    expect(up.exit).toBe(0);
  });

  test("cdktf diff finds nothing to do", async () => {
    const diff = await project.cdktf(["diff", "host"]);
    expect(diff.said).toContain("No changes.");
  });

  test("a provider that was built anew does not break an initialised stack", async () => {
    appendFileSync(project.path("dist/terraform-provider"), "\n// another build\n");
    const diff = await project.cdktf(["diff", "host"]);
    expect(diff.said).toContain("No changes.");
    const mirror = (await project.lab(["mirror"])).stdout.trim();
    const folder = "registry.terraform.io/hashicorp/null/3.2.4";
    const [platform = ""] = readdirSync(join(mirror, folder));
    expect(readFileSync(join(mirror, folder, platform, "terraform-provider-null"), "utf8")).toContain(
      "// another build",
    );
  });

  test("cdktf destroy takes it away, and shows that nothing is left", async () => {
    const destroy = await project.cdktf(["destroy", "host", "--auto-approve"]);
    expect(destroy.said).toContain("lab host: nothing is left of it");
    expect(destroy.exit).toBe(0);
    expect(await settled(before)).toEqual(before);
  });
});

describe("a lab that does not behave as taught", () => {
  const project = new TestProject();
  const idle = "labtest-idle:local";
  let before: Snapshot;

  beforeAll(async () => {
    // The same image, but its nginx only sleeps: a container that runs and serves nothing.
    const id = await docker("create", "docker-network-labs/nginx:local");
    const folder = mkdtempSync(join(tmpdir(), "lab-idle-"));
    writeFileSync(join(folder, "nginx"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
    await docker("cp", join(folder, "nginx"), `${id}:/usr/sbin/nginx`);
    rmSync(folder, { recursive: true });
    await docker("commit", id, idle);
    await docker("rm", id);
    before = await snapshot();
  });
  afterAll(async () => {
    await project.remove();
    await docker("rmi", "--force", idle);
  });

  test("fails cdktf deploy, with the reason, and hides no other check", async () => {
    const deploy = await project.cdktf(["deploy", "host", "--auto-approve"], { LAB_IMAGE: idle });
    expect(deploy.exit).not.toBe(0);
    const said = deploy.said.replace(/\s+/g, " ");
    expect(said).toContain("FAIL host/web/answers");
    expect(said).toContain("meaning nothing listens there");
    expect(said).toContain("✓ host/web/same-namespace");
    expect(said).toMatch(/lab host: \d+ passed, 4 failed/);
  });

  test("fails lab up in the same words, with exit code 1", async () => {
    const up = await project.lab(["up", "host"], { LAB_IMAGE: idle });
    expect(up.exit).toBe(1);
    expect(up.stdout).toContain("FAIL  host/web/answers");
    expect(up.stdout).toContain("see it    curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:18480/");
    expect(up.stdout).toMatch(/\d+ passed, 4 failed/);
  });

  test("is mended by the right image, and leaves nothing", async () => {
    expect((await project.lab(["up", "host"])).exit).toBe(0);
    expect((await project.lab(["down", "host"])).exit).toBe(0);
    expect(await settled(before)).toEqual(before);
  });
});
