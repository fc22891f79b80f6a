import type { Message } from "./wire";

/** The messages of Terraform's plugin protocol 5: the fields that these providers read or write, by number. */
const dynamicValue: Message = { msgpack: { number: 1, type: "bytes" }, json: { number: 2, type: "bytes" } };

const attributePath: Message = {
  steps: {
    number: 1,
    repeated: true,
    type: {
      attributeName: { number: 1, type: "string", oneof: true },
      elementKeyString: { number: 2, type: "string", oneof: true },
      elementKeyInt: { number: 3, type: "int64", oneof: true },
    },
  },
};

const diagnostics: Message = {
  severity: { number: 1, type: "enum" },
  summary: { number: 2, type: "string" },
  detail: { number: 3, type: "string" },
  attribute: { number: 4, type: attributePath },
};

const attribute: Message = {
  name: { number: 1, type: "string" },
  type: { number: 2, type: "bytes" },
  description: { number: 3, type: "string" },
  required: { number: 4, type: "bool" },
  optional: { number: 5, type: "bool" },
  computed: { number: 6, type: "bool" },
  sensitive: { number: 7, type: "bool" },
  deprecated: { number: 9, type: "bool" },
};

const block: Message = {
  version: { number: 1, type: "int64" },
  attributes: { number: 2, type: attribute, repeated: true },
};
const nestedBlock: Message = {
  typeName: { number: 1, type: "string" },
  block: { number: 2, type: block },
  nesting: { number: 3, type: "enum" },
  minItems: { number: 4, type: "int64" },
  maxItems: { number: 5, type: "int64" },
};
// A block holds nested blocks, which hold blocks.
block["blockTypes"] = { number: 3, type: nestedBlock, repeated: true };

const schema: Message = { version: { number: 1, type: "int64" }, block: { number: 2, type: block } };
const rawState: Message = { json: { number: 1, type: "bytes" }, flatmap: { number: 2, type: "string", map: true } };

const typeName = { number: 1, type: "string" } as const;
const value = (number: number) => ({ number, type: dynamicValue });
const bytes = (number: number) => ({ number, type: "bytes" as const });
const bool = (number: number) => ({ number, type: "bool" as const });
const problems = (number: number) => ({ number, type: diagnostics, repeated: true });

/** Every remote procedure that is served: its request and its response. */
export const METHODS = {
  GetSchema: {
    request: {},
    response: {
      provider: { number: 1, type: schema },
      resourceSchemas: { number: 2, type: schema, map: true },
      dataSourceSchemas: { number: 3, type: schema, map: true },
      diagnostics: problems(4),
      serverCapabilities: { number: 6, type: { getProviderSchemaOptional: { number: 2, type: "bool" } } },
    },
  },
  PrepareProviderConfig: {
    request: { config: value(1) },
    response: { preparedConfig: value(1), diagnostics: problems(2) },
  },
  ValidateResourceTypeConfig: {
    request: { typeName, config: value(2) },
    response: { diagnostics: problems(1) },
  },
  ValidateDataSourceConfig: {
    request: { typeName, config: value(2) },
    response: { diagnostics: problems(1) },
  },
  UpgradeResourceState: {
    request: { typeName, version: { number: 2, type: "int64" }, rawState: { number: 3, type: rawState } },
    response: { upgradedState: value(1), diagnostics: problems(2) },
  },
  Configure: {
    request: { terraformVersion: { number: 1, type: "string" }, config: value(2) },
    response: { diagnostics: problems(1) },
  },
  ReadResource: {
    request: { typeName, currentState: value(2), private: bytes(3) },
    response: { newState: value(1), diagnostics: problems(2), private: bytes(3) },
  },
  PlanResourceChange: {
    request: { typeName, priorState: value(2), proposedNewState: value(3), config: value(4), priorPrivate: bytes(5) },
    response: {
      plannedState: value(1),
      requiresReplace: { number: 2, type: attributePath, repeated: true },
      plannedPrivate: bytes(3),
      diagnostics: problems(4),
      legacyTypeSystem: bool(5),
    },
  },
  ApplyResourceChange: {
    request: { typeName, priorState: value(2), plannedState: value(3), config: value(4), plannedPrivate: bytes(5) },
    response: { newState: value(1), private: bytes(2), diagnostics: problems(3), legacyTypeSystem: bool(4) },
  },
  ImportResourceState: {
    request: { typeName, id: { number: 2, type: "string" } },
    response: {
      importedResources: {
        number: 1,
        repeated: true,
        type: { typeName, state: value(2), private: bytes(3) },
      },
      diagnostics: problems(2),
    },
  },
  ReadDataSource: {
    request: { typeName, config: value(2) },
    response: { state: value(1), diagnostics: problems(2) },
  },
  Stop: { request: {}, response: { error: { number: 1, type: "string" } } },
} satisfies Record<string, { request: Message; response: Message }>;

export type MethodName = keyof typeof METHODS;
