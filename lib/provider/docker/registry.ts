import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { ValueMap } from "../protocol/value";
import type { RegistryAuth } from "./meta";
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
  const username = text(auth["username"]) || (environment["DOCKER_REGISTRY_USER"] ?? "");
  if (username !== "") {
    return { username, password: text(auth["password"]) || (environment["DOCKER_REGISTRY_PASS"] ?? "") };
  }
  const content = text(auth["config_file_content"]);
  if (content !== "") return fromConfig(content, host, "config_file_content");
  const file = text(auth["config_file"]) || environment["DOCKER_CONFIG"] || "~/.docker/config.json";
  const absolute = file.startsWith("~/") ? path.join(homedir(), file.slice(2)) : file;
  const read = await readFile(absolute, "utf8").catch((problem: Error) => {
    throw new Error(`could not open config file from filePath: ${absolute}. Error: ${problem.message}`);
  });
  return fromConfig(read, host, absolute);
}

interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

async function fromConfig(content: string, host: string, where: string): Promise<Credentials> {
  let config: DockerConfig;
  try {
    config = JSON.parse(content) as DockerConfig;
  } catch (problem) {
    throw new Error(`Error parsing docker registry config json (${where}): ${String(problem)}`, { cause: problem });
  }
  const helper = config.credHelpers?.[host] ?? config.credsStore;
  if (helper !== undefined && helper !== "") return fromHelper(helper, host);
  const entry = Object.entries(config.auths ?? {}).find(([address]) => hostName(address) === host)?.[1];
  if (entry?.auth !== undefined && entry.auth !== "") {
    const [username = "", ...password] = Buffer.from(entry.auth, "base64").toString("utf8").split(":");
    return { username, password: password.join(":") };
  }
  return { username: entry?.username ?? "", password: entry?.password ?? "" };
}

/** Docker's credential helpers take the host on stdin and answer in JSON. */
async function fromHelper(helper: string, host: string): Promise<Credentials> {
  const running = promisify(execFile)(`docker-credential-${helper}`, ["get"]);
  running.child.stdin?.end(host);
  try {
    const { Username: username, Secret: password } = JSON.parse((await running).stdout) as {
      Username?: string;
      Secret?: string;
    };
    return { username: username ?? "", password: password ?? "" };
  } catch (problem) {
    throw new Error(
      `could not get auth config (the credentialhelper did not work or was not found): ${String(problem)}`,
      { cause: problem },
    );
  }
}
