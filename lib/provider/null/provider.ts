import { randomInt } from "node:crypto";
import { asMap, type Plan } from "../plan/planner";
import { UNKNOWN, type Value, type ValueMap } from "../protocol/value";
import type { Provider } from "../provider";
import { readSchemas, type ProviderSchemasJson } from "../schemas";
import json from "./schema.json";

/**
 * The real one is not built with the same kit as the other provider: what is configured is planned as it stands, and
 * null is not the same as an empty map. An entry that is null has never been kept, so it is no reason for a new object.
 */
function planTriggers(prior: ValueMap | null, proposed: ValueMap): Plan {
  const planned = { ...proposed, id: prior?.["id"] ?? UNKNOWN };
  const replaces = prior !== null && differ(prior["triggers"] ?? null, proposed["triggers"] ?? null);
  return { planned, replaces: replaces ? [["triggers"]] : [] };
}

function differ(before: Value, after: Value): boolean {
  const [former, wanted] = [asMap(before), asMap(after)];
  const added = Object.entries(wanted).some(([key, entry]) => entry !== (former[key] ?? null));
  return added || Object.keys(former).some((key) => !(key in wanted));
}

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
      behaviours: {},
      plan: planTriggers,
      create: async (desired) => ({ state: { ...desired, id: String(randomInt(2 ** 47)) } }),
      read: async (state) => ({ state }),
      remove: async () => undefined,
    },
  },
  dataSources: {},
  configure: async () => true,
};
