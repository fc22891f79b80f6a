import { z } from "zod";
import { parseJson } from "../engine/json";

/** What `ip -j addr show` tells of an interface; what the labs do not look at is left out. */
const Interface = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  /** The other end's index, for one end of a veth pair; of no meaning in another namespace than its own. */
  link_index: z.number().optional(),
  /** Present where the other end lies in another namespace. */
  link_netnsid: z.number().optional(),
  mtu: z.number().optional(),
  master: z.string().optional(),
  address: z.string().optional(),
  addr_info: z.array(z.object({ family: z.string(), local: z.string().optional() })).default([]),
});
export type Interface = z.infer<typeof Interface>;

/** The interfaces in the output of `ip -j addr show` or `ip -j link show`, or undefined when it is not that. */
export function parseInterfaces(text: string): Interface[] | undefined {
  // iproute2 prints empty objects for what was filtered away.
  const parsed = parseJson(z.array(z.union([Interface, z.strictObject({})])), text);
  return parsed?.filter((one): one is Interface => "ifname" in one);
}

/**
 * The interfaces in the output of `ifconfig -a` (net-tools, whose form changed with 2.0), or undefined when it is not
 * that. It shows no indexes, so those are the order.
 */
export function parseIfconfig(text: string): Interface[] | undefined {
  if (!text.endsWith("\n")) return undefined;
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim() !== "");
  const interfaces = blocks.map((block, index): Interface | undefined => {
    const ifname = /^(\S+?):? .*(?:flags=|Link encap)/.exec(block.trimStart())?.[1];
    if (ifname === undefined) return undefined;
    const address = /(?:ether|HWaddr) ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/i.exec(block)?.[1]?.toLowerCase();
    const inet = [...block.matchAll(/\binet (?:addr:)?([\d.]+)/g)].map(([, local = ""]) => ({ family: "inet", local }));
    const inet6 = [...block.matchAll(/\binet6 (?:addr: ?)?([0-9a-f:]+)/gi)].map(([, local = ""]) => ({
      family: "inet6",
      local,
    }));
    return { ifindex: index, ifname, ...(address === undefined ? {} : { address }), addr_info: [...inet, ...inet6] };
  });
  if (interfaces.length === 0 || interfaces.includes(undefined)) return undefined;
  return interfaces.flatMap((one) => one ?? []);
}

/** Name, MAC address and IP addresses in one line: equal lines are the same interface as far as a person can tell. */
export function identity(one: Interface): string {
  const addresses = one.addr_info.flatMap((info) => info.local ?? []).sort();
  return [one.ifname, one.address ?? "-", ...addresses].join(" ");
}
