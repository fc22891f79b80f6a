import type { DeployedLab, PortEntry } from "../checks/deployed";
import type { Engine } from "../topology/engine";
import type { Lab } from "../topology/lab";
import { NestedEngine } from "../topology/other-engines";
import { OverlayNetwork } from "../topology/overlay";
import { EVERY_ADDRESS, type HostListener, listenerText } from "../topology/publication";
import type { Server } from "../topology/server";

/** What follows from the model of a lab, of all that those who come later need to know. */
export function describeModel(
  lab: Lab,
): Pick<
  DeployedLab,
  "id" | "hostMode" | "networks" | "engines" | "swarm" | "vlans" | "servers" | "topology" | "remotes"
> {
  return {
    id: lab.id,
    hostMode: lab.servers.some((server) => server.network.mode === "host"),
    networks: lab.networks.filter(isLocal).map(({ engineName, subnet }) => ({
      name: engineName,
      subnet: subnet.toString(),
    })),
    ...describeEngines(lab),
    ...describeSwarm(lab),
    ...describeVlans(lab),
    servers: lab.servers.map(describeServer),
    topology: lab.topology(),
    remotes: lab.remotes.map(({ name, container, subnet, address, hostAddress, wire }) => ({
      name,
      container,
      subnet: subnet.toString(),
      address,
      hostAddress,
      wire,
    })),
  };
}

/** Throw-away hosts that have interfaces for VLANs. */
export function hostsWithVlans({ engines }: Lab): NestedEngine[] {
  return engines.filter((one): one is NestedEngine => one instanceof NestedEngine && one.vlans.length > 0);
}

/** Where a server is found on this machine: what it takes on a throw-away engine is nobody else's. */
export function localListeners(server: Server): readonly HostListener[] {
  return isLocal(server) ? server.hostListeners : [];
}

export function isLocal({ engine }: { readonly engine: Engine }): boolean {
  return engine.container === undefined;
}

function describeEngines({ engines }: Lab): Pick<DeployedLab, "engines"> {
  if (engines.length === 0) return {};
  return {
    engines: engines.map((engine) => ({
      name: engine.name,
      container: engine.container,
      ...(engine instanceof NestedEngine ? { address: engine.address } : {}),
    })),
  };
}

/** A lab has one swarm: all of its overlays are across the same engines. */
function describeSwarm({ networks }: Lab): Pick<DeployedLab, "swarm"> {
  const overlays = networks.filter((network) => network instanceof OverlayNetwork);
  const [first] = overlays;
  if (first === undefined) return {};
  return {
    swarm: { engines: first.engines.map(({ name }) => name), networks: overlays.map(({ engineName }) => engineName) },
  };
}

function describeVlans(lab: Lab): Pick<DeployedLab, "vlans"> {
  const all = hostsWithVlans(lab).flatMap(({ name, vlans }) => vlans.map((vlan) => ({ ...vlan, host: name })));
  const first = all.filter(({ access }, index) => all.findIndex((one) => one.access === access) === index);
  const vlans = first.map(({ id, access }) => ({
    ...{ id, access: access.engineName },
    engines: all.filter((one) => one.access === access).map(({ host }) => host),
  }));
  return vlans.length === 0 ? {} : { vlans };
}

function describeServer(server: Server): DeployedLab["servers"][number] {
  const [listener] = localListeners(server);
  return {
    name: server.name,
    container: server.container,
    token: server.token,
    ...(isLocal(server) ? {} : { engine: server.engine.name }),
    ports: localListeners(server).map(portEntry),
    ...(server.portOption === undefined ? {} : { portOption: server.portOption }),
    story: storyOf(server),
    ...(server.losesPortTo === undefined ? {} : { losesPortTo: server.losesPortTo.name }),
    ...(listener === undefined ? {} : { url: urlOf(listener) }),
  };
}

function portEntry({ port, on }: HostListener): PortEntry {
  return on === EVERY_ADDRESS ? port : { port, on };
}

function urlOf({ port, on }: HostListener): string {
  return `http://${on === EVERY_ADDRESS ? "127.0.0.1" : on}:${String(port)}/`;
}

function storyOf({ name, engine, network, attachments, publications, port, losesPortTo }: Server): string {
  const published =
    publications.length === 0
      ? ""
      : `, published on ${publications.map((one) => listenerText(one) + (one.to === port ? "" : ` (port ${String(one.to)})`)).join(", ")}`;
  switch (network.mode) {
    case "host":
      return losesPortTo === undefined
        ? `nginx "${name}" lives in the host's own network namespace`
        : `nginx "${name}" lives there too, and wants the port that "${losesPortTo.name}" has`;
    case "none":
      return `nginx "${name}" has no network but its own loopback interface`;
    case "shared":
      return `nginx "${name}" lives in the network namespace of "${network.owner.name}", port ${String(port)}`;
    case "default-bridge":
      return `nginx "${name}" on the default bridge${published}`;
    case "overlay":
    case "macvlan":
    case "ipvlan":
    case "bridge": {
      const networks = attachments.map((one) => `network ${one.network.name} (${one.network.subnet.toString()})`);
      return `nginx "${name}" on ${networks.join(" and ")}, port ${String(port)}${published}${isLocal({ engine }) ? "" : `, on engine ${engine.name}`}`;
    }
  }
}
