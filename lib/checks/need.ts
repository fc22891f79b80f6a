import { z } from "zod";
import type { Conditions } from "../engine/conditions";
import { KERNEL_ABILITIES } from "../engine/kernel";

const Release = z.string().regex(/^\d+(?:\.\d+)*$/, "a release is numbers with dots between: 28, or 1.48");

/**
 * What must be given before a probe makes sense, as data. Where it is not, the check is skipped, with the reason; what
 * cannot be found out is taken as given, and the probe tells. `root`: other users' processes and namespaces, and packet
 * filter rules; `iptables`: the engine's packet filter is it; `rules`: the program that shows the rules of the engine's
 * packet filter, whichever that is.
 */
export const Need = z.union([
  z.enum(["root", "iptables", "rules"]),
  /** Engine of this release or newer. */
  z.strictObject({ since: Release }),
  /** Engine older than this release. */
  z.strictObject({ until: Release }),
  /** Engine that speaks this version of its API, or newer ones too. */
  z.strictObject({ api: Release }),
  z.strictObject({ firewall: z.enum(["iptables", "nftables"]) }),
  /** What the host does with packets to be forwarded that no rule is about. */
  z.strictObject({ forwardPolicy: z.enum(["ACCEPT", "DROP"]) }),
  /** Whether docker-proxy holds published ports. */
  z.strictObject({ userlandProxy: z.enum(["on", "off"]) }),
  z.strictObject({ kernel: z.enum(KERNEL_ABILITIES) }),
  /** A kernel that is known to lack it: for what stands in for it there. */
  z.strictObject({ without: z.enum(KERNEL_ABILITIES) }),
]);
export type Need = z.infer<typeof Need>;

/** Why a need is not met under these conditions, or undefined when it is. */
export function lackingIn(need: Exclude<Need, "root">, found: Conditions): string | undefined {
  if (need === "iptables") return lackingIn({ firewall: "iptables" }, found);
  if (need === "rules") return lackingRules(found);
  if ("since" in need) {
    return atLeast(found.version, need.since) ? undefined : `only since Engine ${need.since}; this is ${found.version}`;
  }
  if ("until" in need) {
    return atLeast(found.version, need.until)
      ? `only before Engine ${need.until}; this is ${found.version}`
      : undefined;
  }
  if ("api" in need) {
    return atLeast(found.api, need.api) ? undefined : `needs API ${need.api}; this engine speaks ${found.api}`;
  }
  if ("firewall" in need) {
    return found.firewall.startsWith(need.firewall) ? undefined : `the engine filters packets by ${found.firewall}`;
  }
  if ("forwardPolicy" in need) {
    return [need.forwardPolicy, undefined].includes(found.forwardPolicy as typeof need.forwardPolicy | undefined)
      ? undefined
      : `the host's FORWARD policy is ${String(found.forwardPolicy)}`;
  }
  if ("userlandProxy" in need) {
    return [need.userlandProxy, undefined].includes(found.userlandProxy)
      ? undefined
      : `the engine's userland-proxy is ${String(found.userlandProxy)}`;
  }
  if ("without" in need) {
    const has = found.abilities[need.without];
    if (has === undefined) return `whether the kernel has ${need.without} is unknown`;
    return has ? `the kernel has ${need.without}, so nothing stands in for it` : undefined;
  }
  return found.abilities[need.kernel] === false ? `the kernel lacks ${need.kernel}` : undefined;
}

/** That iptables is there, set-up sees to; nft only where the engine filters by it. */
function lackingRules({ firewall, nft }: Conditions): string | undefined {
  if (firewall.startsWith("iptables")) return undefined;
  if (!firewall.startsWith("nftables")) return `the engine filters packets by ${firewall}`;
  return nft
    ? undefined
    : "the engine filters packets by nftables, and nft is not here to show its rules (apt-get install nftables)";
}

/** What is needed, for someone who reads of the check: `Engine 28 or newer`. */
export function describeNeed(need: Need): string {
  if (need === "root") return "root";
  if (need === "iptables") return "an engine with iptables";
  if (need === "rules") return "a program that shows the engine's packet filter (iptables, nft)";
  if ("since" in need) return `Engine ${need.since} or newer`;
  if ("until" in need) return `Engine older than ${need.until}`;
  if ("api" in need) return `API ${need.api} or newer`;
  if ("firewall" in need) return `an engine with ${need.firewall}`;
  if ("forwardPolicy" in need) return `FORWARD policy ${need.forwardPolicy}`;
  if ("userlandProxy" in need) return `userland-proxy ${need.userlandProxy}`;
  if ("without" in need) return `a kernel without ${need.without}`;
  return `a kernel with ${need.kernel}`;
}

/** Compares releases number by number; what comes after them, like `+dfsg1` or `-rc.1`, does not count. */
function atLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => (/^[\d.]*/.exec(text)?.[0] ?? "").split(".").map(Number));
  for (const [index, number] of (want ?? []).entries()) {
    const difference = (have?.[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
