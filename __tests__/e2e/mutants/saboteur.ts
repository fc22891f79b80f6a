import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import type { KernelAbility } from "../../../lib/engine/kernel";
import { docker, run } from "../project";

/** Breaks one thing of a lab, on the real engine. */
export interface Saboteur {
  /** What is true once it has been at work, in a few words: `the server is stopped`. */
  readonly name: string;
  readonly sabotage: () => Promise<unknown>;
  /**
   * The checks that must notice, and no other: id (without the lab) → verdict, and words that the record's actual,
   * meaning or hint must hold: the expected diagnosis.
   */
  readonly red: Readonly<Record<string, readonly ["fail" | "error" | "skip", RegExp]>>;
  /** Undoes what neither new containers nor `lab up` undo: rules, processes, networks. */
  readonly mend?: () => Promise<unknown>;
  /** Whether `mend` leaves the lab as it was, so that no new containers are needed. @default false */
  readonly mended?: true;
  /** The lab's containers that are made anew after it, where `mend` has not done all. @default all of them */
  readonly breaks?: readonly string[];
  /** Whether no new containers mend it: the lab is taken down by force, and brought up again for who comes after. @default false */
  readonly ruins?: true;
  /** With what `lab check` is run meanwhile, e.g. another PATH. */
  readonly environment?: () => Readonly<Record<string, string>>;
}

/** What a saboteur does that takes back all of it, so that nothing is made anew. */
export type Reversible = Required<Pick<Saboteur, "sabotage" | "mend" | "mended">>;

/** A lab, and all who sabotage it. */
export interface LabMutants {
  readonly lab: string;
  /** What the kernel must have for the lab to be: elsewhere nobody sabotages it. @default nothing that labs may lack */
  readonly kernel?: KernelAbility;
  /** The containers of its throw-away engines: what a saboteur broke is made anew on them, they stay. @default none */
  readonly engines?: readonly string[];
  readonly saboteurs: readonly Saboteur[];
  /** How many cells its matrix has at its beginning and after each step; each is measured. @default the matrix is not looked at */
  readonly cells?: readonly number[];
  /** Whether its steps stop and start whole hosts: then nobody looks whether what must not work passes unmeasured. @default false */
  readonly everyLookIsLong?: true;
  /** Checks that no saboteur turns red, as nothing on a real engine can or as yet: id (without the lab) → why. Their unit tests break them. */
  readonly unbreakable: Readonly<Record<string, string>>;
}

/** The images of containers that a saboteur starts: one of each container, since one without a name would stay. */
export const MUTANT = "labtest-mutant";
export const mutantOf = (container: string): string => `${MUTANT}:${container}`;

/** Verdicts that many saboteurs cause. */
export const noCurl = ["error", /curl/] as const;
export const gone = ["error", /is not running/] as const;
export const unwired = ["error", /no wire .* npx lab up \w+ lays it again/] as const;
export const refused = ["fail", /nothing listens there/] as const;
export const impostor = ["fail", /somebody else answers.*its site is not the lab's/] as const;
/** The same, whatever else is said of it. @param server whom it stands for @default anyone */
export const impostorOf = (server = "\\S+") =>
  ["fail", new RegExp(`somebody else answers in ${server}'s place`)] as const;
export const stopped = ["fail", /What is wrong: container \S+ has ended with exit code \d+; its last words: /] as const;
export const cutOff = ["fail", /What is wrong: container \S+ is connected to no network/] as const;
/** The server listens on another port than the lab says. */
export const listensOn = (port: number) =>
  ["fail", new RegExp(`What is wrong: in \\S+, nothing listens on port \\d+ \\(only on .*${String(port)}`)] as const;
export const controlSilent = ["error", /the control does not answer/] as const;

export const SITE = "/etc/nginx/conf.d/default.conf";

/** Runs docker on one of a lab's throw-away engines. @param engine its container; undefined for the engine that the tests run on */
export function on(engine: string | undefined, ...args: string[]): Promise<string> {
  return engine === undefined ? docker(...args) : docker("exec", engine, "docker", ...args);
}

/** Where a container is: on which engine (as {@link on} takes it), and its name there. */
export type Place = readonly [engine: string | undefined, container: string];

/** What a saboteur does whose servers say that they are somebody else, and how it lets them be themselves again. */
export function disguise(...servers: readonly Place[]): Reversible {
  const change = (...command: string[]): Promise<unknown> =>
    Promise.all(
      servers.map(async ([engine, container]) => {
        await on(engine, "exec", container, ...command);
        await on(engine, "exec", container, "nginx", "-s", "reload");
      }),
    );
  return {
    sabotage: () => change("sed", "-i.kept", 's/return .*/return 200 "somebody-else 00000000\\\\n";/', SITE),
    mend: () => change("mv", `${SITE}.kept`, SITE),
    mended: true,
  };
}

/** Edits a server's configuration by a `sed` expression, and lets nginx read it. */
export async function edit(container: string, expression: string): Promise<void> {
  await docker("exec", container, "sed", "-i", expression, SITE);
  await docker("restart", "--time", "2", container);
}

/** The same, until it is mended. */
export function edited(container: string, expression: string): Reversible {
  return {
    sabotage: async () => {
      await docker("exec", container, "cp", SITE, `${SITE}.kept`);
      await edit(container, expression);
    },
    mend: async () => {
      await docker("exec", container, "mv", `${SITE}.kept`, SITE);
      await docker("restart", "--time", "2", container);
    },
    mended: true,
  };
}

/** Edits the configuration of a server, whether or not it runs: nginx reads it at its next start. */
export function editedForLater(container: string, expression: string): Reversible {
  let folder = "";
  const put = (file: string): Promise<string> => docker("cp", join(folder, file), `${container}:${SITE}`);
  return {
    sabotage: async () => {
      folder = mkdtempSync(join(tmpdir(), "lab-site-"));
      await docker("cp", `${container}:${SITE}`, join(folder, "kept.conf"));
      writeFileSync(join(folder, "other.conf"), await onHost("sed", expression, join(folder, "kept.conf")));
      await put("other.conf");
    },
    mend: async () => {
      await put("kept.conf");
      rmSync(folder, { recursive: true });
    },
    mended: true,
  };
}

/** Stops a container, until it is mended. */
export function stop(container: string): Reversible {
  return { sabotage: () => docker("stop", container), mend: () => docker("start", container), mended: true };
}

/** Connects a container with one more network, until it is mended. @param args more of `docker network connect` */
export function connect(network: string, container: string, ...args: string[]): Reversible {
  return {
    sabotage: () => docker("network", "connect", ...args, network, container),
    mend: () => docker("network", "disconnect", network, container),
    mended: true,
  };
}

/** The same server, with its configuration, started in another way: `args` are those of `docker run`. */
export async function instead(container: string, ...args: string[]): Promise<void> {
  await docker("commit", container, mutantOf(container));
  await docker("rm", "--force", container);
  await docker("run", "--detach", "--name", container, ...args, mutantOf(container));
}

/** A container of the same name that serves nothing. */
export async function idleInstead(container: string, network: string): Promise<void> {
  await docker("commit", "--change", 'CMD ["sleep", "600"]', container, mutantOf(container));
  await docker("rm", "--force", container);
  await docker("run", "--detach", "--name", container, "--network", network, mutantOf(container));
}

/**
 * A container of the same name whose process, which serves nothing, has entered another mount namespace: no option of the
 * engine does that.
 * @param namespace the file that stands for it, as the container sees it
 * @param args those of `docker run`
 */
export async function inOtherMounts(container: string, namespace: string, ...args: string[]): Promise<void> {
  await docker("commit", container, mutantOf(container));
  await docker("rm", "--force", container);
  await docker(
    ...["run", "--detach", "--name", container, "--cap-add", "SYS_ADMIN", "--cap-add", "SYS_PTRACE"],
    ...["--security-opt", "apparmor=unconfined", ...args, mutantOf(container)],
    ...["nsenter", `--mount=${namespace}`, "sleep", "600"],
  );
}

/** Runs a program on the host, as root. @throws Error with what it said, when it fails */
export async function onHost(...argv: string[]): Promise<string> {
  const { exit, stdout, stderr } = await run(argv, "/");
  if (exit !== 0) throw new Error(`${argv.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** Runs a program of the host in a container's network namespace, as root. */
export async function inNamespace(container: string, ...argv: string[]): Promise<string> {
  const pid = await docker("inspect", "--format", "{{.State.Pid}}", container);
  return onHost("nsenter", "-t", pid, "-n", ...argv);
}

/** Runs a program of a throw-away host in the network namespace of one of its containers. */
export async function inNamespaceOn(engine: string, container: string, ...argv: string[]): Promise<void> {
  const pid = await on(engine, "inspect", "--format", "{{.State.Pid}}", container);
  await docker("exec", engine, "nsenter", "-t", pid, "-n", ...argv);
}

/** On a throw-away host, before the engine's own docker command where a shell looks for it. */
const OTHER_DOCKER = "/usr/local/bin/docker";

/**
 * On a throw-away host things of one kind are created in another way than it is told.
 * @param kind as docker calls it, e.g. `service`
 * @param script lines of bash that may run $real
 */
export async function createOtherwise(engine: string, kind: string, script: string): Promise<void> {
  const begin = `#!/bin/bash\nreal=/usr/bin/docker\n[ "$1 $2" = "${kind} create" ] || exec $real "$@"\n`;
  const install = `mkdir -p $(dirname ${OTHER_DOCKER}) && printf '%s\\nexec $real "$@"\\n' "$1" >${OTHER_DOCKER} && chmod +x ${OTHER_DOCKER}`;
  await docker("exec", engine, "sh", "-c", install, "sh", `${begin}${script}`);
}

/** Ends what {@link createOtherwise} began. */
export async function createAsTold(engine: string): Promise<void> {
  await docker("exec", engine, "rm", "--force", OTHER_DOCKER);
}

/** Adds a rule to the NAT table, at the end or at the beginning, or deletes it. */
export async function natRule(verb: "-D" | "-A" | "-I", ...rule: string[]): Promise<void> {
  await onHost("iptables", "-w", "-t", "nat", verb, ...rule);
}

/** Whether the engine filters packets by nftables: its rules stand in tables of its own then. */
async function byNftables(): Promise<boolean> {
  const information = JSON.parse(await docker("info", "--format", "{{json .}}")) as {
    FirewallBackend?: { Driver: string } | null;
  };
  return information.FirewallBackend?.Driver.startsWith("nftables") === true;
}

/** By what {@link openFilter}'s rules are found again. */
const OURS = "labtest";
const NFT_CHAINS = ["raw-PREROUTING", "filter-FORWARD"] as const;

function openRules(address: string | undefined): string[][] {
  const match = address === undefined ? [] : ["-d", address];
  return [
    ["-t", "raw", "PREROUTING", ...match],
    ["-t", "filter", "DOCKER-USER", ...match],
  ];
}

/**
 * Lets pass what the host forwards, before any rule of the engine's is asked; also since Engine 28, which drops what comes
 * for a container from anywhere but its bridge in the raw table already. By nftables only until the next container starts:
 * then the engine writes that chain anew.
 * @param address to whom @default everybody
 */
export async function openFilter(address?: string): Promise<void> {
  if (await byNftables()) {
    const match = address === undefined ? [] : ["ip", "daddr", address];
    for (const chain of NFT_CHAINS) {
      await onHost(
        ..."nft insert rule ip docker-bridges".split(" "),
        chain,
        ...match,
        "accept",
        "comment",
        `"${OURS}"`,
      );
    }
    return;
  }
  for (const [t = "", table = "", chain = "", ...match] of openRules(address)) {
    await onHost("iptables", "-w", t, table, "-I", chain, ...match, "-j", "ACCEPT");
  }
}

/** Takes back what {@link openFilter} did. */
export async function closeFilter(address?: string): Promise<void> {
  if (await byNftables()) {
    for (const chain of NFT_CHAINS) {
      const rules = await onHost("nft", "-a", "list", "chain", "ip", "docker-bridges", chain);
      const handle = new RegExp(`comment "${OURS}" # handle (\\d+)`).exec(rules)?.[1];
      if (handle !== undefined)
        await onHost(..."nft delete rule ip docker-bridges".split(" "), chain, "handle", handle);
    }
    return;
  }
  for (const [t = "", table = "", chain = "", ...match] of openRules(address)) {
    await onHost("iptables", "-w", t, table, "-D", chain, ...match, "-j", "ACCEPT");
  }
}

/** The Linux bridge behind a user-defined network. */
export async function bridgeOf(network: string): Promise<string> {
  return `br-${(await docker("network", "inspect", "--format", "{{.Id}}", network)).slice(0, 12)}`;
}

/** A saboteur that takes one program away from the host, for `lab check` only. */
export function withoutProgram(program: string, red: Saboteur["red"]): Saboteur {
  let folder = "";
  return {
    name: `${program} is gone from the host`,
    sabotage: () => {
      folder = mkdtempSync(join(tmpdir(), "lab-path-"));
      const there = (process.env["PATH"] ?? "").split(":").filter((entry) => entry.startsWith("/"));
      const links = new Map(there.reverse().flatMap((from) => entriesOf(from).map((name) => [name, join(from, name)])));
      links.delete(program);
      for (const [name, target] of links) symlinkSync(target, join(folder, name));
      return Promise.resolve();
    },
    environment: () => ({ PATH: folder }),
    mend: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
    red,
  };
}

/**
 * A docker that does something else than it is told, for `lab check` only.
 * @param pattern a shell's pattern for all its arguments, of those commands that it takes otherwise
 * @param instead the arguments that it takes then, as a shell would read them
 */
export function otherDocker(name: string, pattern: string, instead: string, red: Saboteur["red"]): Saboteur {
  let folder = "";
  return {
    name,
    sabotage: async () => {
      folder = mkdtempSync(join(tmpdir(), "lab-docker-"));
      const real = await onHost("sh", "-c", "command -v docker");
      const script = `#!/bin/sh\ncase "$*" in ${pattern}) exec ${real} ${instead};; esac\nexec ${real} "$@"\n`;
      writeFileSync(join(folder, "docker"), script);
      chmodSync(join(folder, "docker"), 0o755);
    },
    environment: () => ({ PATH: `${folder}:${process.env["PATH"] ?? ""}` }),
    mend: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
    red,
  };
}

/** Gives the tunnel of an overlay network another VNI on one of its hosts, by another VXLAN interface of the same name. */
export async function otherVni(engine: string, network: string, vni: number): Promise<void> {
  const id = await on(engine, "network", "inspect", "--format", "{{.Id}}", network);
  const there = ["exec", engine, "nsenter", `--net=/run/docker/netns/1-${id.slice(0, 10)}`, "ip", "link"];
  await docker(...there, "delete", "vxlan0");
  await docker(...there, "add", "vxlan0", "type", "vxlan", "id", String(vni), "dstport", "4789", "proxy");
  await docker(...there, "set", "vxlan0", "master", "br0", "up");
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // PATH may name what is not there.
    return [];
  }
}
