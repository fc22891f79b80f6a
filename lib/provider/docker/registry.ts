import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { ValueMap } from "../protocol/value";
import { messageOf } from "../protocol/diagnostic";
import type { RegistryAuth } from "./meta";
import { whyUnread } from "./unread";
import { flag, text } from "./values";

/** Credentials by host name, from the provider's `registry_auth` blocks. */
export async function readRegistries(
  auths: ValueMap[],
  environment: NodeJS.ProcessEnv,
): Promise<Map<string, RegistryAuth>> {
  const registries = new Map<string, RegistryAuth>();
  for (const auth of auths) {
    const address = text(auth["address"]);
    const serveraddress = /^https?:\/\//.test(address) ? address : `https://${address}`;
    const host = hostName(serveraddress);
    registries.set(host, { serveraddress, ...(await credentials(auth, host, environment)) });
  }
  return registries;
}

function hostName(url: string): string {
  return url.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}

interface Credentials {
  username: string;
  password: string;
}

async function credentials(auth: ValueMap, host: string, environment: NodeJS.ProcessEnv): Promise<Credentials> {
  // Some credentials must be sent even where none are checked.
  if (flag(auth["auth_disabled"])) return { username: "username", password: "password" };
  const username = text(auth["username"] ?? environment["DOCKER_REGISTRY_USER"] ?? "");
  if (username !== "") {
    return { username, password: text(auth["password"] ?? environment["DOCKER_REGISTRY_PASS"] ?? "") };
  }
  const content = text(auth["config_file_content"]);
  if (content !== "") {
    const config = parsing("Error parsing docker registry config json", () => parseConfig(content));
    const nothing = `couldn't find registry config for '${host}' in file content`;
    return credentialsIn(config, host, nothing);
  }
  const file = text(auth["config_file"] ?? (environment["DOCKER_CONFIG"] || "~/.docker/config.json"));
  if (file === "") return { username: "", password: "" };
  const absolute = file.startsWith("~/") ? path.join(homedir(), file.slice(2)) : file;
  const read = await readFile(absolute, "utf8").catch((problem: unknown) => {
    const why = whyUnread(absolute, problem);
    throw new Error(`could not open config file from filePath: ${absolute}. Error: ${why}`, { cause: problem });
  });
  const config = parsing("could not read and load config file", () => parseConfig(read));
  const unhelped = "could not get auth config (the credentialhelper did not work or was not found)";
  return credentialsIn(config, host, unhelped);
}

interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/** Docker's configuration of its command line. Each of its entries must be one, not only the one that is looked for. */
function parseConfig(content: string): DockerConfig {
  const config = JSON.parse(content) as DockerConfig;
  for (const { auth } of Object.values(config.auths ?? {})) decodeAuth(auth ?? "");
  return config;
}

function parsing<Result>(what: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (problem) {
    throw new Error(`${what}: ${messageOf(problem)}`, { cause: problem });
  }
}

function decodeAuth(auth: string): Credentials {
  if (auth === "") return { username: "", password: "" };
  const strange = auth.search(/[^A-Za-z0-9+/=]/);
  if (strange >= 0) throw new Error(`illegal base64 data at input byte ${strange}`);
  const [username = "", ...password] = Buffer.from(auth, "base64").toString("utf8").split(":");
  if (username === "" || password.length === 0) throw new Error("Invalid auth configuration file");
  return { username, password: password.join(":") };
}

/** What a helper knows, where one is named, else what stands in the configuration itself. @param unhelped how an error begins */
async function credentialsIn(config: DockerConfig, host: string, unhelped: string): Promise<Credentials> {
  const helper = config.credHelpers?.[host] ?? config.credsStore ?? "";
  if (helper !== "") return fromHelper(helper, host, unhelped);
  const auths = config.auths ?? {};
  const entry = auths[host] ?? Object.entries(auths).find(([address]) => hostName(address) === host)?.[1];
  if (entry?.auth !== undefined && entry.auth !== "") return decodeAuth(entry.auth);
  return { username: entry?.username ?? "", password: entry?.password ?? "" };
}

/** Docker's credential helpers take the host on stdin and answer in JSON. */
async function fromHelper(helper: string, host: string, failure: string): Promise<Credentials> {
  const running = promisify(execFile)(`docker-credential-${helper}`, ["get"]);
  running.child.stdin?.on("error", () => undefined).end(host);
  try {
    const { Username: username, Secret: password } = JSON.parse((await running).stdout) as {
      Username?: string;
      Secret?: string;
    };
    return { username: username ?? "", password: password ?? "" };
  } catch (problem) {
    const { stdout } = problem as { stdout?: unknown };
    // A helper that works and knows nothing of this registry.
    if (String(stdout).includes("credentials not found in native keychain")) return { username: "", password: "" };
    throw new Error(`${failure}: ${messageOf(problem)}`, { cause: problem });
  }
}
