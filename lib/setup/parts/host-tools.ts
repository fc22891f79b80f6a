import { brought, found, refused, type Outcome, type SetupContext } from "../context";
import { hasApt, install, installCommand, isKnown, mayInstall } from "../packages";
import { which } from "../programs";

/** What the checks type on the host, and the Debian package that holds it. */
export const TOOLS: Readonly<Record<string, string>> = {
  docker: "docker-cli",
  curl: "curl",
  ip: "iproute2",
  ss: "iproute2",
  netstat: "net-tools",
  ifconfig: "net-tools",
  nsenter: "util-linux",
  iptables: "iptables",
  ps: "procps",
};

async function missing(context: SetupContext): Promise<readonly string[]> {
  const absent: string[] = [];
  for (const tool of Object.keys(TOOLS)) if ((await which(context, tool)) === undefined) absent.push(tool);
  return absent;
}

/** Before Debian 13 the docker command came with the engine's package; there is no package of its own. */
async function packagesFor(context: SetupContext, tools: readonly string[]): Promise<readonly string[]> {
  const names = new Set(tools.map((tool) => TOOLS[tool] ?? tool));
  if (names.has("docker-cli") && !(await isKnown(context, "docker-cli"))) {
    names.delete("docker-cli");
    names.add("docker.io");
  }
  return [...names];
}

/** The programs that the checks run on the host. */
export async function hostTools(context: SetupContext): Promise<Outcome<readonly string[]>> {
  const tools = Object.keys(TOOLS);
  const absent = await missing(context);
  if (absent.length === 0) return found(tools, tools.join(", "));
  const lacking = `${absent.join(", ")} not found on PATH`;
  if (context.system.platform !== "linux") return refused(`${lacking}; the checks on the host need Linux`);
  if (!(await hasApt(context)))
    return refused(
      `${lacking}, and this system has no apt-get`,
      `install ${absent.join(", ")} with its package manager`,
    );
  const packages = await packagesFor(context, absent);
  if (!(await mayInstall(context))) return refused(lacking, installCommand(context, packages));
  await install(context, packages);
  const still = await missing(context);
  if (still.length > 0)
    return refused(`${still.join(", ")} still not found after ${packages.join(", ")} was installed`);
  return brought(tools, `${packages.join(", ")} installed with apt`);
}
