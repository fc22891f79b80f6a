import { existsSync } from "fs";
import type { CheckRecord } from "../../lib/checks/record";
import { describeWithEngines, engineReady } from "./engine-image";
import { APART, docker, run, TestProject } from "./project";
import { type Snapshot, settled, snapshot } from "./surroundings";

const [A, B] = ["labtest-overlay-host-a", "labtest-overlay-host-b"];

describeWithEngines("lab overlay, on two throw-away engines", () => {
  const project = new TestProject();
  let before: Snapshot;

  beforeAll(async () => {
    before = await snapshot();
  });
  afterAll(() => project.remove());

  test("comes up, proven", async () => {
    const up = await project.lab(["up", "overlay"]);
    expect(up.said).not.toContain("✗");
    expect(up.exit).toBe(0);
    expect(up.stdout).toContain("VXLAN packets between the hosts");
  });

  test("keeps to itself: no port, and nothing on the real engine but the hosts, their disks and their LAN", async () => {
    const now = await snapshot();
    expect(now.listeners).toEqual(before.listeners);
    expect(
      (await docker("ps", "--all", "--format", "{{.Names}}", "--filter", "name=labtest-")).split("\n").sort(),
    ).toEqual([A, B]);
    expect(await docker("network", "ls", "--format", "{{.Name}}", "--filter", "name=labtest-")).toBe(
      "labtest-overlay-lan",
    );
    expect(await docker("volume", "ls", "--format", "{{.Name}}", "--filter", "name=labtest-")).toBe(`${A}\n${B}`);
    expect(await docker("info", "--format", "{{.Swarm.LocalNodeState}}")).toBe("inactive");
  });

  test("has no way out: nothing of the hosts is forwarded, and the containers know no way beyond their networks", async () => {
    const bridge = `br-${(await docker("network", "inspect", "--format", "{{.Id}}", "labtest-overlay-lan")).slice(0, 12)}`;
    const rules = (await run(["iptables", "-S", "DOCKER-ISOLATION-STAGE-1"], "/")).stdout;
    expect(rules).toContain(`! -d ${APART.LAB_LAN} -i ${bridge} -j DROP`);
    expect(rules).toContain(`! -s ${APART.LAB_LAN} -o ${bridge} -j DROP`);
    const route = ["docker", "exec", "labtest-overlay-web-1", "ip", "route", "show", "default"];
    expect(await docker("exec", A, ...route)).toBe("");
  });

  test("plans nothing more", async () => {
    const folder = project.path("cdktf.out/stacks/overlay");
    expect((await run(["terraform", "init", "-no-color"], folder)).exit).toBe(0);
    const plan = await run(["terraform", "plan", "-detailed-exitcode", "-no-color"], folder);
    expect(plan.said).toContain("No changes.");
    expect(plan.exit).toBe(0);
  });

  test("is told by status, with what runs inside", async () => {
    const { stdout } = await project.lab(["status", "--json"]);
    const statuses = JSON.parse(stdout) as { id: string; state: string }[];
    expect(statuses.find(({ id }) => id === "overlay")).toMatchObject({ state: "up" });
  });

  test("is mended: a server that was removed by hand comes back, and the swarm is formed once", async () => {
    await docker("exec", A, "docker", "rm", "--force", "labtest-overlay-web-1");
    expect((await project.lab(["check", "overlay", "--no-wait"])).exit).toBe(1);
    const mended = await project.lab(["up", "overlay"]);
    expect(mended.stdout).toContain("docker_container.web-1");
    expect(mended.stdout).not.toContain("null_resource.swarm");
    expect(mended.exit).toBe(0);
  });

  test("whose host is stopped neither comes up nor goes, and the ways out are named", async () => {
    await docker("stop", "--time", "20", A);
    for (const verb of ["up", "down"]) {
      const refused = await project.lab([verb, "overlay"]);
      expect(refused.exit).toBe(3);
      expect(refused.stderr).toContain(
        `Start it: docker start ${A}, or take the lab away: npx lab down overlay --force`,
      );
    }
    await docker("start", A);
    await engineReady(A, 120_000);
  });

  test("goes by Terraform, disks and sockets too", async () => {
    const down = await project.lab(["down", "overlay"]);
    expect(down.said).toContain("overlay is gone");
    expect(down.exit).toBe(0);
    expect(existsSync(project.path(".lab/engines/overlay"))).toBe(false);
    expect(await settled(before)).toEqual(before);
  });

  test("goes by force when an engine is gone", async () => {
    expect((await project.lab(["up", "overlay"])).exit).toBe(0);
    await docker("rm", "--force", "--volumes", A);
    const { stdout } = await project.lab(["check", "overlay", "--no-wait", "--json"]);
    const passed = (JSON.parse(stdout) as CheckRecord[]).filter(({ verdict }) => verdict === "pass");
    expect(passed.map(({ id }) => id)).toEqual(["overlay/host-b/no-key-value-store"]);
    const down = await project.lab(["down", "overlay", "--force"]);
    expect(down.said).toContain("overlay is gone");
    expect(down.exit).toBe(0);
    expect(existsSync(project.path(".lab/engines/overlay"))).toBe(false);
    expect(await settled(before)).toEqual(before);
  });
});
