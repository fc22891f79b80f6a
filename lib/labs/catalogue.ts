import { nearest } from "../topology/nearest";
import { Refusal } from "../topology/refusal";

/** Something about a lab that a person may choose: `--http-port 8081`, or LAB_HTTP_PORT=8081. */
export interface LabOption {
  /** The environment variable; the flag follows from it by one rule. */
  readonly variable: `LAB_${string}`;
  readonly placeholder: string;
  readonly description: string;
}

/** A lab as people choose it. How it is made is another matter (index.ts), which takes cdktf to load. */
export interface LabEntry {
  readonly id: string;
  /** One line, for the list. */
  readonly shows: string;
  readonly options: readonly LabOption[];
  /** Whether it runs throw-away engines, whose image set-up builds when it is asked to. @default false */
  readonly engines?: boolean;
}

/** Every lab there is, always: what exists never depends on the environment, so that each can be taken down again. */
export const LABS: readonly LabEntry[] = [
  {
    id: "host",
    shows: "nginx in the host's own network namespace",
    options: [
      { variable: "LAB_HTTP_PORT", placeholder: "PORT", description: "port of the host that nginx takes (80)" },
    ],
  },
  {
    id: "bridge",
    shows: "nginx behind a user-defined bridge and the default one, with a published port",
    options: [
      { variable: "LAB_SUBNET", placeholder: "SUBNET", description: "subnet of the lab's bridge (10.77.0.0/24)" },
      {
        variable: "LAB_PUBLISHED_PORT",
        placeholder: "PORT",
        description: "port of the host that leads to web-1 (8080)",
      },
      {
        variable: "LAB_LOCAL_PORT",
        placeholder: "PORT",
        description: "port of 127.0.0.1 that leads to plain; the next one leads to nothing (8092)",
      },
    ],
  },
  {
    id: "default-bridge",
    shows: "docker0, the bridge that every engine has, beside one that the lab defines: what it cannot do",
    options: [
      {
        variable: "LAB_DEFAULT_BRIDGE_SUBNET",
        placeholder: "SUBNET",
        description: "subnet of the network beside the default bridge (10.75.0.0/24)",
      },
    ],
  },
  {
    id: "none",
    shows: "a network stack with a loopback interface only, and how a connection comes later",
    options: [
      {
        variable: "LAB_NONE_SUBNET",
        placeholder: "SUBNET",
        description: "subnet of the network that comes later (10.76.0.0/24)",
      },
    ],
  },
  {
    id: "isolation",
    shows: "what keeps containers apart: two bridges, an internal network, one without traffic between neighbours",
    options: [
      {
        variable: "LAB_ISOLATION_SUBNET",
        placeholder: "SUBNET",
        description: "what the four networks of lab isolation share out (10.79.0.0/22)",
      },
    ],
  },
  {
    id: "shared",
    shows: "two containers in one network namespace, and what a restart does to them",
    options: [
      {
        variable: "LAB_SHARED_SUBNET",
        placeholder: "SUBNET",
        description: "subnet of lab shared's network (10.78.0.0/24)",
      },
      {
        variable: "LAB_SHARED_PORT",
        placeholder: "PORT",
        description: "port of the host that leads to owner; the next one leads to joiner (8082)",
      },
    ],
  },
  {
    id: "dns",
    shows: "who answers names: the host's resolvers, or the engine's embedded one, with aliases for several servers",
    options: [
      { variable: "LAB_DNS_SUBNET", placeholder: "SUBNET", description: "subnet of lab dns's network (10.74.0.0/24)" },
      {
        variable: "LAB_DNS_PORT",
        placeholder: "PORT",
        description: "port of the host that lab dns's on-host takes (8084)",
      },
    ],
  },
  {
    id: "port-conflict",
    shows: "two servers that want one port of the host: who loses, why, and how the port changes hands",
    options: [
      {
        variable: "LAB_CONFLICT_PORT",
        placeholder: "PORT",
        description: "port of the host that both servers want (8088)",
      },
    ],
  },
  {
    id: "privileges",
    shows: "what a container in host mode may do to the host's network, and what it may not",
    options: [
      {
        variable: "LAB_PRIVILEGES_PORT",
        placeholder: "PORT",
        description: "port of the host that the server in host mode takes (8086)",
      },
    ],
  },
  {
    id: "overlay",
    shows: "two hosts in one swarm: two networks across them, by VXLAN tunnels",
    options: [
      { variable: "LAB_LAN", placeholder: "SUBNET", description: "subnet of the hosts' LAN (10.70.0.0/24)" },
      {
        variable: "LAB_ENGINES",
        placeholder: "ADDRESSES",
        description:
          "two machines of one's own instead of throw-away ones: ssh://root@HOST or tcp://HOST:2376, two of them with a comma between",
      },
    ],
    engines: true,
  },
  {
    id: "overlay-restart",
    shows: "one of two hosts in a swarm goes and comes back: what breaks, what heals, and what does not",
    options: [
      {
        variable: "LAB_OVERLAY_RESTART_SUBNET",
        placeholder: "SUBNET",
        description: "subnet of lab overlay-restart's LAN (10.69.0.0/24)",
      },
    ],
    engines: true,
  },
  {
    id: "overlay-services",
    shows: "services of a swarm: names, tasks, virtual addresses, and ports published by a host or by all",
    options: [
      {
        variable: "LAB_OVERLAY_SERVICES_SUBNET",
        placeholder: "SUBNET",
        description: "subnet of lab overlay-services's LAN (10.67.0.0/24)",
      },
    ],
    engines: true,
  },
  {
    id: "overlay-encrypted",
    shows: "a network across two hosts that nobody on the way can read; it takes a kernel with ESP",
    options: [
      {
        variable: "LAB_OVERLAY_ENCRYPTED_SUBNET",
        placeholder: "SUBNET",
        description: "subnet of lab overlay-encrypted's LAN (10.66.0.0/24)",
      },
    ],
    engines: true,
  },
  {
    id: "macvlan",
    shows: "containers of two hosts directly on the hosts' LAN, each with a MAC address of its own",
    options: [
      {
        variable: "LAB_MACVLAN_SUBNET",
        placeholder: "SUBNET",
        description: "subnet of lab macvlan's LAN (10.71.0.0/24)",
      },
      {
        variable: "LAB_MACVLAN_MODE",
        placeholder: "MODE",
        description: "how host-b keeps its containers apart: private or vepa (private)",
      },
    ],
    engines: true,
  },
  {
    id: "ipvlan",
    shows: "containers that share their host's MAC address: on its link (l2), or behind it (l3)",
    options: [
      {
        variable: "LAB_IPVLAN_SUBNET",
        placeholder: "SUBNET",
        description: "what lab ipvlan's LAN and three more subnets share out (10.72.0.0/22)",
      },
    ],
    engines: true,
  },
  {
    id: "vlan",
    shows: "two VLANs on one interface of each host: one sub-interface for each, and nothing from one to the other",
    options: [
      {
        variable: "LAB_VLAN_SUBNET",
        placeholder: "SUBNET",
        description: "what lab vlan's LAN and its VLANs share out (10.68.0.0/22)",
      },
    ],
    engines: true,
  },
];

/** The throw-away host of `--on nested`: made and taken away with the labs that are on it. */
export const NESTED_HOST: LabEntry = {
  id: "nested",
  shows: "one throw-away host, for other labs to be on",
  options: [
    {
      variable: "LAB_NESTED_SUBNET",
      placeholder: "SUBNET",
      description: "subnet of the LAN of the throw-away host, with --on nested (10.73.0.0/24)",
    },
  ],
  engines: true,
};

/** @throws Refusal with the nearest name, when there is no such lab */
export function labNamed(id: string): LabEntry {
  const lab = LABS.find((one) => one.id === id);
  if (lab !== undefined) return lab;
  const ids = LABS.map((one) => one.id);
  const guess = nearest(id, ids);
  throw new Refusal(
    "lab",
    `there is no lab ${JSON.stringify(id)}${guess === undefined ? "" : `. Did you mean "${guess}"?`} (${ids.join(", ")})`,
  );
}
