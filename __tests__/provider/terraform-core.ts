import type { Block } from "../../lib/provider/protocol/schema";
import { mapValues } from "../../lib/provider/protocol/type";
import { isMap, isUnknown, type Value, type ValueMap } from "../../lib/provider/protocol/value";

/**
 * What Terraform itself does between a configuration and a plan: what a provider computed and the configuration does
 * not say is proposed as it was. Nested blocks of a list correspond by position; those of a set are left as they are.
 */
export function proposedNew(block: Block, prior: ValueMap | null, config: ValueMap): ValueMap {
  return {
    ...mapValues(block.attributes, (attribute, name) => {
      const configured = config[name] ?? null;
      return attribute.computed && configured === null && prior !== null ? (prior[name] ?? null) : configured;
    }),
    ...mapValues(block.blocks, (nested, name) => {
      const configured = config[name] ?? null;
      const former = prior?.[name] ?? null;
      if (nested.nesting !== "list" || !Array.isArray(configured)) return configured;
      return configured.map((element, index) => {
        const before = Array.isArray(former) ? (former[index] ?? null) : null;
        return isMap(element) ? proposedNew(nested.block, isMap(before) ? before : null, element) : element;
      });
    }),
  };
}

/** An engine that does exactly as planned, and decides what was left to it. */
export function obey(block: Block, planned: ValueMap): ValueMap {
  return {
    ...mapValues(block.attributes, (attribute, name) => {
      const value = planned[name] ?? null;
      return isUnknown(value) ? decided(attribute.type.kind) : value;
    }),
    ...mapValues(block.blocks, (nested, name) => {
      const value = planned[name] ?? null;
      if (isUnknown(value)) return [];
      if (!Array.isArray(value)) return value;
      return value.map((element) => (isMap(element) ? obey(nested.block, element) : element));
    }),
  };
}

function decided(kind: string): Value {
  switch (kind) {
    case "string":
      return "decided by the engine";
    case "number":
      return 7;
    case "bool":
      return true;
    case "map":
      return {};
    default:
      return [];
  }
}
