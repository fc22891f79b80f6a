import type { Conditions } from "../engine/conditions";
import { Refusal } from "../topology/refusal";
import { Subnet } from "../topology/subnet";
import { freePort } from "../topology/port";
import { collide, EVERY_ADDRESS, type HostListener, listenerText } from "../topology/publication";
import { type DeployedLab, hostListener } from "./deployed";
import { lackingIn } from "./need";
import type { FoundContainer, FoundListener, FoundNetwork, World } from "./world";

/**
 * What would go wrong if the lab were created now, in words for a person; empty when nothing would. Pure: it reads the
 * lab's description and the world, and touches neither.
 * @param known names of containers and networks that the lab's state knows: those are the lab's own, and stay
 */
export function obstacles(lab: DeployedLab, world: World, known: readonly string[]): string[] {
  return [
    ...hostModeObstacle(lab, world),
    ...nameObstacles(lab, world, known),
    ...portObstacles(lab, world),
    ...subnetObstacles(lab, world),
  ];
}

/** The ports of the host that a lab's servers listen on, or are published at. */
export function portsOf({ servers }: Pick<DeployedLab, "servers">): number[] {
  return servers.flatMap(({ ports }) => ports.map((entry) => hostListener(entry).port));
}

/** Why the lab as a whole cannot be on this machine, in words for a person; empty when it can. */
export function shortcomings(lab: Pick<DeployedLab, "id" | "needs">, found: Conditions): string[] {
  return (lab.needs ?? [])
    .flatMap((need) => (need === "root" ? [] : (lackingIn(need, found) ?? [])))
    .map((reason) => `lab ${lab.id} cannot be here: ${reason}`);
}

/**
 * Refuses labs that cannot be up at the same time, when all are asked for at once.
 * @throws Refusal for a host port or a subnet that two of them want
 */
export function refuseClashes(labs: readonly DeployedLab[]): void {
  const wanted = labs.flatMap(({ id, servers }) =>
    servers.flatMap((server) => server.ports.map((entry) => ({ id, server, listener: hostListener(entry) }))),
  );
  for (const [index, { id, server, listener }] of wanted.entries()) {
    const holder = wanted.slice(0, index).find((other) => collide(other.listener, listener));
    if (holder === undefined) continue;
    throw new Refusal(
      server.portOption ?? `${id}.${server.name}`,
      `${listenerText(listener)} is taken on the host by server "${holder.server.name}" of lab ${holder.id}; one host port has one listener`,
      freePort(listener.port, new Set(wanted.map((one) => one.listener.port)))?.toString(),
    );
  }
  const subnets = labs.flatMap(({ id, networks, remotes }) =>
    [...networks, ...remotes].flatMap(({ name, subnet }) => {
      const parsed = Subnet.observed(subnet);
      return parsed === undefined ? [] : [{ id, name, subnet: parsed }];
    }),
  );
  for (const [index, one] of subnets.entries()) {
    const other = subnets.slice(0, index).find((earlier) => earlier.subnet.overlaps(one.subnet));
    if (other === undefined) continue;
    const free = one.subnet.nextFree(subnets.map(({ subnet }) => subnet));
    throw new Refusal(
      `${one.id}.${one.name}`,
      `${one.subnet.toString()} overlaps ${other.subnet.toString()} of lab ${other.id}; subnets on one engine are disjoint`,
      free?.toString(),
    );
  }
}

function hostModeObstacle(lab: DeployedLab, { facts }: World): string[] {
  return lab.hostMode && facts.noHostMode !== undefined ? [`host mode is not possible: ${facts.noHostMode}`] : [];
}

function nameObstacles(lab: DeployedLab, world: World, known: readonly string[]): string[] {
  const wanted = [
    ...[...lab.servers.filter(({ engine }) => engine === undefined), ...lab.remotes, ...(lab.engines ?? [])].map(
      ({ container }) => ({ kind: "container" as const, name: container }),
    ),
    ...lab.networks.map(({ name }) => ({ kind: "network" as const, name })),
  ];
  return wanted.flatMap(({ kind, name }) => {
    const there = (kind === "container" ? world.containers : world.networks).find((one) => one.name === name);
    if (there === undefined || known.includes(name)) return [];
    return [`${kind} "${name}" is there already. ${nameAdvice(lab, there, kind)}`];
  });
}

function nameAdvice(lab: DeployedLab, there: FoundContainer | FoundNetwork, kind: "container" | "network"): string {
  if (isOwn(lab, there)) {
    return `It is this lab's, but its state does not know it: npx lab down ${lab.id} removes it`;
  }
  const down = takeDown(lab, there);
  if (down !== undefined) return `It is ${ownerOf(lab, there)}: ${down} removes it`;
  return `It is not this lab's (${ownerOf(lab, there)}): docker ${kind === "container" ? "rm -f" : "network rm"} ${there.name} removes it`;
}

function portObstacles(lab: DeployedLab, world: World): string[] {
  return lab.servers.flatMap((server) =>
    server.ports.map(hostListener).flatMap((wanted) => {
      const holders = world.listeners.filter((one) => isInTheWay(one, wanted));
      const holder = holders.find((one) => !isOwn(lab, containerBehind(one, world)));
      if (holder === undefined) return [];
      const container = containerBehind(holder, world);
      return [
        `port ${listenerText(wanted)} is taken: ${holderName(lab, holder, container)}. ${portAdvice(lab, server, wanted.port, world, container)}`,
      ];
    }),
  );
}

/** A listener on every address of IPv6 takes the port of IPv4 too, as a rule. */
function isInTheWay({ protocol, address, port }: FoundListener, wanted: HostListener): boolean {
  return protocol.startsWith("tcp") && collide({ port, on: address === "::" ? EVERY_ADDRESS : address }, wanted);
}

/** The container whose process listens, or to which the engine's listener leads. */
function containerBehind(listener: FoundListener, world: World): FoundContainer | undefined {
  return world.containers.find((one) =>
    listener.containerId === undefined ? one.publishedPorts.includes(listener.port) : one.id === listener.containerId,
  );
}

function holderName(lab: DeployedLab, { pid, program }: FoundListener, container: FoundContainer | undefined): string {
  // Not even root sees those of other process namespaces, nor the kernel's own.
  const process = pid === undefined ? "a process that netstat may not name" : `${program ?? "?"}, pid ${String(pid)}`;
  return container === undefined ? process : `${process}, container "${container.name}" ${ownerOf(lab, container)}`;
}

function ownerOf(lab: DeployedLab, found: { lab: string | undefined; instance: string | undefined }): string {
  if (found.lab === undefined) return "of no lab";
  return `of lab ${found.lab} (${found.instance === lab.instance ? "this project" : "another checkout"})`;
}

/** The command that takes down the lab that something belongs to. */
function takeDown(lab: DeployedLab, found: FoundContainer | FoundNetwork): string | undefined {
  if (found.lab === undefined) return undefined;
  return `npx lab down ${found.lab}${found.instance === lab.instance ? "" : " in its own checkout"}`;
}

function portAdvice(
  lab: DeployedLab,
  server: DeployedLab["servers"][number],
  port: number,
  world: World,
  container: FoundContainer | undefined,
): string {
  const down = container === undefined ? undefined : takeDown(lab, container);
  const stop = down === undefined ? "Stop it" : `Take it down (${down})`;
  if (server.portOption === undefined) return stop;
  const taken = new Set(world.listeners.map((one) => one.port));
  // A port below 1024 stands for a service that is expected there: its usual substitute is 8081, not the next one.
  const free = freePort(port < 1024 ? 8081 : port, taken);
  return free === undefined ? stop : `${stop} or use another port (${server.portOption}=${String(free)})`;
}

function subnetObstacles(lab: DeployedLab, world: World): string[] {
  const others = world.networks.filter((network) => !isOwn(lab, network));
  const taken = [
    ...others.flatMap(({ name, subnets }) => subnets.map((text) => ({ text, holder: `Docker network "${name}"` }))),
    ...world.routes
      .filter(({ device }) => !isOwnBridge(lab, world, device) && !lab.remotes.some(({ wire }) => wire === device))
      .map(({ destination, device }) => ({
        text: destination,
        holder: `a route of this host (${device ?? "no device"})`,
      })),
  ].flatMap(({ text, holder }) => {
    const subnet = Subnet.observed(text);
    return subnet === undefined ? [] : [{ subnet, holder }];
  });
  const wanted = [
    ...lab.networks.map(({ name, subnet }) => ({ of: `network "${name}"`, text: subnet, advice: "Use another" })),
    ...lab.remotes.map(({ name, subnet }) => ({
      of: `remote machine "${name}"`,
      text: subnet,
      advice: "Have it elsewhere (LAB_REMOTE_RANGE)",
    })),
  ];
  return wanted.flatMap(({ of, text, advice }) => {
    const subnet = Subnet.observed(text);
    const clash = taken.find((one) => subnet?.overlaps(one.subnet));
    if (subnet === undefined || clash === undefined) return [];
    const free = subnet.nextFree(taken.map((one) => one.subnet));
    return [
      `subnet ${text} of ${of} overlaps ${clash.subnet.toString()} of ${clash.holder}` +
        (free === undefined ? "" : `. ${advice}, e.g. ${free.toString()}`),
    ];
  });
}

/** The engine names a network's bridge after its id. */
function isOwnBridge(lab: DeployedLab, world: World, device: string | undefined): boolean {
  return world.networks.some((network) => isOwn(lab, network) && device === `br-${network.id.slice(0, 12)}`);
}

function isOwn(
  lab: DeployedLab,
  found: { lab: string | undefined; instance: string | undefined } | undefined,
): boolean {
  return found !== undefined && found.lab === lab.id && found.instance === lab.instance;
}
