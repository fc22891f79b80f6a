import { asArray, asMap } from "../../plan/planner";
import type { Value, ValueMap } from "../../protocol/value";
import type { PortBinding } from "../api";
import { blocks, number, text } from "../values";

/** Published ports: blocks in a configuration, a map by "port/protocol" on an engine. */
export interface PortRequest {
  exposed: Record<string, object>;
  bindings: Record<string, PortBinding[]>;
}

export function requestPorts(ports: Value | undefined): PortRequest {
  const request: PortRequest = { exposed: {}, bindings: {} };
  for (const port of blocks(ports)) {
    const key = `${number(port["internal"])}/${text(port["protocol"])}`;
    request.exposed[key] = {};
    (request.bindings[key] ??= []).push({ HostIp: text(port["ip"]), HostPort: String(number(port["external"])) });
  }
  return request;
}

export function readPorts(ports: Record<string, PortBinding[] | null> | null | undefined): ValueMap[] {
  return Object.entries(ports ?? {})
    .map(([key, bindings]) => {
      const [internal = "", protocol = ""] = key.split("/");
      return { internal: Number(internal), protocol, bindings: bindings ?? [] };
    })
    .sort((a, b) => a.internal - b.internal || (a.protocol < b.protocol ? -1 : 1))
    .flatMap(({ internal, protocol, bindings }) =>
      bindings.map((binding) => ({
        internal,
        external: Number(binding.HostPort ?? 0),
        ip: binding.HostIp ?? "",
        protocol,
      })),
    );
}

/**
 * The engine gives ports back in an order of its own, so their order means nothing. Each former port must be found
 * again by its internal port; where the same one is published twice, the first of each protocol is compared.
 */
export function samePorts(prior: Value, proposed: Value): boolean {
  const wanted = asArray(proposed).map(asMap);
  return asArray(prior)
    .map(asMap)
    .every((port) => findsItself(port, wanted));
}

function findsItself(port: ValueMap, wanted: ValueMap[]): boolean {
  const candidates = wanted.filter((other) => other["internal"] === port["internal"]);
  const match = candidates.find((other) => other["protocol"] === port["protocol"]);
  return match !== undefined && match["external"] === port["external"] && match["ip"] === port["ip"];
}
