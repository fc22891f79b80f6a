import { randomBytes } from "crypto";
import { setTimeout } from "timers/promises";
import type Docker from "dockerode";
import { type Executed, execute } from "../engine/execute";
import { hasImage, TOOLBOX_IMAGE } from "../engine/image";
import { LABEL } from "../topology/identity";

export type Execute = typeof execute;

/** Whose checks or stage it is: the container carries its labels. */
interface Owner {
  readonly id: string;
  readonly instance: string;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Does work that runs programs, as root where they need it: what an ordinary user who may ask the engine must not look
 * at is looked at from a container of the toolbox image. It is started when it is needed first, one for all of the work,
 * and gone with the work, however that ends. Root needs none.
 */
export async function withToolbox<T>(
  docker: Docker,
  owner: Owner,
  work: (execute: Execute) => Promise<T>,
  needed = !isRoot(),
): Promise<T> {
  if (!needed) return work(execute);
  const toolbox = new Toolbox(docker, owner);
  try {
    return await work(toolbox.execute);
  } finally {
    await toolbox.close();
  }
}

/** Why nobody can look here as root would, or undefined. */
export async function lackingRoot(docker: Docker, needed = !isRoot()): Promise<string | undefined> {
  if (!needed || (await hasImage(docker, TOOLBOX_IMAGE))) return undefined;
  return `only root can look there (sudo), or image ${TOOLBOX_IMAGE}, which the engine lacks (npx lab setup)`;
}

/** Programs that do nothing useful for others than root, or less. */
const ROOTS_OWN = /^(?:nsenter|nft|ip6?tables(?:-save)?)$/;
/** What changes something, by `ip`. */
const CHANGES = ["add", "change", "del", "delete", "flush", "replace", "set"];

/** Whether only root gets the whole answer. */
export function needsRoot([program = "", ...args]: readonly string[]): boolean {
  if (ROOTS_OWN.test(program)) return true;
  switch (program) {
    case "ip":
      return args.some((word) => CHANGES.includes(word));
    case "netstat":
    case "ss":
      // Whose a socket is.
      return args.some((word) => /^-[A-Za-z]*p/.test(word));
    case "readlink":
      return args.some((word) => word.startsWith("/proc/"));
    default:
      return false;
  }
}

/**
 * What takes which, measured one by one: readlink of /proc/PID/ns, of processes with capabilities, SYS_PTRACE; setns
 * SYS_ADMIN, after that; packet filter rules NET_ADMIN, and NET_RAW where iptables is the legacy one; whose the sockets
 * of other users' processes are, DAC_READ_SEARCH.
 */
const CAPABILITIES = ["DAC_READ_SEARCH", "NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE"];

/** An engine takes a fraction of a second as a rule, to start it as well as to remove it. */
const START_MS = 20_000;
const CLOSE_MS = 5000;

interface Started {
  readonly container: Docker.Container;
  /** The other end of its standard input. */
  readonly lifeline: NodeJS.WritableStream;
  /** Whether the host filters packets by the legacy iptables: the other one sees none of its rules. */
  readonly legacy: boolean;
}

/** The container by which an ordinary user looks. */
export class Toolbox {
  private starting: Promise<Started> | undefined;
  private closed = false;

  constructor(
    private readonly docker: Docker,
    private readonly owner: Owner,
    private readonly run: Execute = execute,
  ) {}

  /** Runs a program: in the container if it needs root, else as the user. */
  readonly execute: Execute = async (argv, timeoutMs, signal) => {
    if (!needsRoot(argv)) return this.run(argv, timeoutMs, signal);
    if (this.closed) return notRun("the run is over");
    try {
      this.starting ??= before(START_MS, this.start());
      const { container, legacy } = await this.starting;
      const inside = legacy ? byLegacy(argv) : argv;
      return answerOf(argv, await this.run(["docker", "exec", container.id, ...inside], timeoutMs, signal));
    } catch (problem) {
      return notRun(`the toolbox, by which ordinary users look, does not start: ${(problem as Error).message.trim()}`);
    }
  };

  /** Ends it, and waits until it is gone. An engine that says nothing is not waited for: it has heard. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.starting === undefined) return;
    const gone = this.starting.then(({ container, lifeline }) => {
      const removed = container.wait({ condition: "removed" });
      lifeline.end();
      return removed;
    });
    // It never started, or was gone already.
    await before(CLOSE_MS, gone).catch(() => undefined);
  }

  /**
   * Its one process reads from this one, and ends when there is nothing more to read. So it does not outlive this
   * program, even where that is killed; and the engine removes what has ended.
   */
  private async start(): Promise<Started> {
    const legacy = (await this.run(["iptables", "--version"], CLOSE_MS)).stdout.includes("legacy");
    const container = await this.docker.createContainer({
      name: `lab-toolbox-${this.owner.id}-${randomBytes(4).toString("hex")}`,
      Image: TOOLBOX_IMAGE,
      Entrypoint: ["cat"],
      OpenStdin: true,
      StdinOnce: true,
      Labels: { [LABEL.lab]: this.owner.id, [LABEL.instance]: this.owner.instance },
      HostConfig: {
        AutoRemove: true,
        NetworkMode: "host",
        PidMode: "host",
        UsernsMode: "host",
        CapDrop: ["ALL"],
        CapAdd: CAPABILITIES,
        // The engine's own profiles let nobody look at processes that are not confined as they are, such as dockerd.
        SecurityOpt: ["apparmor=unconfined", "label=disable"],
      },
    });
    try {
      const lifeline = await container.attach({ stream: true, stdin: true, hijack: true });
      lifeline.on("error", () => undefined);
      await container.start();
      return { container, lifeline, legacy };
    } catch (problem) {
      await container.remove({ force: true }).catch(() => undefined);
      throw problem;
    }
  }
}

/** The same, asked of the legacy iptables. */
function byLegacy(argv: readonly string[]): string[] {
  const program = argv[0] === "nsenter" ? argv.indexOf("-n") + 1 : 0;
  return argv.map((word, index) => (index === program ? word.replace(/^(ip6?tables)(-save)?$/, "$1-legacy$2") : word));
}

/**
 * Docker's own troubles share exit codes with programs, for which they mean something: 1 says of iptables that there is
 * no such rule. So they are told by their words.
 */
function answerOf([program = ""]: readonly string[], executed: Executed): Executed {
  const { exit, stdout, stderr } = executed;
  if (exit === 0) return executed;
  // Engines tell it on either stream.
  if (/^OCI runtime exec failed/m.test(`${stderr}\n${stdout}`)) {
    return notRun(`${program} cannot be run in the toolbox image (npx lab setup)`);
  }
  const trouble = ENGINE_TROUBLE.exec(stderr)?.[0];
  return trouble === undefined ? executed : notRun(`the toolbox, by which ordinary users look: ${trouble}`);
}

const ENGINE_TROUBLE =
  /^(?:Error response from daemon|Error: No such container|Cannot connect to the Docker daemon|error during connect).*/m;

function notRun(missing: string): Executed {
  return { exit: -1, stdout: "", stderr: "", missing };
}

/** @throws Error when it takes longer */
async function before<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = setTimeout(milliseconds, undefined, { signal: over.signal }).then(
    () => {
      throw new Error(`the engine took longer than ${String(milliseconds / 1000)} s`);
    },
    () => work,
  );
  return Promise.race([work, late]).finally(() => over.abort());
}
