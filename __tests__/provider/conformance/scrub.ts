import { BlockList, isIPv6 } from "node:net";
import type { Json, JsonObject } from "./case";

/** What varies from run to run becomes "*"; what means nothing is left out; what has no order is sorted. */
const HEX64 = /[0-9a-f]{64}/g;
const CIDR = /[0-9a-f.:]+\/\d+/g;

/** Collections whose order the provider does not promise. */
const UNORDERED = new Set(
  (
    "env dns dns_opts dns_search group_add security_opts add drop labels host aliases networks_advanced volumes upload " +
    "ulimit devices mounts ipam_config pull_triggers network_data"
  ).split(" "),
);

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the run's own folder, ids and image ids. */
export function scrub(value: Json, folder: string): Json {
  if (Array.isArray(value)) return value.map((element) => scrub(element, folder));
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, entry]) => [scrub(key, folder), scrub(entry, folder)]);
    return Object.fromEntries(entries) as JsonObject;
  }
  if (typeof value !== "string") return value;
  const text = value.replaceAll(folder, "@TMP@");
  return text.startsWith("sha256:") ? "*" : text.replace(HEX64, "*");
}

/** Without what is null or zero. */
export function filled(value: Json): Json {
  if (Array.isArray(value)) return value.map(filled);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, entry]): [string, Json] => [key, filled(entry)]);
  return Object.fromEntries(entries.filter(([, entry]) => !isZero(entry)));
}

function isZero(value: Json): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

export function ordered(value: Json, key?: string): Json {
  // Standard output and standard error are two pipes: which line the engine reads first is chance.
  if (key === "container_logs" && typeof value === "string") return value.split("\n").sort().join("\n");
  if (isObject(value)) {
    const entries = Object.entries(value).map(([name, entry]) => [name, ordered(entry, name)]);
    return Object.fromEntries(entries) as JsonObject;
  }
  if (!Array.isArray(value)) return value;
  const elements = value.map((element) => ordered(element));
  return key !== undefined && UNORDERED.has(key) ? byText(elements) : elements;
}

export function byText<Element>(elements: Element[]): Element[] {
  return elements
    .map((element) => ({ element, text: stable(element) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ element }) => element);
}

/** JSON with sorted keys. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** The attributes of a resource in the state, with "*" for what the configuration did not fix. */
export function maskedState(type: string, attributes: JsonObject, config: JsonObject, text: string): JsonObject {
  const values = structuredClone(Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null)));
  delete values["timeouts"];
  const star = (name: string) => {
    const value = values[name];
    if (value !== undefined && !isZero(value)) values[name] = "*";
  };
  if (type !== "docker_volume") star("id");
  switch (type) {
    case "docker_volume":
      star("mountpoint");
      break;
    case "docker_image":
      star("image_id");
      star("repo_digest");
      break;
    case "docker_network":
      maskPools(values, config);
      break;
    case "docker_container":
      maskContainer(values, config, text, star);
      break;
  }
  return values;
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];
}

function maskPools(values: JsonObject, config: JsonObject): void {
  if (objects(config["ipam_config"]).length > 0) return;
  for (const pool of objects(values["ipam_config"])) {
    for (const name of ["subnet", "gateway"]) if (pool[name]) pool[name] = "*";
  }
}

const FROM_IMAGE = ["command", "entrypoint", "stop_signal", "user", "working_dir"];

function maskContainer(values: JsonObject, config: JsonObject, text: string, star: (name: string) => void): void {
  // What the configuration leaves to the image is left out.
  for (const name of FROM_IMAGE) if ((config[name] ?? null) === null) values[name] = null;
  if ((config["hostname"] ?? null) === null) star("hostname");
  for (const network of objects(values["network_data"])) maskNetwork(network, text);
  const configured = objects(config["ports"]);
  for (const port of objects(values["ports"])) {
    if (configured.some((own) => own["external"] === port["external"])) continue;
    port["external"] = port["external"] ? "*" : 0;
  }
}

function maskNetwork(network: JsonObject, text: string): void {
  const address = String(network["ip_address"] ?? "");
  const named = (value: Json | undefined) => text.includes(`"${String(value)}"`);
  const configured = address === "" || inConfiguredSubnet(address, text);
  if (address !== "" && !named(address)) network["ip_address"] = "*";
  if (!configured) {
    network["ip_prefix_length"] = "*";
    network["gateway"] = network["gateway"] ? "*" : "";
  }
  if (network["global_ipv6_address"] && !named(network["global_ipv6_address"])) network["global_ipv6_address"] = "*";
  network["mac_address"] = network["mac_address"] ? "*" : "";
}

function inConfiguredSubnet(address: string, text: string): boolean {
  return [...text.matchAll(CIDR)].some(([cidr]) => {
    const [network = "", length = ""] = cidr.split("/");
    const subnet = new BlockList();
    try {
      subnet.addSubnet(network, Number(length), isIPv6(network) ? "ipv6" : "ipv4");
    } catch {
      return false; // looks like one and is none
    }
    return subnet.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  });
}

/** Whether the text names any subnet at all. */
export function namesSubnets(text: string): boolean {
  return text.match(CIDR) !== null;
}
