import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import type { Machinery } from "../../lib/cli/machinery";
import { currentStacks, deployedStacks, stacksForCdktf } from "../../lib/cli/stacks";
import type { Session } from "../../lib/cli/session";
import { nestedHost, type OwnLab } from "../../lib/labs";
import { labNamed, LABS } from "../../lib/labs/catalogue";
import { NestedHost } from "../../lib/labs/nested-host";
import { Timeline } from "../../lib/report/timeline";
import { writeWhole } from "../../lib/terraform/files";
import { Project } from "../../lib/terraform/project";

// Synthesis of all labs takes seconds on a busy machine.
jest.setTimeout(120_000);

const MACHINERY = { source: { kind: "registry" }, registry: "registry.terraform.io" } as Machinery;
const HOST = labNamed("host");

describe("the stacks of labs", () => {
  let folder: string;
  let project: Project;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "stacks-"));
    project = new Project(folder);
    await writeWhole(project.build, "sources of today");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A command that is run now, and the steps that it took. */
  const command = (): { session: Session; steps: () => string[] } => {
    const timeline = new Timeline(() => 0, 0);
    const session = { project, environment: {}, timeline } as unknown as Session;
    return { session, steps: () => timeline.spans.map(({ name }) => name) };
  };
  const current = async (environment: NodeJS.ProcessEnv = {}): Promise<{ port: unknown; steps: string[] }> => {
    const { session, steps } = command();
    const [host] = await currentStacks(session, MACHINERY, environment, [HOST]);
    return { port: host?.servers[0]?.ports[0], steps: steps() };
  };
  const deployed = async (): Promise<string[]> => {
    const { session, steps } = command();
    await deployedStacks(session, MACHINERY, [HOST]);
    return steps();
  };
  const SYNTHESIZED = ["load cdktf", "synthesize"];

  test("are synthesized only where something has changed since", async () => {
    expect(await current()).toEqual({ port: 80, steps: SYNTHESIZED });
    expect(await current()).toEqual({ port: 80, steps: [] });
    expect(await current({ LAB_HTTP_PORT: "8081" })).toEqual({ port: 8081, steps: SYNTHESIZED });
    expect(await current({ LAB_HTTP_PORT: "8081", PATH: "/bin" })).toEqual({ port: 8081, steps: [] });
    expect(await current({ LAB_HTTP_PORT: "8081", LAB_PREFIX: "other" })).toMatchObject({ steps: SYNTHESIZED });
    const file = project.synthesized("bridge");
    writeFileSync(file, `${readFileSync(file, "utf8")} `);
    expect(await current({ LAB_HTTP_PORT: "8081", LAB_PREFIX: "other" })).toMatchObject({ steps: SYNTHESIZED });
    await writeWhole(project.build, "sources of tomorrow");
    expect(await current({ LAB_HTTP_PORT: "8081", LAB_PREFIX: "other" })).toMatchObject({ steps: SYNTHESIZED });
  });

  test("are those that the cdktf command had written anew, as they were", async () => {
    await current();
    const { session, steps } = command();
    process.env["CDKTF_CONTEXT_JSON"] = "{}";
    try {
      await stacksForCdktf(session, {}, []);
      await stacksForCdktf(session, {}, []);
    } finally {
      delete process.env["CDKTF_CONTEXT_JSON"];
    }
    expect(steps()).toEqual(SYNTHESIZED);
    const file = project.synthesized("bridge");
    writeFileSync(file, readFileSync(file));
    expect(await current()).toEqual({ port: 80, steps: [] });
    writeFileSync(project.manifest, "{}");
    expect(await current()).toEqual({ port: 80, steps: SYNTHESIZED });
  });

  test("of one's own are synthesized always and beside the project's, which stay current; for cdktf with them", async () => {
    const NESTED = { ...nestedHost, id: "own" };
    const own: OwnLab = { ...NESTED, create: (app) => new NestedHost(app, "own") };
    await current();
    const { session, steps } = command();
    const stacks = async (): Promise<string[]> => {
      const manifest = JSON.parse(readFileSync(project.manifest, "utf8")) as { stacks: object };
      return Object.keys(manifest.stacks).sort();
    };
    for (const times of [1, 2]) {
      const [described] = await currentStacks(session, MACHINERY, {}, [own]);
      expect(described?.id).toBe("own");
      expect(steps()).toEqual(Array.from({ length: times }, () => SYNTHESIZED).flat());
    }
    expect(await stacks()).toEqual(LABS.map(({ id }) => id).sort());
    expect(await current()).toEqual({ port: 80, steps: [] });
    await stacksForCdktf(session, {}, [own]);
    expect(await stacks()).toEqual([...LABS.map(({ id }) => id), "own"].sort());
    expect(await current()).toEqual({ port: 80, steps: SYNTHESIZED });
  });

  test("as HCL are always synthesized, and nobody takes them for the others", async () => {
    const { session, steps } = command();
    process.env["SYNTH_HCL_OUTPUT"] = "true";
    try {
      await stacksForCdktf(session, {}, []);
      await stacksForCdktf(session, {}, []);
    } finally {
      delete process.env["SYNTH_HCL_OUTPUT"];
    }
    expect(steps()).toEqual([...SYNTHESIZED, ...SYNTHESIZED]);
    expect(await current()).toEqual({ port: 80, steps: SYNTHESIZED });
  });

  test("stay as they were deployed until they are destroyed, unless another program wrote them or nobody", async () => {
    expect(await deployed()).toEqual(SYNTHESIZED);
    await current({ LAB_HTTP_PORT: "8081" });
    expect(await deployed()).toEqual([]);
    expect(readFileSync(project.synthesized("host"), "utf8")).toContain("8081");
    rmSync(project.synthesized("host"));
    expect(await deployed()).toEqual(SYNTHESIZED);
    await writeWhole(project.build, "sources of tomorrow");
    expect(await deployed()).toEqual(SYNTHESIZED);
  });

  test("of bad options are refused, and what lay there is left", async () => {
    await current();
    await expect(current({ LAB_HTTP_PORT: "no port" })).rejects.toThrow("is not a port");
    expect(await current()).toEqual({ port: 80, steps: [] });
  });
});
