import { z } from "zod";
import type { Need } from "../need";
import type { Findings, Judgement, NamedCommand, ProbeKind } from "../probe";
import { HOST, type Vantage } from "../vantage";
import { discardedPorts, DiscardedPortsProbe } from "./discarded-ports";
import { http, HttpProbe } from "./http";
import { inspect, InspectProbe } from "./inspect";
import { interfaces, InterfacesProbe } from "./interfaces";
import { listener, ListenerProbe } from "./listener";
import { namespace, NamespaceProbe } from "./namespace";
import { resolver, ResolverProbe } from "./resolver";
import { natRule, RuleProbe } from "./rule";
import { veth, VethProbe } from "./veth";

/** Every kind of probe that a check can be made of. */
export const Probe = z.discriminatedUnion("kind", [
  DiscardedPortsProbe,
  HttpProbe,
  InspectProbe,
  InterfacesProbe,
  ListenerProbe,
  NamespaceProbe,
  ResolverProbe,
  RuleProbe,
  VethProbe,
]);
export type Probe = z.infer<typeof Probe>;

type Of<K extends Probe["kind"]> = Extract<Probe, { kind: K }>;

const KINDS: { [K in Probe["kind"]]: ProbeKind<Of<K>> } = {
  "discarded-ports": discardedPorts,
  http,
  inspect,
  interfaces,
  listener,
  namespace,
  resolver,
  rule: natRule,
  veth,
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

/** Whether the probe changes anything on the engine while it looks. Those that do are run alone. */
export function changes(probe: Probe): boolean {
  return probe.kind === "discarded-ports";
}
