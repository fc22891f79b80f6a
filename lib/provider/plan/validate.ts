import type { Diagnostic, Path } from "../protocol/diagnostic";
import { typeOfBlock, type Attribute, type Block } from "../protocol/schema";
import { mapValues, type Type } from "../protocol/type";
import { isMap, isUnknown, isWhollyKnown, type Value, type ValueMap } from "../protocol/value";
import { isZero } from "./meaning";
import { behaviourOf, join, type Behaviour, type Behaviours } from "./behaviour";

/** Everything that can be told to be wrong with a configuration before there is an engine. */
export function validate(block: Block, behaviours: Behaviours, config: ValueMap): Diagnostic[] {
  // What is unknown in any part of it is judged once it is known, as the real provider does.
  const known = mapValues(config, (value) => (isWhollyKnown(value) ? value : null));
  return [...validateBlock(block, behaviours, "", [], known), ...conflicts(behaviours, config)];
}

function validateBlock(block: Block, behaviours: Behaviours, path: string, at: Path, config: ValueMap): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [name, attribute] of Object.entries(block.attributes)) {
    const behaviour = behaviourOf(behaviours, join(path, name));
    found.push(...validateValue(attribute, behaviour, join(path, name), [...at, name], config[name] ?? null));
  }
  for (const [name, nested] of Object.entries(block.blocks)) {
    const inner = config[name] ?? null;
    const here = join(path, name);
    if (isMap(inner)) found.push(...validateBlock(nested.block, behaviours, here, [...at, name], inner));
    if (!Array.isArray(inner)) continue;
    if (behaviourOf(behaviours, here).refused === true && inner.length > 0) {
      found.push(refusal(here, [...at, name]));
      continue;
    }
    inner.forEach((element, index) => {
      if (!isMap(element)) return;
      // A set has no positions, so the path ends at the block.
      const place = nested.nesting === "set" ? [...at, name] : [...at, name, index];
      const problems = validateBlock(nested.block, behaviours, here, place, element);
      found.push(...(nested.nesting === "set" ? problems.map((problem) => ({ ...problem, path: place })) : problems));
    });
  }
  return found;
}

function validateValue(attribute: Attribute, behaviour: Behaviour, path: string, at: Path, value: Value): Diagnostic[] {
  if (value === null) return [];
  // Saying no to what is not there is no request for it.
  if (behaviour.refused === true) return isZero(value) ? [] : [refusal(path, at)];
  // Every number of these schemas is a count.
  if (attribute.type.kind === "number" && !Number.isInteger(value)) {
    return [{ severity: "error", summary: `Attribute must be a whole number, got ${String(value)}`, path: at }];
  }
  const problem = behaviour.check?.(value);
  return [
    ...(problem === undefined ? [] : [{ severity: "error" as const, summary: problem, detail: problem, path: at }]),
    ...(behaviour.deprecated === undefined ? [] : [deprecation(behaviour.deprecated, at)]),
  ];
}

function deprecation(detail: string, at: Path): Diagnostic {
  return { severity: "warning", summary: "Argument is deprecated", detail, path: at };
}

/** Lists and sets with holes: a resource's are told when it is planned, others' at once. */
export function nullsInLists(block: Block, config: ValueMap): Diagnostic[] {
  return nullsIn(typeOfBlock(block), config, []);
}

function nullsIn(type: Type, value: Value, at: Path): Diagnostic[] {
  if (isMap(value) && type.kind === "object") {
    return Object.entries(type.attributes).flatMap(([name, inner]) =>
      nullsIn(inner, value[name] ?? null, [...at, name]),
    );
  }
  if (!Array.isArray(value) || (type.kind !== "list" && type.kind !== "set")) return [];
  return value.flatMap((element, index) => {
    const place = type.kind === "list" ? [...at, index] : at;
    if (element === null) return [{ ...NULL_IN_LIST, path: place }];
    const inside = nullsIn(type.element, element, place);
    return type.kind === "list" ? inside : inside.map((problem) => ({ ...problem, path: at }));
  });
}

const NULL_IN_LIST: Diagnostic = {
  severity: "error",
  summary: "Null value found in list",
  detail: "Null values are not allowed for this attribute value.",
};

function refusal(path: string, at: Path): Diagnostic {
  return {
    severity: "error",
    summary: `"${path}" is not implemented by the embedded provider`,
    detail:
      `The embedded provider stands in for the registry's where that cannot be reached, and ignores nothing: ` +
      `"${path}" is not implemented by the embedded provider; use the registry's, or leave it out.`,
    path: at,
  };
}

function conflicts(behaviours: Behaviours, config: ValueMap): Diagnostic[] {
  return Object.entries(behaviours).flatMap(([name, { conflictsWith }]) => {
    const given = config[name] ?? null;
    if (conflictsWith === undefined || !isWhollyKnown(given) || isZero(given)) return [];
    return conflictsWith
      .filter((other) => (config[other] ?? null) !== null && !isUnknown(config[other] ?? null))
      .map((other): Diagnostic => ({
        severity: "error",
        summary: "Conflicting configuration arguments",
        detail: `"${name}": conflicts with ${other}`,
        path: [name],
      }));
  });
}
