import { z } from "zod";
import { type Command, toShell } from "../command";
import { error, fail, type Findings, type Judgement, pass, type ProbeKind } from "../probe";

const rule = { kind: z.literal("rule"), network: z.string() };

/**
 * Whether a rule is in the host's NAT table. The text of rules is the engine's own affair and changes between releases,
 * so each such check stands beside one of behaviour. These forms hold from Engine 20.10 to 28.5 with iptables.
 */
export const RuleProbe = z.discriminatedUnion("rule", [
  /** What leaves the subnet takes the host's address. */
  z.strictObject({ ...rule, rule: z.literal("masquerade"), subnet: z.string() }),
  /** What arrives at a published port goes on to the container. */
  z.strictObject({ ...rule, rule: z.literal("dnat"), port: z.number(), destination: z.string() }),
]);
export type RuleProbe = z.infer<typeof RuleProbe>;

export const natRule: ProbeKind<RuleProbe> = {
  needs: () => ["root", "iptables"],
  commands: (probe) => [{ name: "check", command: ["iptables", "-w", "-t", "nat", "-C", ...specification(probe)] }],
  expected: (probe) =>
    probe.rule === "masquerade"
      ? `a rule that masquerades what leaves ${probe.subnet}`
      : `a rule that sends port ${String(probe.port)} on to ${probe.destination}`,
  judge: judgeRule,
};

function specification(probe: RuleProbe): Command {
  const bridge = [{ ref: "bridge" as const, network: probe.network }];
  return probe.rule === "masquerade"
    ? ["POSTROUTING", "-s", probe.subnet, "!", "-o", bridge, "-j", "MASQUERADE"]
    : [
        ...["DOCKER", "!", "-i", bridge, "-p", "tcp", "-m", "tcp", "--dport", String(probe.port)],
        ...["-j", "DNAT", "--to-destination", probe.destination],
      ];
}

/** iptables -C: 0 there, 1 not there, anything else it could not look. It has nothing to print when it has found one. */
function judgeRule(probe: RuleProbe, findings: Findings): Judgement {
  const { exit, stdout, stderr } = findings.one("check");
  if (exit === 0 && stdout === "") return pass("the rule is there");
  if (exit === 0) return error("iptables printed what it does not print when it finds a rule");
  if (exit !== 1) {
    return error(
      `iptables exit ${String(exit)}: ${stderr.trim().split("\n")[0] ?? ""}`,
      "reading rules needs root (sudo)",
    );
  }
  return fail(
    "no such rule",
    probe.rule === "masquerade"
      ? "answers to what the containers send beyond the host cannot find their way back"
      : "only docker-proxy, if it runs, still leads to the container; it hides the client's address",
    toShell(["iptables", "-t", "nat", "-S", probe.rule === "masquerade" ? "POSTROUTING" : "DOCKER"]),
  );
}
