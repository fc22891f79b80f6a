import type { Path } from "../protocol/diagnostic";
import type { Attribute, Block, NestedBlock, Schema } from "../protocol/schema";
import { typeOfBlock } from "../protocol/schema";
import type { Type } from "../protocol/type";
import { isMap, isUnknown, isWhollyKnown, UNKNOWN, type Value, type ValueMap } from "../protocol/value";
import { behaviourOf, join, type Behaviour, type Behaviours } from "./behaviour";
import { isZero, meaningOf, textOf } from "./meaning";
import { complete, followModel, markComputed } from "./normalise";

/**
 * What would change. It decides as the kit under the real provider does, since states are exchanged with it: a value
 * that was computed stays when it is no longer configured, null and zero are the same, and so on. See README.md.
 */
export interface Plan {
  planned: ValueMap;
  /** What a change makes a new object of: attributes and blocks, inside lists with their place, in sets without. */
  replaces: Path[];
}

export function plan(schema: Schema, behaviours: Behaviours, prior: ValueMap | null, proposed: ValueMap): Plan {
  const context: Context = { behaviours, creating: prior === null, exhaustive: false };
  const result = planBlock(context, schema.block, "", prior, proposed);
  const type = typeOfBlock(schema.block);
  let planned = complete(schema.block, result.value);
  planned["id"] = prior === null ? UNKNOWN : (prior["id"] ?? UNKNOWN);
  planned = asMap(followModel(planned, proposed, type, false));
  // Other timeouts alone are no change: they are taken over with the next one.
  const lasting = { ...planned, ...(prior !== null && "timeouts" in prior ? { timeouts: prior["timeouts"] } : {}) };
  if (prior !== null && meaningOfObject(lasting, type) === meaningOfObject(prior, type)) {
    return { planned: prior, replaces: [] };
  }
  if (prior === null) planned = markComputed(schema.block, planned);
  return { planned, replaces: result.replaces };
}

interface Context {
  behaviours: Behaviours;
  /** There is no object yet. */
  creating: boolean;
  /** Inside a set, whose elements have no former selves: every attribute gets a value. */
  exhaustive: boolean;
}

interface Outcome {
  value: Value;
  changed: boolean;
  /** Seen from here: the empty path is this value itself. */
  replaces: Path[];
}

interface BlockOutcome {
  value: ValueMap;
  changed: boolean;
  replaces: Path[];
}

function kept(prior: Value): Outcome {
  return { value: prior, changed: false, replaces: [] };
}

function changedTo(value: Value, replaces: boolean | undefined): Outcome {
  return { value, changed: true, replaces: replaces === true ? [ITSELF] : [] };
}

const ITSELF: Path = [];

function planBlock(
  context: Context,
  block: Block,
  path: string,
  prior: ValueMap | null,
  proposed: ValueMap,
): BlockOutcome {
  const result: BlockOutcome = { value: {}, changed: false, replaces: [] };
  const note = (name: string, outcome: Outcome) => {
    result.value[name] = outcome.value;
    if (outcome.changed) result.changed = true;
    result.replaces.push(...outcome.replaces.map((path) => [name, ...path]));
  };
  for (const [name, attribute] of Object.entries(block.attributes)) {
    // The id is the provider's own affair; so it is no part of what is compared.
    if (path === "" && name === "id") continue;
    const behaviour = behaviourOf(context.behaviours, join(path, name));
    note(name, planAttribute(context, attribute, behaviour, prior?.[name] ?? null, proposed[name] ?? null));
  }
  for (const [name, nested] of Object.entries(block.blocks)) {
    note(name, planNested(context, nested, join(path, name), prior?.[name] ?? null, proposed[name] ?? null));
  }
  return result;
}

function planAttribute(
  context: Context,
  attribute: Attribute,
  behaviour: Behaviour,
  prior: Value,
  proposed: Value,
): Outcome {
  switch (attribute.type.kind) {
    case "list":
    case "set":
      return planCollection(context, attribute, behaviour, prior, proposed);
    case "map":
      return planMap(attribute, behaviour, prior, proposed);
    default:
      return planScalar(context, attribute, behaviour, prior, proposed);
  }
}

function planScalar(
  context: Context,
  attribute: Attribute,
  behaviour: Behaviour,
  prior: Value,
  proposed: Value,
): Outcome {
  if (isUnknown(proposed)) return changedTo(UNKNOWN, behaviour.forceNew);
  const configured = proposed ?? behaviour.default ?? null;
  const wanted = configured === null || behaviour.spelling === undefined ? configured : behaviour.spelling(configured);
  const before = textOf(prior);
  const after = wanted === null && prior !== null ? textOf(zeroOf(attribute.type)) : textOf(wanted);
  if (before === after && !context.exhaustive) {
    if (before !== "" || !context.creating || !attribute.computed) return kept(prior);
  }
  const removed = prior !== null && wanted === null;
  if (removed && attribute.computed) return kept(prior);
  if (!context.exhaustive && behaviour.same?.(prior, wanted) === true) return kept(prior);
  if (attribute.computed && !removed && after === "") {
    return before === "" ? changedTo(UNKNOWN, behaviour.forceNew) : kept(prior);
  }
  const replaces = behaviour.forceNew === true && before !== after;
  if (removed) return changedTo(null, replaces);
  if (after === "" && before === "") return kept(attribute.type.kind === "string" ? "" : null);
  if (after === "") return changedTo(attribute.type.kind === "string" ? "" : null, replaces);
  return changedTo(wanted, replaces);
}

function zeroOf(type: Type): Value {
  return type.kind === "bool" ? false : type.kind === "number" ? 0 : "";
}

/** A map of which something is unknown is so as a whole; an entry that is null is none. */
function planMap(attribute: Attribute, behaviour: Behaviour, prior: Value, proposed: Value): Outcome {
  if (!isWhollyKnown(proposed)) return changedTo(UNKNOWN, behaviour.forceNew);
  if (attribute.computed && proposed === null) {
    return prior === null ? changedTo(UNKNOWN, behaviour.forceNew) : kept(prior);
  }
  const wanted = Object.fromEntries(Object.entries(asMap(proposed)).filter(([, entry]) => entry !== null));
  return sameEntries(prior, wanted) ? kept(prior) : changedTo(wanted, behaviour.forceNew);
}

function sameEntries(prior: Value, proposed: Value): boolean {
  const [before, after] = [asMap(prior), asMap(proposed)];
  const keys = Object.keys(before);
  return keys.length === Object.keys(after).length && keys.every((key) => before[key] === after[key]);
}

/** A list or set of scalars. One of which something is unknown is so as a whole. */
function planCollection(
  context: Context,
  attribute: Attribute,
  behaviour: Behaviour,
  prior: Value,
  proposed: Value,
): Outcome {
  if (isUnknown(proposed) && staysWhenUnknown(attribute.type.kind === "set" && attribute.computed, prior)) {
    return kept(prior);
  }
  if (!isWhollyKnown(proposed)) return changedTo(UNKNOWN, behaviour.forceNew);
  if (proposed === null && attribute.computed) {
    return prior === null ? changedTo(UNKNOWN, behaviour.forceNew) : kept(prior);
  }
  const [before, after] = [asArray(prior), asArray(proposed)];
  const unordered = attribute.type.kind === "set";
  if (sameElements(before, after, unordered)) {
    return context.exhaustive && after.length === 0 && unordered ? { ...kept([]) } : kept(prior);
  }
  return changedTo(after, behaviour.forceNew);
}

/**
 * A set that the engine may decide stays as it is while nothing at all is known of what is configured: the change comes
 * with the plan after that, as with the real provider.
 */
function staysWhenUnknown(isComputedSet: boolean, prior: Value): boolean {
  return isComputedSet && asArray(prior).length > 0;
}

function sameElements(before: Value[], after: Value[], unordered: boolean): boolean {
  if (before.length !== after.length) return false;
  const [a, b] = [before.map(textOf), after.map(textOf)];
  if (unordered) {
    a.sort();
    b.sort();
  }
  return a.every((text, index) => text === b[index]);
}

function planNested(context: Context, nested: NestedBlock, path: string, prior: Value, proposed: Value): Outcome {
  // Only `timeouts` is a single block. It concerns the provider, not the object, and is kept as configured.
  if (nested.nesting === "single") return kept(proposed);
  const behaviour = behaviourOf(context.behaviours, path);
  if (isUnknown(proposed)) {
    return staysWhenUnknown(nested.nesting === "set" && behaviour.computed === true, prior)
      ? kept(prior)
      : changedTo(UNKNOWN, behaviour.forceNew);
  }
  const blocks = asArray(proposed);
  if (blocks.length === 0 && behaviour.computed === true) {
    return prior === null ? changedTo(UNKNOWN, behaviour.forceNew) : kept(prior);
  }
  return nested.nesting === "set"
    ? planBlockSet(context, nested, path, behaviour, asArray(prior), blocks)
    : planBlockList(context, nested, path, behaviour, asArray(prior), blocks);
}

function planBlockSet(
  context: Context,
  nested: NestedBlock,
  path: string,
  behaviour: Behaviour,
  prior: Value[],
  proposed: Value[],
): Outcome {
  const inside = { ...context, exhaustive: true };
  const planned = withoutDoubles(
    proposed.map((element) => planBlock(inside, nested.block, path, null, asMap(element))),
  );
  const meanings = new Map(prior.map((element) => [meaningOf(element), element]));
  const added = planned.filter(({ value }) => !isWhollyKnown(value) || !meanings.has(meaningOf(value)));
  const stay = new Set(planned.map(({ value }) => meaningOf(value)));
  const gone = prior.filter((element) => !stay.has(meaningOf(element)));
  if (added.length === 0 && gone.length === 0) return kept(prior);
  const replaces =
    (behaviour.forceNew === true && prior.length !== planned.length) ||
    added.some((element) => element.replaces.length > 0) ||
    gone.some((element) => losesForced(context.behaviours, nested.block, path, asMap(element)));
  return changedTo(
    planned.map((element) => element.value),
    replaces,
  );
}

/** Terraform tells null from empty, and so may give a set two elements that mean the same. */
function withoutDoubles(planned: BlockOutcome[]): BlockOutcome[] {
  const met = new Set<string>();
  return planned.filter(({ value }) => {
    const meaning = meaningOf(value);
    const again = met.has(meaning) && isWhollyKnown(value);
    met.add(meaning);
    return !again;
  });
}

/** Whether an element that goes away held a value whose loss makes a new object. */
function losesForced(behaviours: Behaviours, block: Block, path: string, element: ValueMap): boolean {
  const attributes = Object.keys(block.attributes).some(
    (name) => behaviourOf(behaviours, join(path, name)).forceNew === true && !isZero(element[name] ?? null),
  );
  if (attributes) return true;
  return Object.entries(block.blocks).some(([name, nested]) => {
    const inner = asArray(element[name] ?? null);
    const here = join(path, name);
    if (inner.length > 0 && behaviourOf(behaviours, here).forceNew === true) return true;
    return inner.some((entry) => losesForced(behaviours, nested.block, here, asMap(entry)));
  });
}

function planBlockList(
  context: Context,
  nested: NestedBlock,
  path: string,
  behaviour: Behaviour,
  prior: Value[],
  proposed: Value[],
): Outcome {
  const planned = proposed.map((element, index) => {
    const former = prior[index];
    return planBlock(context, nested.block, path, former === undefined ? null : asMap(former), asMap(element));
  });
  const values = planned.map((element) => element.value);
  const sameLength = prior.length === planned.length;
  if (sameLength && !planned.some((element) => element.changed)) return kept(context.exhaustive ? values : prior);
  if (sameLength && isWhollyKnown(values) && behaviour.same?.(prior, values) === true) return kept(prior);
  const replaces = [
    ...(behaviour.forceNew === true && !sameLength ? [ITSELF] : []),
    ...planned.flatMap((element, index) => element.replaces.map((place): Path => [index, ...place])),
  ];
  return { value: values, changed: true, replaces };
}

/** Like meaningOf, but lists keep their order: told apart by the type, not by the value. */
function meaningOfObject(value: Value, type: Type): string {
  if (isUnknown(value)) return "?";
  if (isZero(value)) return "";
  switch (type.kind) {
    case "list":
    case "set": {
      const elements = asArray(value).map((element) => meaningOfObject(element, type.element));
      return JSON.stringify(type.kind === "set" ? elements.sort() : elements);
    }
    case "object":
      return JSON.stringify(
        Object.entries(type.attributes).map(([name, inner]) => meaningOfObject(asMap(value)[name] ?? null, inner)),
      );
    case "map":
      return JSON.stringify(Object.entries(asMap(value)).sort(([a], [b]) => (a < b ? -1 : 1)));
    default:
      return JSON.stringify(value);
  }
}

export function asMap(value: Value): ValueMap {
  return isMap(value) ? value : {};
}

export function asArray(value: Value): Value[] {
  return Array.isArray(value) ? value : [];
}
