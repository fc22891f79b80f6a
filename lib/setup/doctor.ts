import { gunzipSync } from "node:zlib";
import type { SetupContext } from "./context";
import { lastLines, runsSystemd, at } from "./programs";

/** Something about the machine that explains what a lab can and cannot show on it. */
export interface MachineFact {
  readonly name: string;
  readonly value: string;
}

/** Kernel features that single labs need: the module, and the option that builds it in. */
const FEATURES: Readonly<Record<string, string>> = {
  bridge: "CONFIG_BRIDGE",
  veth: "CONFIG_VETH",
  macvlan: "CONFIG_MACVLAN",
  ipvlan: "CONFIG_IPVLAN",
  "8021q": "CONFIG_VLAN_8021Q",
  vxlan: "CONFIG_VXLAN",
  dummy: "CONFIG_DUMMY",
  ip_vs: "CONFIG_IP_VS",
  esp4: "CONFIG_INET_ESP",
};

/** What the machine is, as far as it matters for the labs. Looks only. */
export async function doctor(context: SetupContext): Promise<readonly MachineFact[]> {
  const { kernel, node, platform, architecture, userName } = context.system;
  return [
    { name: "Node", value: node },
    { name: "system", value: `${await distribution(context)} (${platform} ${architecture})` },
    { name: "user", value: userName },
    { name: "init", value: (await runsSystemd(context)) ? "systemd" : "no systemd" },
    { name: "kernel", value: kernel },
    { name: "kernel features", value: await features(context) },
    { name: "control groups", value: await controlGroups(context) },
    { name: "iptables", value: await firstLine(context, ["iptables", "--version"]) },
    { name: "docker command", value: await firstLine(context, ["docker", "--version"]) },
    { name: "curl", value: await firstLine(context, ["curl", "--version"]) },
  ];
}

async function firstLine(context: SetupContext, argv: readonly string[]): Promise<string> {
  const { exit, stdout, stderr } = await context.run(argv, { deadline: 5000 });
  return exit === 0 ? (stdout.split("\n")[0] ?? "") : `does not run: ${lastLines(stderr, 1)}`;
}

async function distribution(context: SetupContext): Promise<string> {
  const text = (await context.files.read(at(context, "/etc/os-release"))) ?? "";
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? context.system.platform;
}

async function controlGroups(context: SetupContext): Promise<string> {
  if (await context.files.exists(at(context, "/sys/fs/cgroup/cgroup.controllers"))) return "version 2";
  return (await context.files.exists(at(context, "/sys/fs/cgroup/memory"))) ? "version 1" : "not mounted";
}

async function features(context: SetupContext): Promise<string> {
  const has = await featureTest(context);
  if (has === undefined) return "cannot be told: the kernel shows neither its configuration nor its modules";
  const names = Object.keys(FEATURES);
  const missing = names.filter((name) => !has(name));
  return missing.length === 0 ? names.join(", ") : `missing: ${missing.join(", ")}`;
}

/** Whether the kernel has a feature, built in or as a module. */
async function featureTest(context: SetupContext): Promise<((module: string) => boolean) | undefined> {
  const folder = `/lib/modules/${context.system.kernel}`;
  const lists = ["modules.builtin", "modules.dep"].map((name) => context.files.read(at(context, `${folder}/${name}`)));
  const modules = (await Promise.all(lists)).join("\n").trim();
  const packed = await context.files.readBytes(at(context, "/proc/config.gz")).catch(() => undefined);
  const configuration = packed === undefined ? "" : gunzipSync(packed).toString();
  if (modules === "" && configuration === "") return undefined;
  return (module) =>
    new RegExp(`/${module}\\.ko`, "m").test(modules) ||
    (modules === "" && new RegExp(`^${FEATURES[module]}=[ym]$`, "m").test(configuration)) ||
    new RegExp(`^${FEATURES[module]}=y$`, "m").test(configuration);
}
