import { z } from "zod";
import { LABEL } from "../../topology/identity";
import { error, fail, failed, type Findings, type Judgement, NOTHING, pass, type ProbeKind } from "../probe";

/**
 * What becomes of a container that was run with `--rm`, once it is stopped: the engine removes it. Terraform knows
 * nothing of it; it carries the lab's labels, so that a teardown finds it if this is killed.
 */
export const AutoRemovedProbe = z.strictObject({
  kind: z.literal("auto-removed"),
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
      // It takes no port of the host: nobody else's work is in its way.
      command: [
        ...["docker", "run", "--rm", "--detach", "--name", container, "--network", "host"],
        ...["--label", `${LABEL.lab}=${lab}`, "--label", `${LABEL.instance}=${instance}`, image, "sleep", "infinity"],
      ],
    },
    { name: "stop", command: ["docker", "stop", "--time", "0", container] },
    { name: "left", command: ["docker", "ps", "--all", "--quiet", "--no-trunc", "--filter", `name=${container}`] },
    // For an engine that did not; the next look begins anew.
    { name: "remove", command: ["docker", "rm", "--force", container] },
  ],
  expected: () => "once it is stopped, there is no such container",
  judge: judgeAutoRemoved,
};

/** What `docker run --detach` prints. */
const ID = /^[0-9a-f]{64}$/m;

function judgeAutoRemoved(_probe: AutoRemovedProbe, findings: Findings): Judgement {
  const trouble =
    failed("docker run", findings.one("run")) ??
    failed("docker stop", findings.one("stop")) ??
    failed("docker ps", findings.one("left"));
  if (trouble !== undefined) return trouble;
  const id = ID.exec(findings.one("run").stdout)?.[0];
  if (id === undefined) return error("docker run printed no id: what it ran cannot be looked for");
  if (!findings.one("left").stdout.includes(id)) return pass("it ran, was stopped, and is gone");
  return fail(`it is still there: ${id.slice(0, 12)}`, "the engine keeps what it was told to remove (--rm)");
}
