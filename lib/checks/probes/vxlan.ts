import { z } from "zod";
import { onEngine } from "../command";
import { isRemote } from "../../engine/remote";
import { parseJson } from "../../engine/json";
import { error, fail, failed, type Findings, type Judgement, type NamedCommand, pass, type ProbeKind } from "../probe";

/**
 * The tunnel of an overlay network, as each of its hosts has it: a VXLAN interface in the network's own namespace. The
 * same VNI everywhere is what makes the hosts' ends one network.
 */
export const VxlanProbe = z.strictObject({
  kind: z.literal("vxlan"),
  network: z.string(),
  /** The containers of the engines that the network spans. */
  engines: z.array(z.string()).min(2),
  /** Which VNI it must be. @default any, as long as it is one */
  vni: z.int().optional(),
});
export type VxlanProbe = z.infer<typeof VxlanProbe>;

/** IANA's port for VXLAN, and Docker's. */
const VXLAN_PORT = 4789;

const Links = z.array(
  z.union([
    z.object({
      ifname: z.string(),
      mtu: z.number(),
      linkinfo: z.object({ info_kind: z.literal("vxlan"), info_data: z.object({ id: z.number(), port: z.number() }) }),
    }),
    // iproute2 prints empty objects for what was filtered away.
    z.strictObject({}),
  ]),
);

export const vxlan: ProbeKind<VxlanProbe> = {
  needs: ({ engines }) => (engines.some(isRemote) ? [] : [{ kernel: "vxlan" }]),
  commands: (probe) => probe.engines.map((engine) => tunnelOn(engine, probe.network)),
  expected: ({ engines, vni }) =>
    `on each of ${String(engines.length)} hosts a VXLAN interface on udp/${String(VXLAN_PORT)}, with ${vni === undefined ? "one VNI" : `VNI ${String(vni)}`}`,
  judge: judgeVxlan,
};

function tunnelOn(engine: string, network: string): NamedCommand {
  const namespace = { ref: "overlay-namespace" as const, network, engine };
  const show = ["ip", "-d", "-j", "link", "show", "type", "vxlan"];
  return { name: engine, command: onEngine(engine, ["nsenter", ["--net=", namespace], ...show]) };
}

function judgeVxlan({ network, engines, vni }: VxlanProbe, findings: Findings): Judgement {
  const tunnels: { id: number; port: number }[] = [];
  for (const engine of engines) {
    const trouble = failed("ip", findings.one(engine));
    if (trouble !== undefined) return trouble;
    const links = parseJson(Links, findings.one(engine).stdout);
    if (links === undefined) return error(`ip on ${engine} printed no JSON`, "iproute2 4.13 or newer is needed");
    const tunnel = links.find((link) => "linkinfo" in link);
    if (tunnel === undefined) {
      return fail(`no VXLAN interface on ${engine}`, `network ${network} has no tunnel to the other hosts there`);
    }
    tunnels.push(tunnel.linkinfo.info_data);
  }
  const seen = engines.map(
    (engine, index) => `${engine}: VNI ${String(tunnels[index]?.id)}, udp/${String(tunnels[index]?.port)}`,
  );
  const one = new Set(tunnels.map(({ id }) => id)).size === 1 && tunnels.every(({ port }) => port === VXLAN_PORT);
  if (one && vni !== undefined && tunnels[0]?.id !== vni) {
    return fail(seen.join("; "), `network ${network} has another VNI than it must have`);
  }
  if (one) return pass(seen.join("; "));
  return fail(seen.join("; "), "the ends of the tunnel do not belong together: the hosts are not on one network");
}
