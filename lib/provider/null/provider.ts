import { randomInt } from "node:crypto";
import type { Provider } from "../provider";
import { readSchemas, type ProviderSchemasJson } from "../schemas";
import json from "./schema.json";

const schemas = readSchemas(json as ProviderSchemasJson);

/** hashicorp/null: an object that is nothing but its triggers. Provisioners hang on it; Terraform itself runs those. */
export const nullProvider: Provider<true> = {
  source: "hashicorp/null",
  version: "3.2.4",
  schema: schemas.provider,
  behaviours: {},
  resources: {
    null_resource: {
      schema: schemas.resource("null_resource"),
      behaviours: { triggers: { forceNew: true, removedIsNull: true } },
      create: async (desired) => ({ state: { ...desired, id: String(randomInt(2 ** 47)) } }),
      read: async (state) => ({ state }),
      remove: async () => undefined,
    },
  },
  dataSources: {},
  configure: async () => true,
};
