import { z } from "zod";
import { isRemote } from "../../engine/remote";
import { type Command, onEngine } from "../command";
import { error, fail, type Findings, type Judgement, pass, type ProbeKind } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

/**
 * What the wire between two hosts carries while a container of one pings a container of the other: the ping itself, or
 * a VXLAN packet that holds it.
 */
export const TunnelProbe = z.strictObject({
  kind: z.literal("tunnel"),
  from: Vantage,
  /** The other container's address. */
  to: z.string(),
  /** The engine on whose wire is listened; and the hosts' addresses on that wire, where the lab chose them. */
  engine: z.string(),
  hosts: z.tuple([z.string(), z.string()]).optional(),
});
export type TunnelProbe = z.infer<typeof TunnelProbe>;

/** Of a throw-away engine. Which of a real machine's interfaces leads to the other hosts is not known here. */
const WIRE = "eth0";
const EVERY_WIRE = "any";
/**
 * VXLAN packets with ICMP inside: behind the UDP header (8 bytes), VXLAN's (8) and Ethernet's (14) lies an IP header,
 * whose tenth byte is the protocol.
 */
const FILTER = ["udp", "port", "4789", "and", "udp[39]", "==", "1"];

export const tunnel: ProbeKind<TunnelProbe> = {
  needs: ({ engine }) => (isRemote(engine) ? [] : [{ kernel: "vxlan" }]),
  commands: ({ engine, from, to }) => [
    { name: "capture", command: onEngine(engine, capture(isRemote(engine) ? EVERY_WIRE : WIRE)), together: true },
    { name: "ping", command: at(from, ["ping", "-n", "-c", "10", "-i", "0.2", "-W", "1", to]), together: true },
  ],
  expected: ({ to, hosts }) => `pings of ${to} inside VXLAN packets between ${hosts?.join(" and ") ?? "the hosts"}`,
  judge: judgeTunnel,
};

/** Ends with the fourth packet, or after 5 s: both ways of two pings. Headers alone tell enough. */
const capture = (wire: string): Command => ["timeout", "5", "tcpdump", "-lnv", "-i", wire, "-c", "4", ...FILTER];

/** tcpdump -v prints the outer packet, then `VXLAN, flags […], vni N`, then the inner packet. */
const PACKET = /(\d+\.\d+\.\d+\.\d+)\.\d+ > (\d+\.\d+\.\d+\.\d+)\.4789: VXLAN, flags \[I\] \(0x08\), vni (\d+)/g;

function judgeTunnel({ from, to, hosts }: TunnelProbe, findings: Findings): Judgement {
  const [capture, ping] = [findings.one("capture"), findings.one("ping")];
  if (!/listening on/.test(capture.stderr)) return error(`tcpdump did not listen: ${capture.stderr.trim()}`);
  if (ping.exit !== 0)
    return error(`${to} does not answer a ping from ${describeVantage(from)}: nothing was to be seen`);
  const packets = [...capture.stdout.matchAll(PACKET)];
  const isHost = (address: string): boolean => hosts?.includes(address) ?? true;
  const between = packets.filter(([, source = "", target = ""]) => isHost(source) && isHost(target));
  const inner = capture.stdout.includes(`> ${to}: ICMP echo request`);
  const vnis = [...new Set(between.map(([, , , vni]) => vni))];
  if (between.length > 0 && inner) {
    return pass(
      `${String(between.length)} VXLAN packets between the hosts, VNI ${vnis.join(", ")}, with the pings inside`,
    );
  }
  return fail(
    packets.length === 0 ? "no VXLAN packet, while the ping is answered" : "VXLAN packets, but not of these pings",
    "the containers meet by another way than the tunnel between their hosts",
    "ip route",
  );
}
