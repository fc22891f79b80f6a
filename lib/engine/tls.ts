import { homedir } from "os";
import { join, resolve } from "path";
import { TOOLBOX_IMAGE } from "./image";

/** Whether an engine is reached by TCP. That is always with TLS, and both sides show who they are. */
export function isTls(engine: string): boolean {
  return engine.startsWith("tcp://");
}

/** What each side is known by: the authority of the engine's certificate, one's own certificate, and its key. */
export const CERTIFICATES = ["ca.pem", "cert.pem", "key.pem"] as const;

/** The folder in which Docker's own command looks for {@link CERTIFICATES}. */
export function certificateFolder(environment: NodeJS.ProcessEnv): string {
  return resolve(environment["DOCKER_CERT_PATH"] || environment["DOCKER_CONFIG"] || join(homedir(), ".docker"));
}

/**
 * Paths that a person gave as seen from the folder they were in, for a program that Terraform starts in another one: Docker's
 * own command, which it runs, would look there.
 * @param environment is changed
 */
export function resolvePaths(environment: NodeJS.ProcessEnv, folder: string): void {
  for (const name of ["DOCKER_CERT_PATH", "DOCKER_CONFIG"]) {
    const path = environment[name];
    if (path) environment[name] = resolve(folder, path);
  }
}

/**
 * The API reaches the engine, and not its host: there, a container of the toolbox image looks, with the host's network and
 * processes, and with the folder by whose files the engine knows its namespaces. SYS_ADMIN is for entering those, NET_ADMIN
 * for those of containers that have it. It ends with its one command.
 */
const ON_HOST = [
  ...["run", "--rm", "--pull", "never", "--network", "host", "--pid", "host", "--userns", "host"],
  ...["--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN"],
  ...["--security-opt", "apparmor=unconfined", "--security-opt", "label=disable"],
  ...["--volume", "/run/docker/netns:/run/docker/netns:ro", "--entrypoint"],
];

/** The same program on the host of the engine at `tcp://host:port`: its arguments follow. */
export function tlsTo(address: string, program: string): string[] {
  const docker = ["docker", "--host", address, "--tlsverify"];
  return program === "docker" ? docker : [...docker, ...ON_HOST, program, TOOLBOX_IMAGE];
}

/** The command that is run there, or here where it goes nowhere; and whether a container of the toolbox runs it. */
export function withoutTls(argv: readonly string[]): { readonly argv: readonly string[]; readonly toolbox: boolean } {
  const [docker, option, address = "", verify, ...rest] = argv;
  if (docker !== "docker" || option !== "--host" || verify !== "--tlsverify") return { argv, toolbox: false };
  const toolbox = ON_HOST.every((word, index) => rest[index] === word);
  if (!toolbox) return { argv: ["docker", ...rest], toolbox };
  const program = rest[ON_HOST.length] ?? "";
  return { argv: [program, ...argv.slice(tlsTo(address, program).length)], toolbox };
}
