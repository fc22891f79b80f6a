import { z } from "zod";
import { quoted, typed } from "../engine/shell";
import { isSsh, sshTo, sshWord } from "../engine/ssh";
import { isTls, tlsTo } from "../engine/tls";

/** The container of the throw-away engine that something is on, or the address of a remote one; absent for the local engine. */
export const EngineContainer = z.string().optional();

/**
 * Something that is known only while the lab runs. In a command that a person types it becomes the command that finds
 * it out; in a command that the runner executes, its value.
 */
export const Reference = z.discriminatedUnion("ref", [
  /** The process id of a container's first process, on its engine's host. */
  z.strictObject({ ref: z.literal("container-pid"), container: z.string(), engine: EngineContainer }),
  /** The first twelve digits of a container's id, by which people and its network know it. */
  z.strictObject({ ref: z.literal("short-id"), container: z.string() }),
  /** When a container was started last. */
  z.strictObject({ ref: z.literal("container-start"), container: z.string() }),
  /** The same of a remote machine's container, which is one only as long as its wire leads to the host. */
  z.strictObject({ ref: z.literal("remote-pid"), container: z.string(), wire: z.string(), lab: z.string() }),
  /** The process id of the engine's daemon. */
  z.strictObject({ ref: z.literal("engine-pid") }),
  /** A container's address on one of the engine's networks. */
  z.strictObject({
    ref: z.literal("container-address"),
    container: z.string(),
    network: z.string(),
    engine: EngineContainer,
  }),
  /** The file by which the namespace of one of the engine's overlay networks is known: its VXLAN interface lies in it. */
  z.strictObject({ ref: z.literal("overlay-namespace"), network: z.string(), engine: z.string() }),
  /** The Linux bridge behind one of the engine's networks. */
  z.strictObject({ ref: z.literal("bridge"), network: z.string() }),
  /** The id of an image, as an engine has it under a name: by an id nobody looks for a newer one elsewhere. */
  z.strictObject({ ref: z.literal("image-id"), image: z.string(), engine: z.string() }),
  /** The address on a network of the one task that a service has on an engine. */
  z.strictObject({ ref: z.literal("task-address"), service: z.string(), network: z.string(), engine: z.string() }),
  /** A word that no other run has, for what a check itself makes: two runs at once are not in each other's way. */
  z.strictObject({ ref: z.literal("this-run") }),
  /** A word that no other look has: what is found with it later is of this look. */
  z.strictObject({ ref: z.literal("this-look") }),
  /** Every IPv4 address of the host, one after the other: the command is run once for each. */
  z.strictObject({ ref: z.literal("each-host-address") }),
]);
export type Reference = z.infer<typeof Reference>;

/** One argument: text, or text with references in it. */
export const Word = z.union([z.string(), z.array(z.union([z.string(), Reference]))]);
export type Word = z.infer<typeof Word>;

/** A program and its arguments. Never a shell string: nothing in it is ever interpreted. */
export type Command = readonly Word[];

export const containerPid = (container: string, engine?: string): Reference => ({
  ref: "container-pid",
  container,
  ...(engine === undefined ? {} : { engine }),
});
export const shortId = ({ container }: { container: string }): Reference => ({ ref: "short-id", container });
export const containerStart = (container: string): Reference => ({ ref: "container-start", container });
export const remotePid = (remote: { container: string; wire: string; lab: string }): Reference => ({
  ref: "remote-pid",
  container: remote.container,
  wire: remote.wire,
  lab: remote.lab,
});
export const enginePid: Reference = { ref: "engine-pid" };
/** A name that only this run has: of a container that a check makes and removes. */
export const ofThisRun = (name: string): Word => [`${name}-`, { ref: "this-run" }];
export const eachHostAddress: Reference = { ref: "each-host-address" };

/** The same command on an engine's host: inside the container that the engine runs in, by ssh, by TLS, or here. */
export function onEngine(engine: string | undefined, command: readonly string[]): string[];
export function onEngine(engine: string | undefined, command: Command): Command;
export function onEngine(engine: string | undefined, command: Command): Command {
  if (engine === undefined) return command;
  if (isSsh(engine)) return [...sshTo(engine), ...command.map(remoteWord)];
  const [program, ...args] = command;
  if (isTls(engine) && typeof program === "string") return [...tlsTo(engine, program), ...args];
  return ["docker", "exec", engine, ...command];
}

/** What a reference stands for needs no quoting: ids, addresses, paths of the engine's own. */
function remoteWord(word: Word): Word {
  if (typeof word === "string") return sshWord(word);
  return word.map((part) => (typeof part === "string" && part !== "" ? sshWord(part) : part));
}

/** Who is on a network of an engine, as that engine tells: tasks as `service.slot.id`, each with its address. */
export const tasksOn = (network: string): string[] => [
  ...["docker", "network", "inspect", "-f"],
  ...["{{range .Containers}}{{println .Name .IPv4Address}}{{end}}", network],
];

/** The addresses of a service's tasks in what the engine tells of a network. */
export function taskAddresses(told: string, service: string): string[] {
  return told.split("\n").flatMap((line) => {
    const [name = "", address = ""] = line.split(" ");
    return name.startsWith(`${service}.`) ? [address.replace(/\/.*/, "")] : [];
  });
}

/** What a reference stands for now. Several values only where the reference says "each". */
export type Resolve = (reference: Reference) => Promise<readonly string[]>;

/** The argument lists to execute: one, or one for each value of a reference that has several. */
export async function resolved(command: Command, resolve: Resolve): Promise<string[][]> {
  let lists: string[][] = [[]];
  for (const word of command) {
    const values = await resolvedWord(word, resolve);
    lists = lists.flatMap((list) => values.map((value) => [...list, value]));
  }
  return lists;
}

async function resolvedWord(word: Word, resolve: Resolve): Promise<string[]> {
  if (typeof word === "string") return [word];
  let values = [""];
  for (const part of word) {
    const next = typeof part === "string" ? [part] : await resolve(part);
    values = values.flatMap((value) => next.map((text) => value + text));
  }
  return values;
}

/** `hostname -I` would leave out the loopback address, and add those of IPv6. */
const HOST_ADDRESSES = `ip -4 -o addr show | awk '{ sub("/.*", "", $4); print $4 }'`;

/** The command as a person would type it into a POSIX shell: same arguments, references as the commands that find them. */
export function toShell(command: Command): string {
  const line = command.map(shellWord).join(" ");
  const each = command.some(
    (word) =>
      typeof word !== "string" && word.some((part) => typeof part !== "string" && part.ref === "each-host-address"),
  );
  return each ? `for address in $(${HOST_ADDRESSES}); do ${line}; done` : line;
}

function shellWord(word: Word): string {
  if (typeof word === "string") return quoted(word);
  return `"${word.map((part) => (typeof part === "string" ? escaped(part) : SHELL_FORM[part.ref](part as never))).join("")}"`;
}

/** For use between double quotes. */
function escaped(text: string): string {
  return text.replace(/[\\"$`]/g, "\\$&");
}

/** A question to an engine, as a person types it. */
function docker(engine: string | undefined, ...words: string[]): string {
  return typed(onEngine(engine, ["docker", ...words]));
}

function pidOf({ container, engine }: { container: string; engine?: string | undefined }): string {
  return `$(${docker(engine, "inspect", "-f", "{{.State.Pid}}", container)})`;
}

type Of<R extends Reference["ref"]> = Extract<Reference, { ref: R }>;
const SHELL_FORM: { [R in Reference["ref"]]: (reference: Of<R>) => string } = {
  "container-pid": pidOf,
  "short-id": ({ container }) => `$(docker inspect -f '{{printf "%.12s" .Id}}' ${quoted(container)})`,
  "container-start": ({ container }) => `$(docker inspect -f '{{.State.StartedAt}}' ${quoted(container)})`,
  "remote-pid": pidOf,
  "engine-pid": () => "$(cat /run/docker.pid)",
  "container-address": ({ container, network, engine }) =>
    `$(${docker(engine, "inspect", "-f", `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, container)})`,
  "overlay-namespace": ({ network, engine }) =>
    `/run/docker/netns/1-$(${docker(engine, "network", "inspect", "-f", "{{.Id}}", network)} | cut -c1-10)`,
  bridge: ({ network }) =>
    network === "bridge" ? "docker0" : `br-$(docker network inspect -f '{{.Id}}' ${quoted(network)} | cut -c1-12)`,
  "image-id": ({ image, engine }) => `$(${docker(engine, "image", "inspect", "-f", "{{.Id}}", image)})`,
  "task-address": ({ service, network, engine }) =>
    `$(${typed(onEngine(engine, tasksOn(network)))} | sed -n 's|^${service}\\.[^ ]* \\(.*\\)/.*|\\1|p')`,
  "this-run": () => "$$",
  "this-look": () => "$(date +%s%N)",
  "each-host-address": () => "$address",
};
