import { spawn } from "child_process";
import { constants } from "fs";
import { access, open } from "fs/promises";
import { join } from "path";
import { onEngine } from "../checks/command";
import type { DeployedLab } from "../checks/deployed";
import { execute } from "../engine/execute";
import { complaintOf } from "../engine/complaint";
import { isRemote } from "../engine/remote";
import { CERTIFICATES, certificateFolder, isTls } from "../engine/tls";
import { LABEL } from "../topology/identity";
import { Unfit } from "../topology/refusal";

type Owned = Pick<DeployedLab, "id" | "instance" | "engines">;

const ASK_TIMEOUT_MS = 30_000;
const HAND_IN_TIMEOUT_MS = 300_000;

/** Those of a lab's engines that are machines of their own, by their addresses. */
export function remotesOf({ engines = [] }: Pick<DeployedLab, "engines">): string[] {
  return engines.map(({ container }) => container).filter(isRemote);
}

/** Why a lab's remote engines cannot be used, in words for a person; empty where they can, or where there are none. */
export async function remoteObstacles(lab: Pick<DeployedLab, "engines">): Promise<string[]> {
  return (await Promise.all(remotesOf(lab).map(obstacle))).flat();
}

function obstacle(address: string): Promise<string[]> {
  return isTls(address) ? obstacleByTls(address, certificateFolder(process.env)) : obstacleBySsh(address);
}

async function obstacleBySsh(address: string): Promise<string[]> {
  const user = await execute(onEngine(address, ["id", "-u"]), ASK_TIMEOUT_MS);
  if (user.exit !== 0)
    return [
      `${address} cannot be entered: ${complaintOf(user)}${HINTS.find(([words]) => words.test(user.stderr))?.[1] ?? ""}`,
    ];
  if (user.stdout.trim() !== "0") {
    return [`on ${address} one is not root, who alone may look into namespaces and at packets there: ssh://root@…`];
  }
  const engine = await execute(onEngine(address, ["docker", "version", "--format", "{{.Server.Os}}"]), ASK_TIMEOUT_MS);
  if (engine.exit !== 0) return [`no Docker engine answers on ${address}: ${complaintOf(engine)}`];
  return [];
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /Host key verification failed/,
    ". Its key is not known here: compare it with what the machine itself says, then enter once by hand (ssh)",
  ],
  [/Permission denied/, ". No key of yours is accepted there (ssh-copy-id); passwords are not asked for"],
];

async function obstacleByTls(address: string, folder: string): Promise<string[]> {
  for (const name of CERTIFICATES) {
    const unreadable = await access(join(folder, name), constants.R_OK).catch((problem: Error) => problem);
    if (unreadable === undefined) continue;
    const needed = `DOCKER_CERT_PATH names the folder with ${CERTIFICATES.join(", ")}`;
    return [`${address} is reached by TLS, and ${join(folder, name)} cannot be read. ${needed}`];
  }
  const engine = await execute(onEngine(address, ["docker", "version", "--format", "{{.Server.Os}}"]), ASK_TIMEOUT_MS);
  if (engine.exit === 0) return [];
  const [, meaning] = TLS_MEANINGS.find(([words]) => words.test(engine.stderr)) ?? [];
  const said = complaintOf(engine);
  return [
    meaning === undefined
      ? `no Docker engine answers at ${address}: ${said}`
      : `${address} ${meaning.replace("FOLDER", folder)} (${said})`,
  ];
}

/** What Go's TLS says, as far as a person can mend it. What the engine says of one's own certificate is a remote error. */
const TLS_MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /gave HTTP response to HTTPS client|does not look like a TLS handshake/,
    "does not speak TLS: whoever reaches that port is root on the machine. With dockerd --tlsverify it does",
  ],
  [/remote error: tls: /, "does not accept cert.pem of FOLDER"],
  [/signed by unknown authority/, "shows a certificate of another authority than ca.pem of FOLDER"],
  [
    /certificate is (?:not )?valid for|doesn't contain any IP SANs|is not valid for any names/,
    "shows a certificate that is for other names than this; reach it by one of those, or give it one for this",
  ],
  [/certificate has expired or is not yet valid/, "shows a certificate that is not valid at this time"],
];

/**
 * Gives images to a remote engine that does not have the same already.
 * @param archive the images, as `docker save` writes it
 * @throws Unfit when the engine does not take it
 */
export async function handInImages(address: string, images: readonly string[], archive: string): Promise<void> {
  const ask = ["docker", "image", "inspect", "--format", "{{.Id}}", ...images];
  const [here, there] = await Promise.all([ask, onEngine(address, ask)].map((argv) => execute(argv, ASK_TIMEOUT_MS)));
  if (here?.exit === 0 && here.stdout === there?.stdout) return;
  const file = await open(archive);
  try {
    const [program = "", ...args] = onEngine(address, ["docker", "load", "--quiet"]);
    const child = spawn(program, args, { stdio: [file.fd, "ignore", "pipe"], timeout: HAND_IN_TIMEOUT_MS });
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const exit = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
    if (exit !== 0)
      throw new Unfit(`image ${images.join(", ")} cannot be given to ${address}: ${complaintOf({ stderr })}`);
  } finally {
    await file.close();
  }
}

/** Removes what carries a lab's labels on remote engines, and leaves the swarm that the lab has formed, if it has. */
export async function clearRemotes(lab: Owned): Promise<{ removed: string[]; left: string[] }> {
  const [manager, ...workers] = remotesOf(lab);
  const removed: string[] = [];
  const left: string[] = [];
  const addresses = manager === undefined ? [] : [...workers, manager];
  for (const address of addresses) {
    const there = await execute(onEngine(address, ["docker", "ps", "--quiet"]), ASK_TIMEOUT_MS);
    if (there.exit !== 0) {
      left.push(`what is on ${address}, if anything: ${complaintOf(there)}`);
      continue;
    }
    removed.push(...(await removeListed(address, lab, ["ps", "--all", "--format", "{{.Names}}"], ["rm", "--force"])));
    removed.push(...(await removeListed(address, lab, ["network", "ls", "--format", "{{.Name}}"], ["network", "rm"])));
  }
  if (manager !== undefined && left.length === 0) await leaveOwnSwarm(manager, workers, lab);
  for (const address of addresses)
    left.push(...(await listed(address, lab, ["ps", "--all", "--format", "{{.Names}}"])));
  return { removed, left };
}

async function removeListed(address: string, lab: Owned, list: string[], remove: string[]): Promise<string[]> {
  const names = await listed(address, lab, list);
  for (const name of names) await execute(onEngine(address, ["docker", ...remove, name]), ASK_TIMEOUT_MS);
  return names.map((name) => `${name} on ${address}`);
}

async function listed(address: string, { id, instance }: Owned, list: string[]): Promise<string[]> {
  const labels = [`label=${LABEL.lab}=${id}`, `label=${LABEL.instance}=${instance}`];
  const argv = ["docker", ...list, ...labels.flatMap((label) => ["--filter", label])];
  const { stdout } = await execute(onEngine(address, argv), ASK_TIMEOUT_MS);
  return stdout
    .trim()
    .split("\n")
    .filter((name) => name !== "");
}

/** Marks the swarm as the lab's: one that was there before carries no such mark, and is never left. */
export const swarmMark = ({ id, instance }: Pick<DeployedLab, "id" | "instance">): string[] => [
  ...["--label-add", `${LABEL.lab}=${id}`],
  ...["--label-add", `${LABEL.instance}=${instance}`],
];

/** Whether the swarm that an engine manages was formed by the lab. */
export async function isOwnSwarm(manager: string, { id, instance }: Owned): Promise<boolean> {
  const argv = [
    "docker",
    "node",
    "inspect",
    "self",
    "--format",
    `{{index .Spec.Labels "${LABEL.lab}"}} {{index .Spec.Labels "${LABEL.instance}"}}`,
  ];
  return (await execute(onEngine(manager, argv), ASK_TIMEOUT_MS)).stdout.trim() === `${id} ${instance}`;
}

async function leaveOwnSwarm(manager: string, workers: readonly string[], lab: Owned): Promise<void> {
  if (!(await isOwnSwarm(manager, lab))) return;
  for (const worker of workers) await execute(onEngine(worker, ["docker", "swarm", "leave"]), ASK_TIMEOUT_MS);
  await execute(onEngine(manager, ["docker", "swarm", "leave", "--force"]), ASK_TIMEOUT_MS);
}
