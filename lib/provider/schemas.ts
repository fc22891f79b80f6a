import { parseSchema, type Schema, type SchemaJson } from "./protocol/schema";
import { mapValues } from "./protocol/type";

/** The schemas of a provider as `terraform providers schema -json` prints them. */
export interface ProviderSchemasJson {
  provider: SchemaJson;
  resource_schemas: Record<string, SchemaJson>;
  data_source_schemas: Record<string, SchemaJson>;
}

export interface ProviderSchemas {
  provider: Schema;
  resource(name: string): Schema;
  dataSource(name: string): Schema;
}

export function readSchemas(json: ProviderSchemasJson): ProviderSchemas {
  const resources = mapValues(json.resource_schemas, parseSchema);
  const dataSources = mapValues(json.data_source_schemas, parseSchema);
  return {
    provider: parseSchema(json.provider),
    resource: (name) => known(resources, name),
    dataSource: (name) => known(dataSources, name),
  };
}

function known(schemas: Record<string, Schema>, name: string): Schema {
  const schema = schemas[name];
  if (schema === undefined) throw new Error(`no schema for ${name}`);
  return schema;
}
