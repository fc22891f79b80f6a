import { z } from "zod";
import { isRemote } from "../../engine/remote";
import { type Command, onEngine, toShell } from "../command";
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
  /** Whether the network's packets are encrypted on the wire (IPsec): then no VXLAN packet is to be read there. */
  encrypted: z.literal(true).optional(),
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
  needs: ({ engine, encrypted }) =>
    isRemote(engine) ? [] : [{ kernel: "vxlan" }, ...(encrypted === true ? [{ kernel: "esp" } as const] : [])],
  commands: ({ engine, from, to, hosts, encrypted }) => [
    {
      ...{ name: "capture", together: true },
      command: onEngine(
        engine,
        capture(isRemote(engine) ? EVERY_WIRE : WIRE, encrypted === true ? eitherFrom(hosts) : FILTER),
      ),
    },
    { name: "ping", command: at(from, ["ping", "-n", "-c", "10", "-i", "0.2", "-W", "1", to]), together: true },
  ],
  expected: ({ to, hosts, encrypted }) => {
    const between = `between ${hosts?.join(" and ") ?? "the hosts"}`;
    return encrypted === true
      ? `pings of ${to} inside ESP packets ${between}, and none in VXLAN packets that can be read`
      : `pings of ${to} inside VXLAN packets ${between}`;
  },
  judge: (probe, findings) =>
    probe.encrypted === true ? judgeEncrypted(probe, findings) : judgeTunnel(probe, findings),
};

/** ESP is a protocol of its own beside UDP. What a host sends itself: it may see what it has decrypted once more. */
function eitherFrom(hosts: TunnelProbe["hosts"]): readonly string[] {
  const either = ["(", "ip", "proto", "50", "or", "udp", "port", "4789", ")"];
  return hosts === undefined ? either : ["src", "host", hosts[0], "and", ...either];
}

/** Ends with the fourth packet, or after 5 s: both ways of two pings. Headers alone tell enough. */
const capture = (wire: string, filter: readonly string[]): Command => [
  ...["timeout", "5", "tcpdump", "-lnv", "-i", wire, "-c", "4", ...filter],
];

/** tcpdump -v prints the outer packet, then `VXLAN, flags […], vni N`, then the inner packet. */
const PACKET = /(\d+\.\d+\.\d+\.\d+)\.\d+ > (\d+\.\d+\.\d+\.\d+)\.4789: VXLAN, flags \[I\] \(0x08\), vni (\d+)/g;

/** `10.70.0.10 > 10.70.0.11: ESP(spi=0x1a2b3c4d,seq=0x1), length 148`: of what is in it nothing can be told. */
const ESP_PACKET = /(\d+\.\d+\.\d+\.\d+) > (\d+\.\d+\.\d+\.\d+): ESP\(spi=(0x[0-9a-f]+),seq=0x[0-9a-f]+\)/g;

function judgeEncrypted(probe: TunnelProbe, findings: Findings): Judgement {
  const unseen = nothingToSee(probe, findings);
  if (unseen !== undefined) return unseen;
  const { stdout } = findings.one("capture");
  const clear = [...stdout.matchAll(PACKET)].length;
  const isHost = (address = ""): boolean => probe.hosts?.includes(address) ?? true;
  const sealed = [...stdout.matchAll(ESP_PACKET)].filter(([, source, target]) => isHost(source) && isHost(target));
  if (clear === 0 && sealed.length > 0)
    return pass(`${String(sealed.length)} ESP packets between the hosts, none in clear`);
  return fail(
    clear > 0
      ? `${String(clear)} VXLAN packets that anybody on the wire can read`
      : "neither ESP nor VXLAN, while the ping is answered",
    clear > 0
      ? "the network is not encrypted between the hosts"
      : "the containers meet by another way than the tunnel between their hosts",
    toShell(onEngine(probe.engine, ["ip", "xfrm", "state"])),
  );
}

/** Why the wire tells nothing, if so. */
function nothingToSee({ from, to }: TunnelProbe, findings: Findings): Judgement | undefined {
  const [capture, ping] = [findings.one("capture"), findings.one("ping")];
  if (!/listening on/.test(capture.stderr)) return error(`tcpdump did not listen: ${capture.stderr.trim()}`);
  if (ping.exit === 0) return undefined;
  return error(`${to} does not answer a ping from ${describeVantage(from)}: nothing was to be seen`);
}

function judgeTunnel(probe: TunnelProbe, findings: Findings): Judgement {
  const { to, hosts } = probe;
  const unseen = nothingToSee(probe, findings);
  if (unseen !== undefined) return unseen;
  const capture = findings.one("capture");
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
