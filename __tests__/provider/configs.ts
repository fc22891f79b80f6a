import fc from "fast-check";
import { join, type Behaviours } from "../../lib/provider/plan/behaviour";
import type { Block } from "../../lib/provider/protocol/schema";
import { mapValues, type Type } from "../../lib/provider/protocol/type";
import type { Value, ValueMap } from "../../lib/provider/protocol/value";

const word = fc.stringMatching(/^[a-z0-9/.:-]{0,6}$/);

/** Random configurations of a resource: any of its attributes set or not, as Terraform would let them pass. */
export function anyConfig(block: Block, behaviours: Behaviours, path = ""): fc.Arbitrary<ValueMap> {
  return fc.record(
    {
      ...mapValues(block.attributes, (attribute, name) => {
        if (!attribute.required && !attribute.optional) return fc.constant<Value>(null);
        // The id is the provider's own affair.
        if (path === "" && name === "id") return fc.constant<Value>(null);
        const present = anyOf(attribute.type);
        return attribute.required ? present : fc.option(present, { nil: null });
      }),
      ...mapValues(block.blocks, (nested, name) => {
        if (nested.nesting === "single") return fc.constant<Value>(null);
        const element = anyConfig(nested.block, behaviours, join(path, name));
        const maxLength = nested.maxItems > 0 ? nested.maxItems : 3;
        if (nested.nesting === "list") return fc.array(element, { maxLength });
        // Terraform itself removes doubles from a set.
        return fc.uniqueArray(element, { maxLength, selector: (value) => JSON.stringify(value) });
      }),
    },
    { noNullPrototype: true },
  ) as fc.Arbitrary<ValueMap>;
}

function anyOf(type: Type): fc.Arbitrary<Value> {
  switch (type.kind) {
    case "string":
      return word;
    case "number":
      return fc.integer({ min: 0, max: 100 });
    case "bool":
      return fc.boolean();
    case "list":
      return fc.array(anyOf(type.element), { maxLength: 3 });
    case "set":
      return fc.uniqueArray(anyOf(type.element), { maxLength: 3 });
    case "map":
      return fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), anyOf(type.element), {
        maxKeys: 3,
        noNullPrototype: true,
      });
    case "object":
      return fc.record(mapValues(type.attributes, anyOf), { noNullPrototype: true }) as fc.Arbitrary<ValueMap>;
  }
}
