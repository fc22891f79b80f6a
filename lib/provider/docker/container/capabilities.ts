import type { Value } from "../../protocol/value";
import { blocks, texts } from "../values";

/** Capabilities as Docker's own client sends them: NET_ADMIN is CAP_NET_ADMIN, and none comes twice. */
export function capabilityNames(names: string[]): string[] {
  const full = names.map((name) => {
    const upper = name.trim().toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  });
  return [...new Set(full)].sort();
}

/** The state's own spelling as long as it means what the engine has: else each plan would replace the container. */
export function capabilityState(former: Value | undefined, add: string[], drop: string[]): Value | undefined {
  const written = blocks(former)[0] ?? {};
  const same =
    sameNames(texts(written["add"]), add) && sameNames(texts(written["drop"]), drop) && blocks(former).length > 0;
  if (same && former !== undefined) return former;
  return add.length > 0 || drop.length > 0 ? [{ add, drop }] : undefined;
}

function sameNames(a: string[], b: string[]): boolean {
  return capabilityNames(a).join() === capabilityNames(b).join();
}
