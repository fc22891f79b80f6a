import { z } from "zod";
import { type Command, containerPid, enginePid, type Word } from "../command";
import { error, fail, type Findings, type Judgement, pass, type ProbeKind, ROOT } from "../probe";

/** Linux's names for the kinds of namespace that a container may share or not. */
const Type = z.enum(["net", "mnt", "pid"]);

/** Whether two processes share a namespace: the kernel's own identity of it, read from /proc. */
export const NamespaceProbe = z.strictObject({
  kind: z.literal("namespace"),
  type: Type,
  container: z.string(),
  relation: z.enum(["same", "different"]),
  /** Compared with another container, or (undefined) with the engine's daemon. */
  other: z.string().optional(),
});
export type NamespaceProbe = z.infer<typeof NamespaceProbe>;

const TYPE_NAME = { net: "network", mnt: "mount", pid: "process" } as const;

export const namespace: ProbeKind<NamespaceProbe> = {
  needs: ROOT,
  commands: (probe) => [
    { name: "container", command: readlink([containerPid(probe.container)], probe.type) },
    {
      name: "other",
      command: readlink(probe.other === undefined ? [enginePid] : [containerPid(probe.other)], probe.type),
    },
  ],
  expected: (probe) => {
    const of = `${probe.relation === "same" ? "the" : "another"} ${TYPE_NAME[probe.type]} namespace`;
    return probe.relation === "same" ? `${of} of ${otherName(probe)}` : `${of} than ${otherName(probe)}`;
  },
  judge: judgeNamespace,
};

function readlink(pid: Exclude<Word, string>, type: z.infer<typeof Type>): Command {
  return ["readlink", ["/proc/", ...pid, `/ns/${type}`]];
}

function otherName(probe: NamespaceProbe): string {
  return probe.other ?? "the engine's daemon";
}

function judgeNamespace(probe: NamespaceProbe, findings: Findings): Judgement {
  const [own, other] = [findings.one("container").stdout.trim(), findings.one("other").stdout.trim()];
  const told = new RegExp(`^${probe.type}:\\[\\d+\\]$`);
  if (!told.test(own) || !told.test(other)) {
    return error("the kernel did not tell the namespaces", "reading another user's /proc needs root (sudo)");
  }
  const actual = own === other ? `both ${own}` : `${own}, and ${other}`;
  if ((own === other) === (probe.relation === "same")) return pass(actual);
  return fail(
    actual,
    probe.relation === "same"
      ? `${probe.container} has a ${TYPE_NAME[probe.type]} namespace of its own: it was not started in the mode that the lab declares`
      : `${probe.container} is not separated from ${otherName(probe)}`,
    `docker inspect -f '{{.HostConfig.NetworkMode}} {{.HostConfig.PidMode}}' ${probe.container}`,
  );
}
