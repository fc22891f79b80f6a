import { readFileSync } from "fs";
import { z } from "zod";
import type { Check } from "../../lib/checks/check";
import type { CheckRecord } from "../../lib/checks/record";
import { describeWithEngines } from "./engine-image";
import { KERNEL } from "./kernel";
import { MUTANTS } from "./mutants";
import { roundsOf } from "./mutants/negative";
import { type LabMutants, MUTANT, on } from "./mutants/saboteur";
import { gaps, type Seen, table } from "./mutants/table";
import { docker, type Ran, run, TestProject } from "./project";
import { type Snapshot, settled, snapshot } from "./surroundings";

/*
 * Every check is seen to fail: each saboteur breaks one thing on the real engine, and exactly the checks that are about
 * it must turn red, for the expected reason. `npm run mutants` prints the table; `LAB_MUTANTS=host npm run mutants` that
 * of one lab. That each check is noticed at all is held without an engine, by mutants-table.test.ts.
 */
const wanted = process.env["LAB_MUTANTS"];
for (const mutants of MUTANTS.filter(({ lab }) => wanted === undefined || lab === wanted)) {
  if (mutants.kernel !== undefined && KERNEL[mutants.kernel] !== true) {
    test.skip(`the checks of lab ${mutants.lab}: this kernel has no ${mutants.kernel}`, () => undefined);
    continue;
  }
  const describeLab = mutants.engines === undefined ? describe : describeWithEngines;
  describeLab(`the checks of lab ${mutants.lab}`, () => notice(mutants));
}

function notice(mutants: LabMutants): void {
  const { lab, saboteurs } = mutants;
  const project = new TestProject();
  const seen: Seen[] = [];
  const nameOf = ({ id }: CheckRecord): string => id.replace(`${lab}/`, "");

  const verdictsOf = (records: readonly CheckRecord[]): Seen["verdicts"] =>
    Object.fromEntries(records.map((record) => [nameOf(record), record.verdict]));

  const check = async (environment: Readonly<Record<string, string>> = {}): Promise<CheckRecord[]> => {
    // Long enough for nginx to be back after a restart, short enough to wait for what never comes.
    const { stdout } = await project.lab(["check", lab, "--json", "--deadline", "3"], environment);
    return JSON.parse(stdout) as CheckRecord[];
  };

  const terraform = (...args: string[]): Promise<Ran> =>
    run(["terraform", ...args, "-no-color"], project.path("cdktf.out/stacks", lab));

  /**
   * Terraform does not see all that was done to a container, so a new one takes its place. Its checks are not run: they
   * tell with the next saboteur that nothing else is wrong, and with the last one's going that nothing is.
   */
  const anew = async (containers: readonly string[] | undefined): Promise<void> => {
    if (containers !== undefined) await docker("rm", "--force", ...containers);
    else for (const engine of mutants.engines ?? [undefined]) await removeServers(lab, engine);
    // Before another gets its name, and this one is left without any.
    const images = await docker("images", "--quiet", MUTANT);
    if (images !== "") await docker("rmi", "--force", ...images.split("\n"));
    const targets = allButChecks(readFileSync(project.path("cdktf.out/stacks", lab, "cdk.tf.json"), "utf8"));
    expect(await terraform("apply", "-auto-approve", ...targets)).toMatchObject({ exit: 0 });
  };

  /** @param last whether nobody comes after that needs the lab */
  const rebuild = async (last: boolean): Promise<void> => {
    expect((await project.lab(["down", lab, "--force"])).exit).toBe(0);
    if (!last) expect((await project.lab(["up", lab])).exit).toBe(0);
  };

  let before: Snapshot;
  /** What this engine and kernel are not asked: as long as nothing is broken, those checks are skipped. */
  let notAsked: string[];

  beforeAll(async () => {
    before = await snapshot();
    const { exit, said } = await project.lab(["up", lab]);
    expect(exit === 0 ? "" : said).toBe("");
    expect((await terraform("init")).exit).toBe(0);
    const troubles = (await check()).filter(({ verdict }) => verdict !== "pass");
    expect(troubles.filter(({ verdict }) => verdict !== "skip")).toEqual([]);
    notAsked = troubles.map(nameOf);
  });
  afterAll(async () => {
    if (seen.length > 0) process.stdout.write(`\n${table(mutants, seen)}\n\n`);
    await project.remove();
    expect(await settled(before)).toEqual(before);
  });

  test("lie in a stack of which a second plan is empty", async () => {
    expect(await terraform("plan", "-detailed-exitcode")).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining("No changes."),
    });
  });

  if (mutants.cells !== undefined) {
    test.each(mutants.cells.map((cells, steps) => ({ cells, steps })))(
      "lie in a lab whose matrix, after $steps steps, is as predicted in all of its $cells cells",
      async ({ cells, steps }) => {
        expect((await project.lab([steps === 0 ? "reset" : "step", lab])).exit).toBe(0);
        const { exit, stdout } = await project.lab(["matrix", lab, "--probe", "--json"]);
        const matrix = JSON.parse(stdout) as { cells: { actual?: unknown }[] };
        expect(matrix.cells.filter(({ actual }) => actual === undefined)).toEqual([]);
        expect([exit, matrix.cells.length]).toEqual([0, cells]);
      },
    );
  }

  // Before the others: the last of them may leave no lab behind.
  if (mutants.everyLookIsLong !== true) {
    test("what must not work does not pass unmeasured", async () => {
      const { stdout } = await project.lab(["checks", lab, "--json"]);
      const rounds = roundsOf(JSON.parse(stdout) as Check[], mutants);
      for (const { name, ids, sabotage, mend, environment } of rounds) {
        try {
          await sabotage();
          const looked = await project.lab(
            ["check", lab, "--json", "--no-wait", "--only", ids.join()],
            environment?.() ?? {},
          );
          const records = JSON.parse(looked.stdout) as CheckRecord[];
          seen.push({ lab, saboteur: name, verdicts: verdictsOf(records) });
          const asked = records.filter((one) => one.verdict !== "skip" || !notAsked.includes(nameOf(one)));
          expect([name, asked.filter(({ verdict }) => !["fail", "error"].includes(verdict)).map(nameOf)]).toEqual([
            name,
            [],
          ]);
        } finally {
          await mend();
        }
      }
    });
  }

  test.each(saboteurs)("notice that $name", async ({ name, sabotage, red, environment, ...after }) => {
    try {
      await sabotage();
      const records = await check(environment?.());
      seen.push({
        lab,
        saboteur: name,
        verdicts: verdictsOf(records),
      });
      // Still not asked, unless the saboteur has changed that.
      const notAskedNow = records.filter((one) => one.verdict === "skip" && notAsked.includes(nameOf(one))).map(nameOf);
      const troubles = records.filter((one) => one.verdict !== "pass" && !notAskedNow.includes(nameOf(one)));
      const expected = Object.entries(red).filter(([id]) => !notAskedNow.includes(id));
      expect(Object.fromEntries(troubles.map((record) => [nameOf(record), record.verdict]))).toEqual(
        Object.fromEntries(expected.map(([id, [verdict]]) => [id, verdict])),
      );
      for (const record of troubles) {
        const { actual, meaning, cause, lookAt } = record;
        const said = [meaning ?? [], cause === undefined ? [] : `What is wrong: ${cause}`].flat().join(" ");
        expect([actual, said, ...lookAt].join("\n")).toMatch(red[nameOf(record)]?.[1] ?? /never/);
      }
    } finally {
      await after.mend?.();
      // Who only changes what `lab check` runs with has left nothing behind that its next run would not reset.
      const unmended = environment === undefined && after.mended !== true;
      if (after.ruins === true) await rebuild(name === saboteurs.at(-1)?.name);
      else if (unmended) await anew(after.breaks);
    }
  });

  test("have each been seen to fail, all that can: the kill ratio is 100 %", () => {
    expect(gaps(mutants, seen)).toEqual([]);
  });

  // Who ruins it has it brought up again, with its checks, or is the last.
  if (saboteurs.at(-1)?.ruins !== true) {
    test("pass again, once all is mended", async () => {
      const { exit, said } = await project.lab(["up", lab]);
      expect(exit === 0 ? "" : said).toBe("");
    });
  }
}

/** Terraform's arguments for all that a stack declares except the run of its checks. */
function allButChecks(stack: string): string[] {
  const { resource } = z
    .object({ resource: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(stack));
  const addresses = Object.entries(resource).flatMap(([type, ones]) =>
    Object.keys(ones).map((name) => `${type}.${name}`),
  );
  return addresses.filter((one) => one !== "null_resource.checks").map((one) => `-target=${one}`);
}

/** @param engine the container of a throw-away engine @default the engine that the tests run on */
async function removeServers(lab: string, engine: string | undefined): Promise<void> {
  const names = await on(engine, "ps", "--all", "--quiet", "--filter", `name=labtest-${lab}-`);
  if (names !== "") await on(engine, "rm", "--force", ...names.split("\n"));
}
