import type { Diagnostic, Path } from "../protocol/diagnostic";
import type { Block } from "../protocol/schema";
import { isMap, isUnknown, type Value, type ValueMap } from "../protocol/value";
import { isZero } from "./meaning";
import { behaviourOf, join, type Behaviours } from "./behaviour";

/** Everything that can be told to be wrong with a configuration before there is an engine. */
export function validate(block: Block, behaviours: Behaviours, config: ValueMap): Diagnostic[] {
  return [...validateBlock(block, behaviours, "", [], config), ...conflicts(behaviours, config)];
}

function validateBlock(block: Block, behaviours: Behaviours, path: string, at: Path, config: ValueMap): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const name of Object.keys(block.attributes)) {
    found.push(...validateValue(behaviours, join(path, name), [...at, name], config[name] ?? null));
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

function validateValue(behaviours: Behaviours, path: string, at: Path, value: Value): Diagnostic[] {
  if (value === null || isUnknown(value)) return [];
  const behaviour = behaviourOf(behaviours, path);
  // Saying no to what is not there is no request for it.
  if (behaviour.refused === true) return isZero(value) ? [] : [refusal(path, at)];
  if (Array.isArray(value) && value.includes(null)) {
    return [
      {
        severity: "error",
        summary: "Null value found in list",
        detail: "Null values are not allowed for this attribute value.",
        path: at,
      },
    ];
  }
  const problem = behaviour.check?.(value);
  return problem === undefined ? [] : [{ severity: "error", summary: problem, detail: problem, path: at }];
}

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
    if (conflictsWith === undefined || isUnset(config[name] ?? null)) return [];
    return conflictsWith
      .filter((other) => !isUnset(config[other] ?? null))
      .map((other): Diagnostic => ({
        severity: "error",
        summary: "Conflicting configuration arguments",
        detail: `"${name}": conflicts with ${other}`,
        path: [name],
      }));
  });
}

function isUnset(value: Value): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}
