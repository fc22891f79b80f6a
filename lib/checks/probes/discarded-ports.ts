import { z } from "zod";
import { fail, failed, type Findings, type Judgement, pass, type ProbeKind, NOTHING } from "../probe";
import { LABEL } from "../../topology/identity";
import { ofThisRun } from "../command";

/**
 * What the engine does with `--publish` in host mode: it creates the container, warns, and maps nothing. The container
 * is never started, and is removed at once; it carries the lab's labels, so that a teardown finds it if this is killed.
 */
export const DiscardedPortsProbe = z.strictObject({
  kind: z.literal("discarded-ports"),
  /** The beginning of its name; the rest is each run's own. */
  container: z.string(),
  lab: z.string(),
  instance: z.string(),
  image: z.string(),
});
export type DiscardedPortsProbe = z.infer<typeof DiscardedPortsProbe>;

/** The warning's words on every engine measured (20.10, 28.5). */
export const WARNING = "Published ports are discarded when using host network mode";

export const discardedPorts: ProbeKind<DiscardedPortsProbe> = {
  needs: NOTHING,
  commands: (probe) => [
    {
      name: "create",
      command: [
        ...["docker", "create", "--name", ofThisRun(probe.container), "--network", "host", "--publish", "8080:80"],
        ...["--label", `${LABEL.lab}=${probe.lab}`, "--label", `${LABEL.instance}=${probe.instance}`, probe.image],
      ],
    },
    { name: "remove", command: ["docker", "rm", "--force", ofThisRun(probe.container)] },
  ],
  expected: () => `the engine warns: ${WARNING}`,
  judge: judgeDiscarded,
};

function judgeDiscarded(_probe: DiscardedPortsProbe, findings: Findings): Judgement {
  const created = findings.one("create");
  const trouble = failed("docker create", created);
  if (trouble !== undefined) return trouble;
  const warning = created.stderr.split("\n").find((line) => line.includes(WARNING));
  if (warning !== undefined) return pass(warning.trim());
  return fail(
    `no such warning: ${created.stderr.trim().split("\n").at(-1) || "nothing was said"}`,
    "this engine treats published ports in host mode in another way than the article says",
  );
}
