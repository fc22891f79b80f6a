import { z } from "zod";
import { parseJson } from "../../engine/json";
import { type Command, toShell, type Word } from "../command";
import type { Need } from "../need";
import { error, fail, type Findings, type Judgement, type Observation, pass, type ProbeKind } from "../probe";

const rule = { kind: z.literal("rule"), network: z.string() };

/**
 * Whether a rule is in the host's NAT table. The text of rules is the engine's own affair and changes between releases,
 * so each such check stands beside one of behaviour. These forms hold from Engine 20.10 to 29.7 with iptables, and on 29.7
 * with nftables.
 */
export const RuleProbe = z.discriminatedUnion("rule", [
  /** What leaves the subnet takes the host's address. */
  z.strictObject({ ...rule, rule: z.literal("masquerade"), subnet: z.string() }),
  /** What arrives at a published port goes on to the container. */
  z.strictObject({ ...rule, rule: z.literal("dnat"), port: z.number(), destination: z.string() }),
]);
export type RuleProbe = z.infer<typeof RuleProbe>;

export const natRule: ProbeKind<RuleProbe> = {
  needs: () => ["root", "rules"],
  commands: (probe) => [
    ...forms(probe).map(({ needs, rule }) => ({
      ...{ name: "check", needs: [{ firewall: "iptables" as const }, ...needs] },
      command: ["iptables", "-w", "-t", "nat", "-C", ...rule] as const,
    })),
    {
      ...{ name: "chain", needs: [{ firewall: "nftables" }] },
      command: ["nft", "-j", "list", "chain", "ip", "docker-bridges", chainOf(probe)],
    },
  ],
  expected: (probe) =>
    probe.rule === "masquerade"
      ? `a rule that masquerades what leaves ${probe.subnet}`
      : `a rule that sends port ${String(probe.port)} on to ${probe.destination}`,
  judge: (probe, findings) => {
    const [chain] = findings.of("chain");
    return chain !== undefined && findings.of("check").length === 0
      ? judgeChain(probe, chain)
      : judgeRule(probe, findings);
  },
};

/** Where the engine puts such rules in its own table of nftables: what leaves a bridge has a chain of its own. */
function chainOf(probe: RuleProbe): Word {
  if (probe.rule === "dnat") return "nat-prerouting-and-output";
  return ["nat-postrouting-out__", { ref: "bridge", network: probe.network }];
}

/** What the rule looks like; one form, but where it depends on docker-proxy. */
function forms(probe: RuleProbe): readonly { readonly needs: readonly Need[]; readonly rule: Command }[] {
  const bridge = [{ ref: "bridge" as const, network: probe.network }];
  if (probe.rule === "masquerade") {
    return [{ needs: [], rule: ["POSTROUTING", "-s", probe.subnet, "!", "-o", bridge, "-j", "MASQUERADE"] }];
  }
  const mapping = [
    ...["-p", "tcp", "-m", "tcp", "--dport", String(probe.port)],
    ...["-j", "DNAT", "--to-destination", probe.destination],
  ];
  return [
    // What comes from the bridge itself is left to docker-proxy, where there is one.
    { needs: [{ userlandProxy: "on" }], rule: ["DOCKER", "!", "-i", bridge, ...mapping] },
    { needs: [{ userlandProxy: "off" }], rule: ["DOCKER", ...mapping] },
  ];
}

/**
 * iptables -C: 0 there, 1 not there, anything else it could not look. It has nothing to print when it has found one.
 * Where nobody knows of docker-proxy, the rule may have either form.
 */
function judgeRule(probe: RuleProbe, findings: Findings): Judgement {
  const found = findings.of("check").find(({ exit }) => exit !== 1) ?? findings.one("check");
  const { exit, stdout, stderr } = found;
  if (exit === 0 && stdout === "") return pass("the rule is there");
  if (exit === 0) return error("iptables printed what it does not print when it finds a rule");
  if (exit !== 1) {
    return error(
      `iptables exit ${String(exit)}: ${stderr.trim().split("\n")[0] ?? ""}`,
      "reading rules needs root (sudo)",
    );
  }
  return missing(
    probe,
    toShell(["iptables", "-t", "nat", "-S", probe.rule === "masquerade" ? "POSTROUTING" : "DOCKER"]),
  );
}

function missing(probe: RuleProbe, show: string): Judgement {
  return fail(
    "no such rule",
    probe.rule === "masquerade"
      ? "answers to what the containers send beyond the host cannot find their way back"
      : "only docker-proxy, if it runs, still leads to the container; it hides the client's address",
    show,
  );
}

/** What one rule of nftables does, as far as the labs look. */
export interface NatRule {
  /** From which subnet: `10.77.0.0/24`. */
  readonly source: string | undefined;
  /** To which TCP port. */
  readonly port: number | undefined;
  readonly masquerades: boolean;
  /** Where it leads: `10.77.0.2:80`. */
  readonly destination: string | undefined;
}

const Match = z.object({ op: z.literal("=="), left: z.object({ payload: z.unknown() }), right: z.unknown() });
const Port = z.object({
  left: z.object({ payload: z.object({ protocol: z.literal("tcp"), field: z.literal("dport") }) }),
  right: z.number(),
});
const Source = z.object({
  left: z.object({ payload: z.object({ protocol: z.literal("ip"), field: z.literal("saddr") }) }),
  right: z.object({ prefix: z.object({ addr: z.string(), len: z.number() }) }),
});
const Destination = z.object({ addr: z.string(), port: z.number() });
const Rules = z.object({
  nftables: z.array(z.object({ rule: z.object({ expr: z.array(z.record(z.string(), z.unknown())) }).optional() })),
});

/** The rules in the output of `nft -j list chain` (or `ruleset`), or undefined when it is not that. */
export function parseNft(text: string): NatRule[] | undefined {
  const rules = parseJson(Rules, text)?.nftables.flatMap(({ rule }) => rule ?? []);
  return rules?.map(({ expr }) => {
    const matches = expr.flatMap((one) => Match.safeParse(one["match"]).data ?? []);
    const [from] = matches.flatMap((match) => Source.safeParse(match).data?.right.prefix ?? []);
    const [port] = matches.flatMap((match) => Port.safeParse(match).data?.right ?? []);
    const [to] = expr.flatMap((one) => Destination.safeParse(one["dnat"]).data ?? []);
    return {
      source: from === undefined ? undefined : `${from.addr}/${String(from.len)}`,
      port,
      masquerades: expr.some((one) => "masquerade" in one),
      destination: to === undefined ? undefined : `${to.addr}:${String(to.port)}`,
    };
  });
}

/** nft exits with 1 for all its troubles; that there is no such chain is none: then there is no such rule. */
function judgeChain(probe: RuleProbe, { argv, exit, stdout, stderr }: Observation): Judgement {
  if (exit !== 0 && !stderr.startsWith("Error: No such file or directory")) {
    return error(`nft exit ${String(exit)}: ${stderr.trim().split("\n")[0] ?? ""}`, "reading rules needs root (sudo)");
  }
  const rules = exit === 0 ? parseNft(stdout) : [];
  if (rules === undefined) return error("nft printed no JSON");
  const found = rules.some(({ source, port, masquerades, destination }) =>
    probe.rule === "masquerade"
      ? masquerades && source === probe.subnet
      : port === probe.port && destination === probe.destination,
  );
  return found ? pass("the rule is there") : missing(probe, toShell(argv.filter((word) => word !== "-j")));
}
