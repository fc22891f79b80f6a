import { execFileSync } from "child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, readlinkSync, symlinkSync, writeFileSync } from "fs";
import { basename, dirname, resolve } from "path";

/** Names the container whose namespaces this process has been started in, as the throw-away host that it is. */
export const ENTERED = "LAB_ENTERED";
/** The socket of that host's engine, as this machine's files have it. */
export const ENTERED_SOCKET = "LAB_ENTERED_SOCKET";

/** The host's files, seen from its own process namespace: its first process has them as its root. */
const THERE = "/proc/1/root";
/** What programs read to know which host they are on. */
const OF_THE_HOST = ["/etc/resolv.conf", "/etc/hosts", "/etc/hostname"];
const COPIES = "/run/of-the-host";

/**
 * Where this process has entered a throw-away host, makes itself at home: programs and the checkout are those of the
 * machine, and what tells one host from another (its engine's socket and process id, its resolver) is the host's own. It
 * is copied, since the kernel lets no mount be taken over from another mount namespace; into one that ends with this
 * process. Elsewhere this does nothing.
 */
export function settleIn(environment: NodeJS.ProcessEnv): void {
  const socket = environment[ENTERED_SOCKET];
  if (environment[ENTERED] === undefined || socket === undefined) return;
  const places = OF_THE_HOST.map((file) => ({ file, place: placeOf(file) }));
  mount("-t", "tmpfs", "tmpfs", "/run");
  symlinkSync(socket, "/run/docker.sock");
  writeFileSync("/run/docker.pid", there("/run/docker.pid"));
  mkdirSync(COPIES);
  for (const { file, place } of places) {
    const copy = `${COPIES}/${basename(file)}`;
    writeFileSync(copy, there(file));
    if (place === undefined) continue;
    if (!existsSync(place)) {
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, "");
    }
    mount("--bind", copy, place);
  }
  // The configuration of the machine's own engine; the host's engine has none.
  if (existsSync("/etc/docker")) mount("-t", "tmpfs", "tmpfs", "/etc/docker");
}

function mount(...args: string[]): void {
  execFileSync("mount", args, { stdio: ["ignore", "ignore", "inherit"] });
}

function there(file: string): string {
  return readFileSync(THERE + file, "utf8");
}

/** Where a file really lies, if there is one: on many machines /etc/resolv.conf leads into /run. */
function placeOf(file: string): string | undefined {
  if (existsSync(file)) return realpathSync(file);
  try {
    return resolve(dirname(file), readlinkSync(file));
  } catch {
    return undefined;
  }
}
