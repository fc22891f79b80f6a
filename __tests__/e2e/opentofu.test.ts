import { existsSync } from "fs";
import { delimiter, join } from "path";
import { TestProject } from "./project";
import { settled, snapshot } from "./surroundings";

const onPath = (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, "tofu")));

// Skipped where there is no OpenTofu on the PATH.
(onPath ? describe : describe.skip)("with OpenTofu in Terraform's place", () => {
  const tofu = { TERRAFORM_BINARY_NAME: "tofu" };
  const project = new TestProject(tofu);
  afterAll(() => project.remove());

  test("a lab comes up, proven, by the lab command and by cdktf, and vanishes", async () => {
    const before = await snapshot();
    const deploy = await project.cdktf(["deploy", "host", "--auto-approve"]);
    expect(deploy.said).toMatch(/lab host: \d+ passed, 0 failed/);
    const up = await project.lab(["up", "host"]);
    expect(up.stdout).not.toContain("docker_container");
    expect(up.exit).toBe(0);
    expect((await project.lab(["down", "host"])).exit).toBe(0);
    expect(await settled(before)).toEqual(before);
  });
});
