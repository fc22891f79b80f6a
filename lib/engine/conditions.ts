import { release } from "os";
import type Docker from "dockerode";
import { DEFAULT_HOST, engineHost } from "./connection";
import { userlandProxy } from "./daemon";
import { execute } from "./execute";
import { type EngineFacts, engineFacts } from "./facts";
import { type KernelAbilities, kernelAbilities, KERNEL_ABILITIES, type KernelAbility } from "./kernel";

/** What a run of checks finds: looked up once, and said in the report. Undefined is what could not be found out. */
export interface Conditions extends EngineFacts {
  /** The newest version of the API that the engine speaks. */
  readonly api: string;
  /** The packet filter by its full name: `iptables-nft`, `iptables-legacy`, `nftables`. */
  readonly packetFilter: string;
  /** What becomes of packets that no rule of the host's FORWARD chain is about. Only root can read it. */
  readonly forwardPolicy: string | undefined;
  /** Whether the program nft is here, which shows the rules of nftables. */
  readonly nft: boolean;
  readonly userlandProxy: "on" | "off" | undefined;
  readonly abilities: KernelAbilities;
}

const TIMEOUT_MS = 5000;

/** @throws whatever the client throws when the engine does not answer */
export async function conditions(docker: Docker, host = engineHost(process.env)): Promise<Conditions> {
  const [facts, version, iptables, forward, nft, proxy] = await Promise.all([
    engineFacts(docker, host),
    docker.version(),
    execute(["iptables", "--version"], TIMEOUT_MS),
    forwardPolicy(execute),
    execute(["nft", "--version"], TIMEOUT_MS),
    isUsual(host) ? userlandProxy() : undefined,
  ]);
  return {
    ...facts,
    api: version.ApiVersion,
    packetFilter: packetFilterOf(facts.firewall, iptables.stdout),
    forwardPolicy: forward,
    nft: nft.exit === 0,
    userlandProxy: proxy,
    // Another kernel than this machine's cannot be looked into.
    abilities: await kernelAbilities(facts.kernel === release() ? facts.kernel : "elsewhere"),
  };
}

/** What becomes of packets that no rule of the host's FORWARD chain is about. @param run runs programs, as root for an answer */
export async function forwardPolicy(run: typeof execute): Promise<string | undefined> {
  const { stdout } = await run(["iptables", "-w", "-S", "FORWARD"], TIMEOUT_MS);
  return /^-P FORWARD (\w+)/m.exec(stdout)?.[1];
}

/** Only the engine at the usual place has its process id and its configuration in theirs. */
function isUsual(host: string): boolean {
  return [DEFAULT_HOST, "unix:///run/docker.sock"].includes(host);
}

/** iptables itself says which of its two forms it is. */
export function packetFilterOf(firewall: string, said: string): string {
  if (!firewall.startsWith("iptables")) return firewall;
  if (said.includes("nf_tables")) return firewall.replace("iptables", "iptables-nft");
  return said.includes("legacy") ? firewall.replace("iptables", "iptables-legacy") : firewall;
}

/** `engine 20.10.24, iptables-nft, FORWARD ACCEPT, userland-proxy on, kernel without ipvlan` */
export function describeConditions(found: Conditions): string {
  const { version, packetFilter, forwardPolicy, userlandProxy: proxy, abilities } = found;
  const names = (has: boolean | undefined): KernelAbility[] => KERNEL_ABILITIES.filter((one) => abilities[one] === has);
  const [without, unknown] = [names(false), names(undefined)];
  return [
    `engine ${version}`,
    packetFilter,
    ...(forwardPolicy === undefined ? [] : [`FORWARD ${forwardPolicy}`]),
    `userland-proxy ${proxy ?? "unknown"}`,
    ...(without.length === 0 ? [] : [`kernel without ${without.join(", ")}`]),
    ...(unknown.length === 0 ? [] : [`whether the kernel has ${unknown.join(", ")} is unknown`]),
  ].join(", ");
}
