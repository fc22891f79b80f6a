import { existsSync, readFileSync } from "fs";
import type { CheckRecord } from "../../lib/checks/record";
import { LABS } from "../../lib/labs/catalogue";
import { describeWithEngines } from "./engine-image";
import { docker, run, TestProject } from "./project";
import { type Snapshot, settled, snapshot } from "./surroundings";

const HOST = "labtest-nested-host";
/** All that bring no hosts of their own. */
const SINGLE = LABS.filter(({ engines }) => engines !== true).map(({ id }) => id);

describeWithEngines("labs on a throw-away host", () => {
  // The labs' own ports: there nobody else can have them.
  const project = new TestProject({ LAB_HTTP_PORT: "80", LAB_PUBLISHED_PORT: "8080" });
  const there = project.path(".lab/engines/nested/project");
  let before: Snapshot;

  beforeAll(async () => {
    before = await snapshot();
  });
  afterAll(() => project.remove());

  test("come up, all of them on one host, each proven", async () => {
    const up = await project.lab(["up", ...SINGLE, "--on", "nested"]);
    expect(up.said).not.toContain("✗");
    expect(up.exit).toBe(0);
    expect(up.said).toContain(`a shell there: docker exec -it ${HOST} bash`);
    const records = SINGLE.flatMap(
      (id) => JSON.parse(readFileSync(`${there}/.lab/records/${id}.json`, "utf8")) as CheckRecord[],
    );
    expect([...new Set(records.map(({ lab }) => lab))]).toEqual(SINGLE);
    // Each is about what it depends on (release, kernel, packet filter) and not about a place where one cannot look.
    for (const { actual } of records.filter(({ verdict }) => verdict === "skip")) {
      expect(actual).toMatch(
        /^(?:only (?:since|before) Engine|needs API|the kernel lacks|the host's FORWARD|the engine)/,
      );
    }
  });

  test("leave the real machine alone: no port, and on its engine the host, its disk and its LAN", async () => {
    const now = await snapshot();
    expect(now.listeners).toEqual(before.listeners);
    expect(await docker("ps", "--all", "--format", "{{.Names}}", "--filter", "name=labtest-")).toBe(HOST);
    expect(await docker("network", "ls", "--format", "{{.Name}}", "--filter", "name=labtest-")).toBe(
      "labtest-nested-lan",
    );
    expect(await docker("volume", "ls", "--format", "{{.Name}}", "--filter", "name=labtest-")).toBe(HOST);
  });

  test("are looked at there: what people type is typed in a shell of the host", async () => {
    expect(await docker("exec", HOST, "curl", "-s", "http://127.0.0.1:80/")).toMatch(/^web /);
    const { stdout } = await project.lab(["commands", "host", "--on", "nested"]);
    expect(stdout).toContain("netstat -tulpn");
    const status = await project.lab(["status", "--json", "--on", "nested"]);
    const states = JSON.parse(status.stdout) as { id: string; state: string }[];
    expect(states.filter(({ state }) => state === "up").map(({ id }) => id)).toEqual(SINGLE);
    expect((await project.lab(["check", "host", "--on", "nested"])).exit).toBe(0);
    // Here nothing is up but the host.
    expect((await project.lab(["check", "host"])).exit).toBe(64);
  });

  test("plan nothing more, nor does their host", async () => {
    const again = await project.lab(["up", "host", "bridge", "--on", "nested"]);
    expect(again.exit).toBe(0);
    expect(again.stdout).not.toMatch(/docker_|null_resource/);
    const folder = project.path("cdktf.out/stacks/nested");
    expect((await run(["terraform", "init", "-no-color"], folder)).exit).toBe(0);
    expect((await run(["terraform", "plan", "-detailed-exitcode", "-no-color"], folder)).said).toContain("No changes.");
  });

  test("are checked there: a server that was removed by hand is missed", async () => {
    await docker("exec", HOST, "docker", "rm", "--force", "labtest-none-alone");
    expect((await project.lab(["check", "none", "--no-wait", "--on", "nested"])).exit).toBe(1);
  });

  test("go, and their host with the last of them", async () => {
    const some = await project.lab(["down", "host", "--on", "nested"]);
    expect(some.said).toContain("host is gone");
    expect(await docker("ps", "--format", "{{.Names}}", "--filter", "name=labtest-")).toBe(HOST);
    const all = await project.lab(["down", "--all", "--on", "nested"]);
    expect(all.said).toContain("nested is gone");
    expect(all.exit).toBe(0);
    expect(existsSync(project.path(".lab/engines/nested"))).toBe(false);
    expect(await settled(before)).toEqual(before);
  });
});
