import type { Diagnostic } from "./protocol/diagnostic";
import type { Schema } from "./protocol/schema";
import type { ValueMap } from "./protocol/value";
import type { Behaviours } from "./plan/behaviour";
import type { Plan } from "./plan/planner";

/** What an operation works with: what Configure made, and a signal that says when to give up and why. */
export interface Operation<Meta> {
  meta: Meta;
  signal: AbortSignal;
  /** Where Terraform runs, which relative paths in a configuration start from; unknown when several may be served. */
  folder?: string | undefined;
}

/** Notes that travel with a state but are none of the user's business (the protocol calls them private). */
export type Notes = Record<string, unknown>;

/** What an operation left behind. `null` is nothing. A problem with a state is a half-made object: it is kept, tainted. */
export interface Outcome {
  state: ValueMap | null;
  problems?: Diagnostic[];
  notes?: Notes;
}

export interface ManagedResource<Meta> {
  schema: Schema;
  behaviours: Behaviours;
  /** Absent where a plan follows from schema and behaviours. */
  plan?(prior: ValueMap | null, proposed: ValueMap): Plan;
  create(desired: ValueMap, operation: Operation<Meta>): Promise<Outcome>;
  /** @param notes what the last read noted */
  read(state: ValueMap, operation: Operation<Meta>, notes: Notes): Promise<Outcome>;
  /** Absent where every change makes a new object. */
  update?(prior: ValueMap, desired: ValueMap, operation: Operation<Meta>): Promise<Outcome>;
  remove(state: ValueMap, operation: Operation<Meta>): Promise<void>;
  /** Takes back what a create made when nobody is left to hear of it. */
  discard?(state: ValueMap, operation: Operation<Meta>): Promise<void>;
  /** Attributes that force a new object because of what the last read noted. */
  replacesBecause?(notes: Notes, planned: ValueMap): string[];
  importable?: boolean;
}

export interface DataSource<Meta> {
  schema: Schema;
  behaviours: Behaviours;
  read(config: ValueMap, operation: Operation<Meta>): Promise<ValueMap>;
}

export interface Provider<Meta> {
  /** `kreuzwerker/docker` */
  source: string;
  version: string;
  schema: Schema;
  behaviours: Behaviours;
  resources: Record<string, ManagedResource<Meta>>;
  dataSources: Record<string, DataSource<Meta>>;
  configure(config: ValueMap, signal: AbortSignal): Promise<Meta>;
}
