import { z } from "zod";
import { LABEL } from "../../topology/identity";
import { ofThisRun } from "../command";
import { error, fail, failed, type Findings, type Judgement, NOTHING, pass, type ProbeKind } from "../probe";

/**
 * What becomes of a container that was run with `--rm`, once its process has ended: the engine removes it. Terraform knows
 * nothing of it; it carries the lab's labels, so that a teardown finds it if this is killed.
 */
export const AutoRemovedProbe = z.strictObject({
  kind: z.literal("auto-removed"),
  /** The beginning of its name; the rest is each run's own. */
  container: z.string(),
  lab: z.string(),
  instance: z.string(),
  image: z.string(),
});
export type AutoRemovedProbe = z.infer<typeof AutoRemovedProbe>;

export const autoRemoved: ProbeKind<AutoRemovedProbe> = {
  needs: NOTHING,
  commands: ({ container, lab, instance, image }) => [
    {
      name: "run",
      // It takes no port of the host: nobody else's work is in its way. In the foreground, docker returns when it is gone.
      command: [
        ...["docker", "run", "--rm", "--name", ofThisRun(container), "--network", "host"],
        ...["--label", `${LABEL.lab}=${lab}`, "--label", `${LABEL.instance}=${instance}`, image, "echo", SAID],
      ],
    },
    {
      name: "left",
      command: ["docker", "ps", "--all", "--quiet", "--no-trunc", "--filter", ofThisRun(`name=${container}`)],
    },
    // For an engine that did not; the next look begins anew.
    {
      name: "remove",
      command: ["docker", "rm", "--force", ofThisRun(container)],
      due: (before) => before("left").some(({ stdout }) => stdout.trim() !== ""),
    },
  ],
  expected: () => "once its process has ended, there is no such container",
  judge: judgeAutoRemoved,
};

/** What its process has to say: that it ran. */
const SAID = "passing";

function judgeAutoRemoved(_probe: AutoRemovedProbe, findings: Findings): Judgement {
  const trouble = failed("docker run", findings.one("run")) ?? failed("docker ps", findings.one("left"));
  if (trouble !== undefined) return trouble;
  if (findings.one("run").stdout.trim() !== SAID)
    return error("what it ran said nothing: it may never have been there");
  const left = findings.one("left").stdout.trim();
  if (left === "") return pass("it ran, ended, and is gone");
  return fail(`it is still there: ${left.slice(0, 12)}`, "the engine keeps what it was told to remove (--rm)");
}
