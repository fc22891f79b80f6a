import { typeOfBlock, type Block } from "../protocol/schema";
import type { Type } from "../protocol/type";
import { mapValues } from "../protocol/type";
import { isMap, isUnknown, isWhollyKnown, UNKNOWN, type Value, type ValueMap } from "../protocol/value";

/**
 * Null and empty are told apart by Terraform but not by an engine. Where `made` differs from `model` only in that, the
 * model wins, so that a plan agrees with the configuration and a state with its plan. After an apply (`applied`) a set
 * that was fully planned stays as it was planned: an engine does not give it back as it was given.
 */
export function followModel(made: Value, model: Value, type: Type, applied: boolean): Value {
  if (isUnknown(model)) return made === null && !applied ? model : made;
  if (applied && isCollection(type) && isEmptyOrNull(made) && isEmptyOrNull(model)) return model;
  if (model === null || isUnknown(made)) return made;
  switch (type.kind) {
    case "object":
      return mapValues(type.attributes, (attribute, name) =>
        followModel(entryOf(made, name), entryOf(model, name), attribute, applied),
      );
    case "map":
      return made === null ? made : mapValues(isMap(made) ? made : {}, (entry) => entry);
    case "set":
      return applied && isWhollyKnown(model) ? model : made;
    case "list":
      return followList(made, model, type.element, applied);
    case "string":
      return made === null && model === "" ? model : made;
    case "number":
    case "bool":
      return made;
  }
}

function followList(made: Value, model: Value, element: Type, applied: boolean): Value {
  const models = Array.isArray(model) ? model : [];
  if (made === null) return !applied && models.every(isUnknown) ? model : made;
  if (!Array.isArray(made) || made.length !== models.length) return made;
  return made.map((entry, index) => followModel(entry, models[index] ?? null, element, applied));
}

function isCollection(type: Type): boolean {
  return type.kind === "list" || type.kind === "set" || type.kind === "map";
}

function isEmptyOrNull(value: Value): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.keys(value).length === 0;
}

function entryOf(value: Value, name: string): Value {
  return isMap(value) ? (value[name] ?? null) : null;
}

/** Gives every attribute of the schema a value; blocks that are absent are empty. */
export function complete(block: Block, value: ValueMap): ValueMap {
  return {
    ...mapValues(block.attributes, (_, name) => value[name] ?? null),
    ...mapValues(block.blocks, (nested, name) => {
      const inner = value[name] ?? null;
      if (nested.nesting === "single") return inner;
      if (isUnknown(inner)) return inner;
      return (Array.isArray(inner) ? inner : []).map((element) =>
        isMap(element) ? complete(nested.block, element) : element,
      );
    }),
  };
}

/** What the engine will decide at create is unknown in the plan. */
export function markComputed(block: Block, value: ValueMap): ValueMap {
  return {
    ...mapValues(block.attributes, (attribute, name) =>
      attribute.computed && (value[name] ?? null) === null ? UNKNOWN : (value[name] ?? null),
    ),
    ...mapValues(block.blocks, (nested, name) => {
      const inner = value[name] ?? null;
      if (!Array.isArray(inner)) return inner;
      return inner.map((element) => (isMap(element) ? markComputed(nested.block, element) : element));
    }),
  };
}

/**
 * What was unknown in the plan and was not decided by the apply either still needs a value. Collections become empty
 * and not null, since the real provider would take null for "never computed" and plan a replacement.
 */
export function settle(block: Block, made: ValueMap, planned: ValueMap): ValueMap {
  const { attributes } = typeOfBlock(block);
  return mapValues(attributes, (type, name) => {
    const value = made[name] ?? null;
    const undecided = isUnknown(value) || (value === null && isUnknown(planned[name] ?? null));
    if (!undecided) return known(value);
    return type.kind === "map" ? {} : isCollection(type) ? [] : null;
  });
}

/** What is known of a plan; what is not is null, as for something left out. */
export function knownPart(value: ValueMap): ValueMap {
  return mapValues(value, known);
}

function known(value: Value): Value {
  if (isUnknown(value)) return null;
  if (Array.isArray(value)) return value.map(known);
  return isMap(value) ? mapValues(value, known) : value;
}
