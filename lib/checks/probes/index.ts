import { z } from "zod";
import type { Need } from "../need";
import type { Findings, Judgement, NamedCommand, ProbeKind } from "../probe";
import { HOST, type Vantage } from "../vantage";
import { addresses, AddressesProbe } from "./addresses";
import { autoRemoved, AutoRemovedProbe } from "./auto-removed";
import { broadcast, BroadcastProbe } from "./broadcast";
import { discardedPorts, DiscardedPortsProbe } from "./discarded-ports";
import { http, HttpProbe } from "./http";
import { inspect, InspectProbe } from "./inspect";
import { interfaces, InterfacesProbe } from "./interfaces";
import { link, LinkProbe } from "./link";
import { listener, ListenerProbe } from "./listener";
import { listening, ListeningProbe } from "./listening";
import { log, LogProbe } from "./log";
import { mac, MacProbe } from "./mac";
import { namespace, NamespaceProbe } from "./namespace";
import { neighbour, NeighbourProbe } from "./neighbour";
import { processState, ProcessProbe } from "./process";
import { program, ProgramProbe } from "./program";
import { resolve, ResolveProbe } from "./resolve";
import { resolver, ResolverProbe } from "./resolver";
import { routes, RoutesProbe } from "./routes";
import { natRule, RuleProbe } from "./rule";
import { sysctl, SysctlProbe } from "./sysctl";
import { tcp, TcpProbe } from "./tcp";
import { swarm, SwarmProbe } from "./swarm";
import { tunnel, TunnelProbe } from "./tunnel";
import { udp, UdpProbe } from "./udp";
import { veth, VethProbe } from "./veth";
import { vxlan, VxlanProbe } from "./vxlan";

/** Every kind of probe that a check can be made of. */
export const Probe = z.discriminatedUnion("kind", [
  AddressesProbe,
  AutoRemovedProbe,
  BroadcastProbe,
  DiscardedPortsProbe,
  HttpProbe,
  InspectProbe,
  InterfacesProbe,
  LinkProbe,
  ListenerProbe,
  ListeningProbe,
  LogProbe,
  MacProbe,
  NamespaceProbe,
  NeighbourProbe,
  ProcessProbe,
  ProgramProbe,
  ResolveProbe,
  ResolverProbe,
  RoutesProbe,
  RuleProbe,
  SysctlProbe,
  TcpProbe,
  SwarmProbe,
  TunnelProbe,
  UdpProbe,
  VethProbe,
  VxlanProbe,
]);
export type Probe = z.infer<typeof Probe>;

type Of<K extends Probe["kind"]> = Extract<Probe, { kind: K }>;

const KINDS: { [K in Probe["kind"]]: ProbeKind<Of<K>> } = {
  addresses,
  "auto-removed": autoRemoved,
  broadcast,
  "discarded-ports": discardedPorts,
  http,
  inspect,
  interfaces,
  link,
  listener,
  listening,
  log,
  mac,
  namespace,
  neighbour,
  process: processState,
  program,
  resolve,
  resolver,
  routes,
  rule: natRule,
  sysctl,
  tcp,
  swarm,
  tunnel,
  udp,
  veth,
  vxlan,
};

/** The table holds, for each kind, what takes exactly that kind; TypeScript cannot follow that through a variable. */
function kindOf(probe: Probe): ProbeKind<Probe> {
  return KINDS[probe.kind] as unknown as ProbeKind<Probe>;
}

export function needsOf(probe: Probe): readonly Need[] {
  return kindOf(probe).needs(probe);
}

/** From where a probe looks. */
export function vantageOf(probe: Probe): Vantage {
  return kindOf(probe).vantage?.(probe) ?? ("from" in probe ? probe.from : HOST);
}

export function commandsOf(probe: Probe): readonly NamedCommand[] {
  return kindOf(probe).commands(probe);
}

export function expectedOf(probe: Probe): string {
  return kindOf(probe).expected(probe);
}

export function judge(probe: Probe, findings: Findings): Judgement {
  return kindOf(probe).judge(probe, findings);
}

/**
 * Whether the probe changes, or tries to change, what others look at while it looks. Those that do are run alone. A
 * container of the probe's own that has no interface, no port and no server changes nothing for others.
 */
export function changes(probe: Probe): boolean {
  return probe.kind === "program" && probe.changes === true;
}
