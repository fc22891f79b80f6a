import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { Container } from "@cdktf/provider-docker/lib/container";
import { Image } from "@cdktf/provider-docker/lib/image";
import { Network } from "@cdktf/provider-docker/lib/network";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import { DataDockerImage } from "@cdktf/provider-docker/lib/data-docker-image";
import { DataDockerNetwork } from "@cdktf/provider-docker/lib/data-docker-network";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { Testing, TerraformStack } from "cdktf";
import { dockerProvider } from "../../lib/provider/docker/provider";
import { METHODS } from "../../lib/provider/protocol/messages";
import type { Block, Schema } from "../../lib/provider/protocol/schema";
import { decodeMessage, encodeMessage, type Fields } from "../../lib/provider/protocol/wire";
import { PROVIDERS } from "../../lib/provider/providers";
import recorded from "./schema.json";

/** The schema as Terraform gets it: through the protocol, and back into the form Terraform prints. */
async function served(source: string): Promise<unknown> {
  const provider = PROVIDERS.find((known) => known.source === source);
  const method = provider?.open().methods["/tfplugin5.Provider/GetSchema"];
  if (method === undefined) throw new Error(`${source} serves no schema`);
  const { response } = METHODS.GetSchema;
  const answer = await method.handle({}, new AbortController().signal);
  const {
    provider: own,
    resourceSchemas,
    dataSourceSchemas,
  } = decodeMessage(response, encodeMessage(response, answer));
  return {
    provider: printed(own as Fields),
    ...(resourceSchemas === undefined ? {} : { resource_schemas: all(resourceSchemas as Fields) }),
    ...(dataSourceSchemas === undefined ? {} : { data_source_schemas: all(dataSourceSchemas as Fields) }),
  };
}

function all(schemas: Fields): Fields {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, printed(schema as Fields)]));
}

function printed(schema: Fields): Fields {
  return { version: schema["version"] ?? 0, block: printedBlock((schema["block"] ?? {}) as Fields) };
}

const NESTING = ["", "single", "list", "set"];

function printedBlock(block: Fields): Fields {
  const attributes = ((block["attributes"] ?? []) as Fields[]).map(({ name, type, ...flags }) => [
    name,
    { ...flags, type: JSON.parse(Buffer.from(type as Uint8Array).toString()) as unknown },
  ]);
  const blocks = ((block["blockTypes"] ?? []) as Fields[]).map((nested) => [
    nested["typeName"],
    {
      block: printedBlock((nested["block"] ?? {}) as Fields),
      nesting_mode: NESTING[nested["nesting"] as number],
      ...(nested["maxItems"] === undefined ? {} : { max_items: nested["maxItems"] }),
      ...(nested["minItems"] === undefined ? {} : { min_items: nested["minItems"] }),
    },
  ]);
  return {
    ...(attributes.length === 0 ? {} : { attributes: Object.fromEntries(attributes) as Fields }),
    ...(blocks.length === 0 ? {} : { block_types: Object.fromEntries(blocks) as Fields }),
  };
}

describe("the schemas", () => {
  test.each(["kreuzwerker/docker", "hashicorp/null"])("of %s are the real provider's", async (source) => {
    const real = (recorded as Record<string, unknown>)[`registry.terraform.io/${source}`];
    expect(await served(source)).toEqual(real);
  });
});

describe("the bindings in use know the same attributes:", () => {
  const names = ({ block }: Schema) => [...Object.keys(block.attributes), ...Object.keys(block.blocks)].sort();
  const resource = (name: string) => {
    const found = dockerProvider.resources[name];
    if (found === undefined) throw new Error(name);
    return found.schema;
  };
  const dataSource = (name: string) => {
    const found = dockerProvider.dataSources[name];
    if (found === undefined) throw new Error(name);
    return found.schema;
  };
  const stack = () => new TerraformStack(Testing.app(), "bindings");

  /** Everything set that can be set, to see what comes out under which name. */
  function bound(make: (stack: TerraformStack) => object): string[] {
    const made = make(stack()) as { synthesizeAttributes(): Record<string, unknown> };
    return Object.keys(made.synthesizeAttributes()).sort();
  }

  test.each<[string, Schema, (stack: TerraformStack) => object]>([
    ["docker_container", resource("docker_container"), (s) => new Container(s, "x", { name: "x", image: "x" })],
    ["docker_image", resource("docker_image"), (s) => new Image(s, "x", { name: "x" })],
    ["docker_network", resource("docker_network"), (s) => new Network(s, "x", { name: "x" })],
    ["docker_volume", resource("docker_volume"), (s) => new Volume(s, "x", {})],
    ["data docker_image", dataSource("docker_image"), (s) => new DataDockerImage(s, "x", { name: "x" })],
    ["data docker_network", dataSource("docker_network"), (s) => new DataDockerNetwork(s, "x", { name: "x" })],
    ["the provider", dockerProvider.schema, (s) => new DockerProvider(s, "x", {})],
  ])("%s", (_, schema, make) => {
    const settable = names(schema).filter((name) => isSettable(schema.block, name));
    const bindings = bound(make).filter((name) => name !== "alias");
    expect(bindings).toEqual(settable);
  });

  test("null_resource", () => {
    expect(bound((s) => new Resource(s, "x", {}))).toEqual(["triggers"]);
  });
});

function isSettable(block: Block, name: string): boolean {
  const attribute = block.attributes[name];
  return attribute === undefined || attribute.optional || attribute.required;
}

test.each(PROVIDERS)(
  "$source lets Terraform keep the schemas, instead of asking on each connection",
  async (provider) => {
    const answer = await provider
      .open()
      .methods["/tfplugin5.Provider/GetSchema"]?.handle({}, new AbortController().signal);
    const { response } = METHODS.GetSchema;
    const { serverCapabilities } = decodeMessage(response, encodeMessage(response, answer ?? {}));
    expect(serverCapabilities).toEqual({ getProviderSchemaOptional: true });
  },
);
