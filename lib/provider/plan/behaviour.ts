import type { Value } from "../protocol/value";

/** What a schema alone does not say about an attribute or block, by its dotted path. */
export interface Behaviour {
  /** A change makes a new object. */
  forceNew?: boolean;
  /** For blocks: left out of the configuration, the engine decides. (Attributes say so in the schema.) */
  computed?: boolean;
  default?: Value;
  /** How a configured value is spelled in the state. */
  spelling?: (value: Value) => Value;
  /** Whether two values mean the same, so that the former one stays. For a list of blocks: the whole list. */
  same?: (prior: Value, proposed: Value) => boolean;
  /** What is wrong with a known value, if anything. */
  check?: (value: Value) => string | undefined;
  /** Not implemented: refused whenever it is set to something. */
  refused?: boolean;
  /** Warned about when it is set, with what there is to say about it. */
  deprecated?: string;
  /** Top-level attributes that must not be set together with this one. */
  conflictsWith?: string[];
}

export type Behaviours = Readonly<Record<string, Behaviour>>;

const NOTHING: Behaviour = {};

export function behaviourOf(behaviours: Behaviours, path: string): Behaviour {
  return behaviours[path] ?? NOTHING;
}

export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
