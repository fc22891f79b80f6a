import { z } from "zod";
import { parseInterfaces } from "../interfaces";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, ROOT } from "../probe";
import { at, HOST } from "../vantage";

/**
 * The veth pair of a bridged container: one end inside, the other in the bridge on the host. Matched by interface
 * index: since Engine 28 the names of both ends read `@if2`.
 */
export const VethProbe = z.strictObject({ kind: z.literal("veth"), container: z.string(), network: z.string() });
export type VethProbe = z.infer<typeof VethProbe>;

export const veth: ProbeKind<VethProbe> = {
  needs: ROOT,
  vantage: ({ container }) => ({ kind: "namespace", container }),
  commands: (probe) => [
    { name: "inside", command: at({ kind: "namespace", container: probe.container }, ["ip", "-j", "link", "show"]) },
    {
      name: "host",
      command: at(HOST, ["ip", "-j", "link", "show", "master", [{ ref: "bridge", network: probe.network }]]),
    },
  ],
  expected: (probe) => `one end of a veth pair inside ${probe.container}, the other in the bridge of ${probe.network}`,
  judge: judgeVeth,
};

function judgeVeth(probe: VethProbe, findings: Findings): Judgement {
  const trouble = failed("ip, inside,", findings.one("inside")) ?? failed("ip", findings.one("host"));
  if (trouble !== undefined) return trouble;
  const [inside, ports] = [
    parseInterfaces(findings.one("inside").stdout),
    parseInterfaces(findings.one("host").stdout),
  ];
  if (inside === undefined || ports === undefined)
    return error("ip printed no JSON", "iproute2 4.13 or newer is needed");
  const bridge = findings.one("host").argv.at(-1) ?? probe.network;
  for (const end of inside.filter((one) => one.link_netnsid !== undefined)) {
    // Each names the other: an index alone may mean another interface, seen from another namespace.
    const other = ports.find((one) => one.ifindex === end.link_index && one.link_index === end.ifindex);
    if (other !== undefined) return pass(`${end.ifname} inside is the pair of ${other.ifname} in ${bridge}`);
  }
  return fail(
    `inside: ${inside.map((one) => one.ifname).join(", ")}; in ${bridge}: ${ports.map((one) => one.ifname).join(", ") || "nothing"}`,
    `no interface of ${probe.container} is plugged into ${bridge}`,
    `docker network inspect ${probe.network}`,
  );
}
