import { EVERY_ADDRESS, listenerText } from "./publication";
import { Subnet } from "./subnet";
import type { Topology } from "./topology";

type NetworkModel = Topology["networks"][number];
type ServerModel = Topology["servers"][number];
type RemoteModel = Topology["remotes"][number];
type ServiceModel = NonNullable<Topology["services"]>[number];

/** A throw-away engine, and its address on the lab's LAN; or a remote one, whose address the lab does not choose. */
export interface PicturedEngine {
  readonly name: string;
  readonly address?: string | undefined;
}

/**
 * A lab as a graph, in Graphviz's language: the host as a box (throw-away engines as boxes in it), with its ports on the
 * left, the servers in the middle, the networks on the right. Nothing in it is drawn by hand, or differs from machine to
 * machine.
 */
export function pictureOf(lab: string, topology: Topology, engines: readonly PicturedEngine[] = []): string {
  const { servers, remotes, services = [] } = topology;
  return [
    `graph ${quoted(`lab ${lab}`)} {`,
    '  graph [rankdir=LR, fontname="Arial", fontsize=12, ranksep=0.7, nodesep=0.2, bgcolor="white", pad=0.1]',
    '  node [fontname="Arial", fontsize=12, shape=box, style="filled", fillcolor="white", color="#57606a", margin="0.2,0.1"]',
    '  edge [fontname="Arial", fontsize=10, color="#57606a", fontcolor="#57606a"]',
    ...indented([
      ...remotes.map((remote) => node(`remote ${remote.name}`, [remote.name, "another machine"])),
      ...cluster("host", "the host", onHost(topology, engines), "#f6f8fa"),
      ...remotes.map((remote) => edge(`remote ${remote.name}`, `wire ${remote.name}`)),
      ...servers.flatMap((server) => edgesOf(server, topology)),
      ...services.flatMap((service) => edgesOfService(service, engines)),
      ...engines.flatMap((engine) => uplink(engine, topology)),
    ]),
    "}",
  ].join("\n");
}

function onHost({ networks, servers, remotes, services = [] }: Topology, engines: readonly PicturedEngine[]): string[] {
  const at = <T extends { readonly engine?: string | undefined }>(all: readonly T[], engine?: string): T[] =>
    all.filter((one) => one.engine === engine);
  // An overlay is on no one host.
  const spanning = networks.filter(({ driver, engine }) => driver === "overlay" && engine !== undefined);
  const bound = networks.filter((network) => !spanning.includes(network));
  return [
    ...remotes.map(wire),
    ...at(servers).flatMap(ports),
    ...namespaces(at(servers)),
    ...[...at(bound), ...spanning].map(network),
    ...services.map(serviceNode),
    ...engines.flatMap(({ name, address }) =>
      cluster(
        `engine ${name}`,
        `${name}, a host of its own`,
        [
          node(
            `uplink ${name}`,
            address === undefined ? ["its network"] : ["eth0", address],
            'fillcolor="#ddf4ff", color="#0969da"',
          ),
          ...at(servers, name).flatMap(ports),
          ...services.flatMap((service) => partsOfService(service, name)),
          ...namespaces(at(servers, name)),
          ...at(bound, name).map(network),
        ],
        "#ffffff",
      ),
    ),
  ];
}

/** Each server; in a box of their own those that share a namespace. */
function namespaces(servers: readonly ServerModel[]): string[] {
  return servers
    .filter(({ owner }) => owner === undefined)
    .flatMap((owner) => {
      const joined = servers.filter((one) => one.owner === owner.name);
      if (joined.length === 0) return server(owner);
      const title = `network namespace of ${owner.name}`;
      return cluster(`namespace ${owner.name}`, title, [owner, ...joined].flatMap(server), "#ffffff", "dashed");
    });
}

function server({ name, mode, port, losesPortTo }: ServerModel): string[] {
  const id = `server ${name}`;
  if (losesPortTo !== undefined) {
    const lines = [name, `wants port ${String(port)}`, `of the host, which ${losesPortTo} has`];
    return [node(id, lines, 'style="filled,dashed", color="#cf222e"')];
  }
  if (mode === "host") {
    const lines = [name, "no network of its own:", `port ${String(port)} of the host`];
    return [node(id, lines, 'fillcolor="#ffebe9", color="#cf222e"')];
  }
  if (mode === "none")
    return [node(id, [name, "a loopback interface only", `:${String(port)}`], 'style="filled,dashed"')];
  return [node(id, [name, `:${String(port)}`], 'fillcolor="#ddf4ff", color="#0969da"')];
}

function network({ name, subnet, internal, interContainerConnectivity, driver }: NetworkModel): string {
  const remarks = [
    ...(driver === undefined ? [] : [driver]),
    ...(internal ? ["internal: no way out"] : []),
    ...(interContainerConnectivity ? [] : ["nothing from one to another"]),
  ];
  const lines = [name, subnet ?? "docker0", ...remarks];
  return node(`network ${name}`, lines, 'style="filled,rounded", fillcolor="#fff8c5", color="#9a6700"');
}

/** The host's ports that lead to a server. */
function ports({ publications }: ServerModel): string[] {
  return publications.map((publication) => {
    const address = publication.on === EVERY_ADDRESS ? "port " : "";
    return node(`port ${listenerText(publication)}`, [`${address}${listenerText(publication)}`], 'color="#cf222e"');
  });
}

function wire({ name, hostAddress }: RemoteModel): string {
  return node(`wire ${name}`, [hostAddress], 'style="filled,rounded"');
}

function edgesOf(server: ServerModel, { networks, servers }: Topology): string[] {
  const id = `server ${server.name}`;
  return [
    ...server.publications.map((publication) => {
      const { to } = publication;
      const inside = [server, ...servers.filter(({ owner }) => owner === server.name)];
      const listening = inside.find(({ port }) => port === to);
      const label = listening === undefined ? `:${String(to)}, where nothing listens` : `:${String(to)}`;
      return edge(
        `port ${listenerText(publication)}`,
        `server ${listening?.name ?? server.name}`,
        `label=${quoted(label)}, style=dashed, color="#cf222e"`,
      );
    }),
    ...server.attachments
      .filter(({ network }) => networks.some(({ name }) => name === network))
      .map(({ network, address }) =>
        edge(id, `network ${network}`, address === undefined ? "" : `label=${quoted(address)}`),
      ),
  ];
}

/** A service is on no one host. What it lacks in a kernel without IPVS, the picture cannot know. */
function serviceNode({ name, network, endpointMode, publish }: ServiceModel): string {
  const [vip, tasks] = ["its name means one address (VIP)", "its name means its tasks (dnsrr)"];
  const lines = [
    ...[name, "a service, which a step creates"],
    ...(network === undefined ? [] : [endpointMode === "vip" ? vip : tasks]),
    ...(publish?.mode === "ingress" ? [`port ${String(publish.port)} of every host (ingress)`] : []),
    ...(publish?.mode === "host" ? [`port ${String(publish.port)} of its task's host`] : []),
  ];
  return node(`service ${name}`, lines, 'style="filled,rounded", fillcolor="#fbefff", color="#8250df"');
}

/** What one host has of a service: its task there, and the port that leads to it. */
function partsOfService(service: ServiceModel, engine: string): string[] {
  const { name, publish } = service;
  const has = hasTask(service, engine);
  return [
    ...(has
      ? [node(`task ${name} ${engine}`, [`task of ${name}`, ":80"], 'fillcolor="#fbefff", color="#8250df"')]
      : []),
    ...(publish !== undefined && leadsOn(service, engine)
      ? [node(`port ${engine} ${String(publish.port)}`, [`port ${String(publish.port)}`], 'color="#cf222e"')]
      : []),
  ];
}

const hasTask = ({ tasks }: ServiceModel, engine: string): boolean => tasks.some((one) => one.engine === engine);
/** Whether a port of that host leads to it. */
const leadsOn = (service: ServiceModel, engine: string): boolean =>
  service.publish?.mode === "ingress" || hasTask(service, engine);

function edgesOfService(service: ServiceModel, engines: readonly PicturedEngine[]): string[] {
  const { name, network, endpointMode, publish, tasks } = service;
  const id = `service ${name}`;
  const task = (engine: string): string => `task ${name} ${engine}`;
  const leading = publish === undefined ? [] : engines.filter((one) => leadsOn(service, one.name));
  return [
    ...tasks.map(({ engine }) => edge(id, task(engine), "style=dotted")),
    ...(network === undefined ? [] : tasks.map(({ engine }) => edge(task(engine), `network ${network}`))),
    ...(network !== undefined && endpointMode === "vip" ? [edge(id, `network ${network}`, 'label="VIP"')] : []),
    ...leading.map((engine) =>
      edge(
        `port ${engine.name} ${String(publish?.port)}`,
        publish?.mode === "ingress" ? id : task(engine.name),
        `label="${publish?.mode === "ingress" ? "ingress" : ":80"}", style=dashed, color="#cf222e"`,
      ),
    ),
  ];
}

/** What a throw-away engine is plugged into: the network that its address is of; and what sits on its interface. */
function uplink({ name, address }: PicturedEngine, { networks }: Topology): string[] {
  const lan = networks.find(
    (one) =>
      address !== undefined &&
      one.engine === undefined &&
      Subnet.observed(one.subnet ?? "")?.contains(address) === true,
  );
  const underlays = networks.filter(({ driver, engine }) => engine === name && /^(?:mac|ip)vlan$/.test(driver ?? ""));
  return [
    ...(lan === undefined ? [] : [edge(`uplink ${name}`, `network ${lan.name}`)]),
    ...underlays.map((one) =>
      one.vlan === undefined
        ? edge(`network ${one.name}`, `uplink ${name}`, "style=dashed")
        : edge(`network ${one.name}`, `network ${one.vlan}`, 'style=dashed, label="VLAN"'),
    ),
  ];
}

function cluster(id: string, title: string, content: readonly string[], fill: string, style = "solid"): string[] {
  return [
    `subgraph ${quoted(`cluster ${id}`)} {`,
    `  graph [label=${quoted(title)}, margin=14, style="filled,rounded,${style}", fillcolor="${fill}", color="#57606a"]`,
    ...indented(content),
    "}",
  ];
}

function node(id: string, lines: readonly string[], attributes = ""): string {
  // What is quoted has no line breaks of its own: names and addresses have none.
  const label = `label=${quoted(lines.join("\n")).replaceAll("\n", "\\n")}`;
  return `${quoted(id)} [${[label, ...(attributes === "" ? [] : [attributes])].join(", ")}]`;
}

function edge(from: string, to: string, attributes = ""): string {
  return `${quoted(from)} -- ${quoted(to)}${attributes === "" ? "" : ` [${attributes}]`}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
