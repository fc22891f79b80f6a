import type Docker from "dockerode";
import type { DeployedLab } from "../checks/deployed";
import { parseInterfaces } from "../checks/interfaces";
import { lackingRoot } from "../checks/toolbox";
import { interfaceNames } from "../checks/world";
import { execute } from "../engine/execute";
import { demanded } from "../engine/must";
import { Unfit } from "../topology/refusal";

/** What of a lab its wires are laid by. */
type Wired = Pick<DeployedLab, "networks" | "remotes">;
type Remote = DeployedLab["remotes"][number];

/** What runs the commands: as root, or where root is. */
export type Run = typeof execute;

const TIMEOUT_MS = 5000;

/** What the machine's own end of the wire is called, as on machines with one interface. */
const INSIDE = "eth0";

/**
 * A remote machine knows the ways to the host and to the lab's own networks, and no other: whatever else is asked for from
 * there does not leave it. What it sends is forwarded once, by the host, to a container; beyond that it has no hop left.
 */
const HOPS = "2";

/**
 * Lays the wires between the host and the lab's remote machines: veth pairs, which vanish with the machines' namespaces.
 * A wire that lies as it should is left alone.
 * @throws Unfit when a machine does not run, or the kernel refuses
 */
export async function layWires(docker: Docker, lab: Wired, run: Run = execute): Promise<void> {
  const names = await interfaceNames();
  await Promise.all(lab.remotes.map((remote) => layWire(docker, remote, lab.networks, names, run)));
}

/**
 * The same for those machines that run already: Terraform does not see that one was started anew, and lost its wire.
 */
export async function mendWires(docker: Docker, lab: Wired, run: Run = execute): Promise<void> {
  if (lab.remotes.length === 0 || (await lackingRoot(docker)) !== undefined) return;
  const running = (await docker.listContainers()).flatMap(({ Names }) => Names);
  const remotes = lab.remotes.filter(({ container }) => running.includes(`/${container}`));
  await layWires(docker, { networks: lab.networks, remotes }, run);
}

/** @param names the host's interfaces */
async function layWire(
  docker: Docker,
  remote: Remote,
  networks: Wired["networks"],
  names: readonly string[],
  run: Run,
): Promise<void> {
  const { State } = await docker.getContainer(remote.container).inspect();
  if (!State.Running) throw new Unfit(`remote machine ${remote.container} is not running (${State.Status})`);
  const inside = ["nsenter", "-t", String(State.Pid), "-n"];
  const length = `/${remote.subnet.split("/")[1] ?? ""}`;
  const lay = async (argv: readonly string[]): Promise<void> => {
    demanded(`no wire to ${remote.container}: ${argv.join(" ")}`, await run(argv, TIMEOUT_MS));
  };
  const host = async (): Promise<void> =>
    lay(["ip", "address", "add", remote.hostAddress + length, "dev", remote.wire]);
  const own = async (): Promise<void> => {
    await lay([...inside, "ip", "address", "add", remote.address + length, "dev", INSIDE]);
    await lay([...inside, "ip", "link", "set", INSIDE, "up"]);
  };
  const there = names.includes(remote.wire);
  const laid = there && (await lies(remote, inside, run));
  // What is left of a wire that was laid in part, or with other addresses.
  if (there && !laid) await run(["ip", "link", "delete", remote.wire], TIMEOUT_MS);
  if (!laid) {
    const peer = ["type", "veth", "peer", "name", INSIDE, "netns", String(State.Pid)];
    await lay(["ip", "link", "add", remote.wire, "up", ...peer]);
    await Promise.all([host(), own()]);
  }
  for (const { subnet } of networks) {
    const way = ["via", remote.hostAddress, "hoplimit", HOPS];
    await lay([...inside, "ip", "route", "replace", subnet, ...way]);
  }
}

/** Whether both ends are each other's, and have their addresses. */
async function lies(remote: Remote, inside: readonly string[], run: Run): Promise<boolean> {
  const [host, own] = await Promise.all([
    run(["ip", "-j", "addr", "show", "dev", remote.wire], TIMEOUT_MS),
    run([...inside, "ip", "-j", "addr", "show"], TIMEOUT_MS),
  ]);
  const has = (address: string) => (one: { addr_info: { local?: string | undefined }[] }) =>
    one.addr_info.some(({ local }) => local === address);
  const end = parseInterfaces(host.stdout)?.find(has(remote.hostAddress));
  const other = parseInterfaces(own.stdout)?.find(has(remote.address));
  return end !== undefined && other !== undefined && end.link_index === other.ifindex;
}

/**
 * Removes the host's ends of wires, and with them the other ones. They would vanish with the machines' namespaces, but the
 * kernel takes those apart one after the other, behind their processes: beside other containers that takes seconds.
 */
export async function removeWires(remotes: readonly Pick<Remote, "wire">[], run: Run): Promise<void> {
  if (remotes.length === 0) return;
  const names = await interfaceNames();
  const there = remotes.filter(({ wire }) => names.includes(wire));
  // One that the kernel has removed meanwhile is no trouble; what is still there is for the proof of the teardown to tell.
  await Promise.all(there.map(({ wire }) => run(["ip", "link", "delete", wire], TIMEOUT_MS)));
}
