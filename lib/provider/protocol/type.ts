/** Terraform's types, as far as the schemas of the two providers use them. */
export type Type =
  | { kind: "string" | "number" | "bool" }
  | { kind: "list" | "set" | "map"; element: Type }
  | { kind: "object"; attributes: Record<string, Type> };

/** The JSON form of a type: `"string"`, `["list","string"]`, `["object",{…}]`. */
export type TypeJson =
  "string" | "number" | "bool" | ["list" | "set" | "map", TypeJson] | ["object", Record<string, TypeJson>];

const SCALARS = ["string", "number", "bool"] as const;
const COLLECTIONS = ["list", "set", "map"] as const;

export function parseType(json: unknown): Type {
  const scalar = SCALARS.find((name) => name === json);
  if (scalar !== undefined) return { kind: scalar };
  if (Array.isArray(json)) {
    const [name, inner] = json as unknown[];
    const collection = COLLECTIONS.find((kind) => kind === name);
    if (collection !== undefined) return { kind: collection, element: parseType(inner) };
    if (name === "object" && typeof inner === "object" && inner !== null) {
      return {
        kind: "object",
        attributes: mapValues(inner as Record<string, unknown>, (attribute) => parseType(attribute)),
      };
    }
  }
  throw new Error(`not a type that the providers' schemas use: ${JSON.stringify(json)}`);
}

export function typeToJson(type: Type): TypeJson {
  switch (type.kind) {
    case "string":
    case "number":
    case "bool":
      return type.kind;
    case "list":
    case "set":
    case "map":
      return [type.kind, typeToJson(type.element)];
    case "object":
      return ["object", mapValues(type.attributes, (attribute) => typeToJson(attribute))];
  }
}

export function mapValues<A, B>(record: Record<string, A>, change: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
