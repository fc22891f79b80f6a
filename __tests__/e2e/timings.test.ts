import { readFileSync } from "fs";
import { z } from "zod";
import { TestProject } from "./project";

const Trace = z.object({
  traceEvents: z.array(
    z.object({
      ph: z.string(),
      name: z.string(),
      cat: z.string().optional(),
      ts: z.number(),
      dur: z.number().optional(),
    }),
  ),
});

test("the trace of a deploy covers its whole time, and names every resource and every check", async () => {
  const project = new TestProject({ LAB_PROVIDERS: "embedded" });
  try {
    const began = performance.now();
    const ran = await project.lab(["up", "host", "--timings", "--trace", "trace.json"]);
    const wall = performance.now() - began;
    expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining("Where the time went") as string });
    const { traceEvents } = Trace.parse(JSON.parse(readFileSync(project.path("trace.json"), "utf8")));
    const spans = traceEvents.flatMap(({ ph, ...event }) => (ph === "X" ? [event] : []));
    const names = (kind: string): string[] => spans.filter(({ cat }) => cat === kind).map(({ name }) => name);

    const stack = JSON.parse(readFileSync(project.path("cdktf.out/stacks/host/cdk.tf.json"), "utf8")) as {
      resource: Record<string, Record<string, unknown>>;
    };
    const resources = Object.entries(stack.resource).flatMap(([type, some]) =>
      Object.keys(some).map((name) => `host: ${type}.${name}`),
    );
    expect(names("resource").sort()).toEqual(resources.sort());
    const checks = JSON.parse((await project.lab(["check", "host", "--json"])).stdout) as { id: string }[];
    expect(names("check").sort()).toEqual(checks.map(({ id }) => id).sort());
    expect(names("request")).toEqual(expect.arrayContaining(["POST /containers/create"]));
    for (const name of [...names("resource"), ...names("check")]) expect(ran.stderr).toContain(name);

    const told = spans.filter(({ cat }) => cat === "step").reduce((sum, { dur = 0 }) => sum + dur / 1000, 0);
    expect(told).toBeLessThan(wall);
    // What is not told: that Node starts, and what lies between two steps.
    expect(told / wall).toBeGreaterThan(0.85);

    expect((await project.lab(["down", "host", "--timings"])).stderr).toContain("host: destroy");
  } finally {
    await project.remove();
  }
});
