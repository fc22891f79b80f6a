import { mapValues, parseType, type Type } from "./type";

/** Schemas as `terraform providers schema -json` prints them, which is also how they are kept in the project. */
export interface SchemaJson {
  version: number;
  block: BlockJson;
}
export interface BlockJson {
  attributes?: Record<string, AttributeJson>;
  block_types?: Record<string, NestedBlockJson>;
}
export interface AttributeJson {
  type: unknown;
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
  sensitive?: boolean;
  deprecated?: boolean;
}
export interface NestedBlockJson {
  nesting_mode: string;
  block: BlockJson;
  min_items?: number;
  max_items?: number;
}

export interface Schema {
  version: number;
  block: Block;
}
export interface Block {
  attributes: Record<string, Attribute>;
  blocks: Record<string, NestedBlock>;
}
export interface Attribute {
  type: Type;
  required: boolean;
  optional: boolean;
  computed: boolean;
  sensitive: boolean;
  deprecated: boolean;
}
export interface NestedBlock {
  nesting: "single" | "list" | "set";
  block: Block;
  minItems: number;
  maxItems: number;
}

export function parseSchema(json: SchemaJson): Schema {
  return { version: json.version, block: parseBlock(json.block) };
}

function parseBlock(json: BlockJson): Block {
  return {
    attributes: mapValues(json.attributes ?? {}, (attribute) => ({
      type: parseType(attribute.type),
      required: attribute.required ?? false,
      optional: attribute.optional ?? false,
      computed: attribute.computed ?? false,
      sensitive: attribute.sensitive ?? false,
      deprecated: attribute.deprecated ?? false,
    })),
    blocks: mapValues(json.block_types ?? {}, (nested) => ({
      nesting: parseNesting(nested.nesting_mode),
      block: parseBlock(nested.block),
      minItems: nested.min_items ?? 0,
      maxItems: nested.max_items ?? 0,
    })),
  };
}

function parseNesting(mode: string): NestedBlock["nesting"] {
  if (mode === "single" || mode === "list" || mode === "set") return mode;
  throw new Error(`a nesting mode that no resource here uses: ${mode}`);
}

/** The type of the whole object: attributes and blocks side by side. */
export function typeOfBlock(block: Block): Type & { kind: "object" } {
  return {
    kind: "object",
    attributes: {
      ...mapValues(block.attributes, (attribute) => attribute.type),
      ...mapValues(block.blocks, (nested) => typeOfNested(nested)),
    },
  };
}

export function typeOfNested(nested: NestedBlock): Type {
  const element = typeOfBlock(nested.block);
  return nested.nesting === "single" ? element : { kind: nested.nesting, element };
}
