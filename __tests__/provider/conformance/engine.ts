import { openEngine } from "../../../lib/provider/docker/connect";
import { EngineError } from "../../../lib/provider/docker/engine";
import type { Json, JsonObject } from "./case";
import { byText, filled, isObject, namesSubnets, scrub } from "./scrub";

/** What lies on the engine under a case's names: a selection of what it tells about each, read only. */
const engine = openEngine({
  host: process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock",
  sshOptions: [],
  ca: "",
  cert: "",
  key: "",
  certPath: "",
});

async function get<Answer>(path: string): Promise<Answer | undefined> {
  try {
    return await engine.request<Answer>("GET", path);
  } catch (problem) {
    if (problem instanceof EngineError && problem.notFound) return undefined;
    throw problem;
  }
}

async function list(path: string, names: (entry: JsonObject) => string[], key?: string): Promise<string[]> {
  const answer = await get<Json>(path);
  const entries = key === undefined || !isObject(answer) ? answer : answer[key];
  return (Array.isArray(entries) ? entries.filter(isObject) : []).flatMap(names);
}

export interface Names {
  containers: string[];
  networks: string[];
  volumes: string[];
  images: string[];
}

/** Everything there is with a name that the text of the case holds. */
export async function namesOnEngine(text: string): Promise<Names> {
  const known = (name: string) => {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return name.startsWith("cf-") && new RegExp(`(?<![\\w.-])${escaped}(?![\\w-])`).test(text);
  };
  const strings = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
  const [containers, networks, volumes, images] = await Promise.all([
    list("/containers/json?all=1", (entry) => strings(entry["Names"]).map((name) => name.slice(1))),
    list("/networks", (entry) => [String(entry["Name"])]),
    list("/volumes", (entry) => [String(entry["Name"])], "Volumes"),
    list("/images/json", (entry) => strings(entry["RepoTags"])),
  ]);
  const ours = (names: string[]) => names.filter(known).sort();
  return { containers: ours(containers), networks: ours(networks), volumes: ours(volumes), images: ours(images) };
}

export async function onEngine(text: string, folder: string): Promise<JsonObject> {
  const names = await namesOnEngine(text);
  const found: JsonObject = {};
  for (const name of names.containers) await put(found, `container ${name}`, containerFacts(name, text, folder));
  for (const name of names.networks) await put(found, `network ${name}`, networkFacts(name, text));
  for (const name of names.volumes) await put(found, `volume ${name}`, volumeFacts(name));
  for (const tag of names.images) found[`image ${tag}`] = {};
  return scrub(found, folder) as JsonObject;
}

async function put(found: JsonObject, key: string, facts: Promise<Json | undefined>): Promise<void> {
  const value = await facts;
  if (value !== undefined) found[key] = value;
}

const CONFIG_FROM_IMAGE = ["User", "Cmd", "Entrypoint", "WorkingDir", "StopSignal", "Healthcheck"];
const CONFIG = ["Domainname", "Tty", "OpenStdin", "StopTimeout"];
const HOST_CONFIG = (
  "Binds NetworkMode PortBindings RestartPolicy CapAdd CapDrop Dns DnsOptions DnsSearch ExtraHosts GroupAdd Init PidMode " +
  "Privileged PublishAllPorts ReadonlyRootfs SecurityOpt Sysctls Tmpfs Memory MemorySwap CpuShares CpuPeriod CpuQuota " +
  "CpusetCpus NanoCpus LogConfig Ulimits Mounts Devices AutoRemove UsernsMode"
).split(" ");
const HOST_CONFIG_SETS =
  "Binds CapAdd CapDrop Devices Dns DnsOptions DnsSearch ExtraHosts GroupAdd Mounts SecurityOpt Ulimits".split(" ");
const DEFAULT_SHM_SIZE = 67108864;

function pick(source: JsonObject, names: string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, source[name] ?? null]));
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function array(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

async function containerFacts(name: string, text: string, folder: string): Promise<Json | undefined> {
  const container = await get<JsonObject>(`/containers/${name}/json`);
  if (container === undefined) return undefined;
  const image = object((await get<JsonObject>(`/images/${String(container["Image"])}/json`))?.["Config"]);
  const state = object(container["State"]);
  // In a crash loop it is the one and the other by turns.
  const status = String(state["Status"]).replace("restarting", "running");
  const facts = {
    Config: configFacts(object(container["Config"]), image, text),
    HostConfig: hostConfigFacts(object(container["HostConfig"]), folder),
  };
  return {
    Status: status,
    ...(status === "exited" ? { ExitCode: state["ExitCode"] ?? null } : {}),
    ...object(filled(facts)),
    Networks: networksFacts(container, text),
  };
}

function configFacts(config: JsonObject, image: JsonObject, text: string): JsonObject {
  const own = CONFIG_FROM_IMAGE.filter((name) => JSON.stringify(config[name]) !== JSON.stringify(image[name]));
  const inherited = new Set(array(image["Env"]).map(String));
  const imageLabels = object(image["Labels"]);
  const labels = Object.entries(object(config["Labels"])).filter(([label]) => !(label in imageLabels));
  const environment = array(config["Env"]).map(String);
  return {
    ...pick(config, own),
    ...pick(config, CONFIG),
    Env: environment.filter((entry) => !inherited.has(entry) && !entry.startsWith("PATH=")).sort(),
    Labels: Object.fromEntries(labels),
    ...(text.includes(`"${String(config["Hostname"])}"`) ? { Hostname: config["Hostname"] ?? null } : {}),
  };
}

function hostConfigFacts(host: JsonObject, folder: string): JsonObject {
  const facts = pick(host, HOST_CONFIG);
  for (const name of HOST_CONFIG_SETS) facts[name] = byText(array(scrub(facts[name] ?? [], folder)));
  if (host["ShmSize"] !== DEFAULT_SHM_SIZE) facts["ShmSize"] = host["ShmSize"] ?? null;
  return facts;
}

function networksFacts(container: JsonObject, text: string): JsonObject {
  const shortId = String(container["Id"]).slice(0, 12);
  const networks = Object.entries(object(object(container["NetworkSettings"])["Networks"]));
  return Object.fromEntries(
    networks.map(([name, value]) => {
      const endpoint = object(value);
      const aliases = new Set(
        array(endpoint["Aliases"])
          .map(String)
          .filter((alias) => alias !== shortId),
      );
      const address = String(endpoint["IPAddress"] ?? "");
      const facts = {
        IPAMConfig: endpoint["IPAMConfig"] ?? null,
        Aliases: [...aliases].sort(),
        IPAddress: address !== "" && text.includes(address) ? address : null,
      };
      return [name, filled(facts)];
    }),
  );
}

async function networkFacts(name: string, text: string): Promise<Json | undefined> {
  const network = await get<JsonObject>(`/networks/${name}`);
  if (network === undefined) return undefined;
  const ipam = object(network["IPAM"]);
  const configured = (pool: Json) => text.includes(String(object(pool)["Subnet"] ?? "").split("/")[0] ?? "");
  return filled({
    ...pick(network, ["Driver", "Internal", "Attachable", "EnableIPv6", "Options", "Labels"]),
    IPAM: {
      Driver: ipam["Driver"] ?? null,
      Config: namesSubnets(text) ? array(ipam["Config"]).filter(configured) : [],
    },
  });
}

async function volumeFacts(name: string): Promise<Json | undefined> {
  const volume = await get<JsonObject>(`/volumes/${name}`);
  return volume === undefined ? undefined : filled(pick(volume, ["Driver", "Labels", "Options"]));
}
