import { nullsInLists, validate } from "./plan/validate";
import { complete, followModel, knownPart, settle } from "./plan/normalise";
import { plan } from "./plan/planner";
import { diagnosticToWire, Failure, pathToWire, toDiagnostic, type Diagnostic } from "./protocol/diagnostic";
import type { ConnectionHandler, Method } from "./protocol/grpc";
import { METHODS, type MethodName } from "./protocol/messages";
import { decodeValue, encodeValue, valueFromJson } from "./protocol/msgpack";
import type { Block, NestedBlock, Schema } from "./protocol/schema";
import { typeOfBlock } from "./protocol/schema";
import { mapValues, typeToJson } from "./protocol/type";
import { isMap, type Value, type ValueMap } from "./protocol/value";
import type { Fields } from "./protocol/wire";
import type { DataSource, ManagedResource, Notes, Operation, Outcome, Provider } from "./provider";
import { Disconnected, Stopped } from "./stopping";

/**
 * A provider on one connection. Its configuration lives here and nowhere else: Terraform opens a connection for each
 * provider configuration, and several of them may share a process.
 */
export class ProviderConnection<Meta> implements ConnectionHandler {
  readonly methods: Record<string, Method>;
  private meta: Meta | undefined;
  private readonly ended = new AbortController();
  /** Nobody is left to hear an answer. */
  private unheard = false;
  private readonly running = new Set<Promise<Fields>>();

  constructor(
    private readonly provider: Provider<Meta>,
    private readonly folder?: string,
  ) {
    const handlers: Record<MethodName, (request: Fields, signal: AbortSignal) => Promise<Fields>> = {
      GetSchema: async () => this.getSchema(),
      PrepareProviderConfig: async (request) => this.prepareConfig(request),
      ValidateResourceTypeConfig: async (request) => this.validateConfig(this.resource(request), request),
      ValidateDataSourceConfig: async (request) => this.validateDataSource(this.dataSource(request), request),
      UpgradeResourceState: async (request) => this.upgradeState(request),
      Configure: (request, signal) => this.configure(request, signal),
      ReadResource: (request, signal) => this.read(request, signal),
      PlanResourceChange: async (request) => this.plan(request),
      ApplyResourceChange: (request, signal) => this.apply(request, signal),
      ImportResourceState: async (request) => this.importState(request),
      ReadDataSource: (request, signal) => this.readData(request, signal),
      Stop: async () => this.stop(),
    };
    this.methods = Object.fromEntries(
      Object.entries(handlers).map(([name, handle]) => [
        `/tfplugin5.Provider/${name}`,
        {
          ...METHODS[name as MethodName],
          handle: this.tracking(reporting(METHODS[name as MethodName].response, handle)),
        },
      ]),
    );
  }

  /** When everything that was under way has come to an end. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  closed(): void {
    this.unheard = true;
    this.ended.abort(new Disconnected("Terraform has gone"));
  }

  private tracking(handle: Method["handle"]): Method["handle"] {
    return (request, signal) => {
      const work = handle(request, signal);
      this.running.add(work);
      const forget = () => this.running.delete(work);
      work.then(forget, forget);
      return work;
    };
  }

  private stop(): Fields {
    this.ended.abort(new Stopped("stopped at the user's request"));
    return {};
  }

  private getSchema(): Fields {
    return {
      provider: schemaToWire(this.provider.schema),
      resourceSchemas: mapValues(this.provider.resources, (resource) => schemaToWire(resource.schema)),
      dataSourceSchemas: mapValues(this.provider.dataSources, (source) => schemaToWire(source.schema)),
      // Terraform asks for the schemas once then, not on each of its connections.
      serverCapabilities: { getProviderSchemaOptional: true },
    };
  }

  private prepareConfig(request: Fields): Fields {
    const { schema, behaviours } = this.provider;
    const config = decode(request["config"], schema.block);
    return { preparedConfig: request["config"], ...problems(validateWhole({ schema, behaviours }, config ?? {})) };
  }

  private validateConfig(subject: Described, request: Fields): Fields {
    const config = decode(request["config"], subject.schema.block);
    return problems(validate(subject.schema.block, subject.behaviours, config ?? {}));
  }

  private validateDataSource(subject: Described, request: Fields): Fields {
    const config = decode(request["config"], subject.schema.block);
    return problems(validateWhole(subject, config ?? {}));
  }

  /** States of older schema versions differ only in what no longer exists, which reading by the schema leaves out. */
  private upgradeState(request: Fields): Fields {
    const { block } = this.resource(request).schema;
    const raw = (request["rawState"] as { json?: Uint8Array } | undefined)?.json;
    if (raw === undefined) throw new Failure("a state from before Terraform 0.12 cannot be read");
    const parsed: unknown = JSON.parse(Buffer.from(raw).toString("utf8"));
    const state = valueFromJson(parsed, typeOfBlock(block));
    return { upgradedState: encode(isMap(state) ? complete(block, state) : null, block) };
  }

  private async configure(request: Fields, signal: AbortSignal): Promise<Fields> {
    const config = decode(request["config"], this.provider.schema.block);
    this.meta = await this.provider.configure(config ?? {}, this.until(signal));
    return {};
  }

  private async read(request: Fields, signal: AbortSignal): Promise<Fields> {
    const resource = this.resource(request);
    const { block } = resource.schema;
    const state = decode(request["currentState"], block);
    if (state === null) return { newState: request["currentState"] };
    const outcome = await resource.read(state, this.operation(signal), readNotes(request["private"]));
    const read = outcome.state === null ? null : complete(block, outcome.state);
    return {
      newState: encode(read === null ? null : followModel(read, state, typeOfBlock(block), false), block),
      private: writeNotes(request["private"], outcome.notes ?? {}),
      ...problems(outcome.problems ?? []),
    };
  }

  private plan(request: Fields): Fields {
    const resource = this.resource(request);
    const { block } = resource.schema;
    const proposed = decode(request["proposedNewState"], block);
    // A destroy needs no plan of ours.
    if (proposed === null) {
      return { plannedState: request["proposedNewState"], plannedPrivate: request["priorPrivate"], ...LEGACY };
    }
    const prior = decode(request["priorState"], block);
    const holes = nullsInLists(block, proposed);
    if (holes.length > 0) return { ...problems(holes), ...LEGACY };
    const { planned, replaces } =
      resource.plan?.(prior, proposed) ?? plan(resource.schema, resource.behaviours, prior, proposed);
    const noted = prior === null ? [] : (resource.replacesBecause?.(readNotes(request["priorPrivate"]), planned) ?? []);
    return {
      plannedState: encode(planned, block),
      plannedPrivate: request["priorPrivate"],
      requiresReplace: [...replaces, ...noted.map((name) => [name])].map(pathToWire),
      ...LEGACY,
    };
  }

  private async apply(request: Fields, signal: AbortSignal): Promise<Fields> {
    const resource = this.resource(request);
    const { block } = resource.schema;
    const type = typeOfBlock(block);
    const operation = this.operation(signal);
    const prior = decode(request["priorState"], block);
    const planned = decode(request["plannedState"], block);
    if (planned === null) {
      try {
        if (prior !== null) await resource.remove(prior, operation);
        return { newState: encode(null, block), ...LEGACY };
      } catch (problem) {
        // What could not be removed is still there.
        return {
          newState: request["priorState"],
          private: request["plannedPrivate"],
          ...problems([toDiagnostic(problem)]),
          ...LEGACY,
        };
      }
    }
    const desired = knownPart(planned);
    const outcome = await createOrUpdate(resource, prior, desired, operation);
    if (prior === null && outcome.state !== null) await this.discardUnheard(resource, outcome.state, operation);
    if (outcome.state === null) {
      // Without the allowance for older providers, so that Terraform says itself that nothing came of it.
      return { newState: encode(null, block), ...problems(outcome.problems ?? []) };
    }
    const made = settle(block, complete(block, outcome.state), planned);
    return {
      newState: encode(followModel(made, planned, type, true), block),
      private: writeNotes(request["plannedPrivate"], outcome.notes ?? {}),
      ...problems(outcome.problems ?? []),
      ...LEGACY,
    };
  }

  /** With Terraform gone, what was just made would be in no state: nobody would ever remove it. */
  private async discardUnheard(
    resource: ManagedResource<Meta>,
    state: ValueMap,
    operation: Operation<Meta>,
  ): Promise<void> {
    if (!this.unheard) return;
    await resource.discard?.(state, { ...operation, signal: new AbortController().signal });
  }

  private importState(request: Fields): Fields {
    const resource = this.resource(request);
    const { block } = resource.schema;
    if (resource.importable !== true) throw new Failure(`resource ${text(request["typeName"])} doesn't support import`);
    const state = complete(block, { id: text(request["id"]) });
    return { importedResources: [{ typeName: request["typeName"], state: encode(state, block) }] };
  }

  private async readData(request: Fields, signal: AbortSignal): Promise<Fields> {
    const source = this.dataSource(request);
    const { block } = source.schema;
    const state = await source.read(decode(request["config"], block) ?? {}, this.operation(signal));
    return { state: encode(complete(block, state), block) };
  }

  private operation(signal: AbortSignal): Operation<Meta> {
    if (this.meta === undefined) throw new Failure("the provider is used before it was configured");
    return { meta: this.meta, signal: this.until(signal), folder: this.folder };
  }

  private until(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([this.ended.signal, signal]);
  }

  private resource(request: Fields): ManagedResource<Meta> {
    return this.named("resource", this.provider.resources, request);
  }

  private dataSource(request: Fields): DataSource<Meta> {
    return this.named("data source", this.provider.dataSources, request);
  }

  private named<Kind>(what: string, known: Record<string, Kind>, request: Fields): Kind {
    const name = text(request["typeName"]);
    const found = known[name];
    if (found !== undefined) return found;
    throw new Failure(`${what} "${name}" is not implemented by the embedded provider; use the registry's`);
  }
}

function createOrUpdate<Meta>(
  resource: ManagedResource<Meta>,
  prior: ValueMap | null,
  desired: ValueMap,
  operation: Operation<Meta>,
): Promise<Outcome> {
  if (prior === null) return resource.create(desired, operation);
  return resource.update?.(prior, desired, operation) ?? Promise.resolve({ state: desired });
}

type Described = Pick<ManagedResource<unknown>, "schema" | "behaviours">;

function validateWhole({ schema, behaviours }: Described, config: ValueMap): Diagnostic[] {
  return [...nullsInLists(schema.block, config), ...validate(schema.block, behaviours, config)];
}

/** Terraform allows this to providers that cannot tell null from zero, as the real one; states must stay exchangeable. */
const LEGACY = { legacyTypeSystem: true };

/** A failure becomes a diagnostic where the response has room for one. */
function reporting(
  response: Record<string, unknown>,
  handle: (request: Fields, signal: AbortSignal) => Promise<Fields>,
): Method["handle"] {
  return async (request, signal) => {
    try {
      return await handle(request, signal);
    } catch (problem) {
      if (!("diagnostics" in response)) throw problem;
      return problems([toDiagnostic(problem)]);
    }
  };
}

function problems(found: Diagnostic[]): Fields {
  return { diagnostics: found.map(diagnosticToWire) };
}

function decode(raw: unknown, block: Block): ValueMap | null {
  const dynamic = raw as { msgpack?: Uint8Array; json?: Uint8Array } | undefined;
  if (dynamic?.msgpack === undefined) return null;
  const value = decodeValue(dynamic.msgpack, typeOfBlock(block));
  return isMap(value) ? value : null;
}

function encode(value: Value, block: Block): Fields {
  return { msgpack: encodeValue(value, typeOfBlock(block)) };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const NOTES_KEY = "embedded";

function readNotes(raw: unknown): Notes {
  const notes = parsePrivate(raw)[NOTES_KEY];
  return typeof notes === "object" && notes !== null ? (notes as Notes) : {};
}

/** The real provider keeps things of its own in there (timeouts, schema version): they pass through. */
function writeNotes(raw: unknown, notes: Notes): unknown {
  const others = Object.fromEntries(Object.entries(parsePrivate(raw)).filter(([key]) => key !== NOTES_KEY));
  if (Object.keys(notes).length === 0 && Object.keys(others).length === 0) return raw;
  const all = Object.keys(notes).length === 0 ? others : { ...others, [NOTES_KEY]: notes };
  return Buffer.from(JSON.stringify(all));
}

function parsePrivate(raw: unknown): Record<string, unknown> {
  if (!(raw instanceof Uint8Array) || raw.length === 0) return {};
  try {
    const parsed: unknown = JSON.parse(Buffer.from(raw).toString("utf8"));
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const NESTING = { single: 1, list: 2, set: 3 } as const;

function schemaToWire(schema: Schema): Fields {
  return { version: schema.version, block: blockToWire(schema.block) };
}

function blockToWire(block: Block): Fields {
  return {
    attributes: Object.entries(block.attributes).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(typeToJson(type))),
      ...flags,
    })),
    blockTypes: Object.entries(block.blocks).map(([name, nested]) => nestedToWire(name, nested)),
  };
}

function nestedToWire(name: string, nested: NestedBlock): Fields {
  return {
    typeName: name,
    block: blockToWire(nested.block),
    nesting: NESTING[nested.nesting],
    minItems: nested.minItems,
    maxItems: nested.maxItems,
  };
}
