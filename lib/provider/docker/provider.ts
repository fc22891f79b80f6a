import type { Behaviours } from "../plan/behaviour";
import type { ValueMap } from "../protocol/value";
import type { Provider } from "../provider";
import { readSchemas, type ProviderSchemasJson } from "../schemas";
import { checkCertPath, contextHost, openEngine } from "./connect";
import { containerResource } from "./container/resource";
import type { Engine } from "./engine";
import { imageDataSource, imageResource } from "./image";
import { doing, type DockerMeta } from "./meta";
import { networkDataSource, networkResource } from "./network";
import { readRegistries } from "./registry";
import json from "./schema.json";
import { blocks, flag, text, texts } from "./values";
import { volumeResource } from "./volume";

const schemas = readSchemas(json as unknown as ProviderSchemasJson);

const behaviours: Behaviours = {
  "registry_auth.address": {
    check: (address) =>
      address === "" ? 'expected "registry_auth.0.address" to not be an empty string, got ' : undefined,
  },
};

/** kreuzwerker/docker, as far as README.md says. */
export const dockerProvider: Provider<DockerMeta> = {
  source: "kreuzwerker/docker",
  version: "3.6.2",
  schema: schemas.provider,
  behaviours,
  resources: {
    docker_container: containerResource(schemas.resource("docker_container")),
    docker_image: imageResource(schemas.resource("docker_image")),
    docker_network: networkResource(schemas.resource("docker_network")),
    docker_volume: volumeResource(schemas.resource("docker_volume")),
  },
  dataSources: {
    docker_image: imageDataSource(schemas.dataSource("docker_image")),
    docker_network: networkDataSource(schemas.dataSource("docker_network")),
  },
  configure: (config, signal) => configure(config, signal, process.env),
};

const DEFAULT_HOST = "unix:///var/run/docker.sock";

async function configure(config: ValueMap, signal: AbortSignal, environment: NodeJS.ProcessEnv): Promise<DockerMeta> {
  // Empty text was said; only what was not said comes from the environment.
  const setting = (name: string, variable: string) => text(config[name] ?? environment[variable] ?? "");
  const context = setting("context", "DOCKER_CONTEXT");
  const host =
    context === ""
      ? text(config["host"] ?? (environment["DOCKER_HOST"] || DEFAULT_HOST))
      : await doing(`Error loading Docker context '${context}'`, contextHost(context));
  const sshOptions = texts(config["ssh_opts"]);
  const settings = {
    host,
    sshOptions:
      sshOptions.length > 0 ? sshOptions : (environment["DOCKER_SSH_OPTS"] ?? "").split(/\s+/).filter(Boolean),
    ca: setting("ca_material", "DOCKER_CA_MATERIAL"),
    cert: setting("cert_material", "DOCKER_CERT_MATERIAL"),
    key: setting("key_material", "DOCKER_KEY_MATERIAL"),
    certPath: setting("cert_path", "DOCKER_CERT_PATH"),
  };
  const engine = openEngine(settings);
  await doing("Error initializing Docker client", checkCertPath(settings));
  if (!flag(config["disable_docker_daemon_check"])) await ping(engine, signal);
  const registries = readRegistries(blocks(config["registry_auth"]), environment);
  return { engine, registries: await doing("Error loading registry auth config", registries) };
}

async function ping(engine: Engine, signal: AbortSignal): Promise<void> {
  const { host } = engine;
  const what = `Error pinging Docker server, please make sure that ${host} is reachable and has a  '_ping' endpoint. Error`;
  await doing(what, engine.request("GET", "/_ping", { signal }));
}
