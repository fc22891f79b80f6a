import type { DeployedLab } from "../../lib/checks/deployed";
import type { FoundContainer, FoundListener, FoundNetwork, World } from "../../lib/checks/world";

/** A lab in host mode with a server on port 80. */
export const HOST_LAB: DeployedLab = {
  schema: "lab/1",
  id: "host",
  title: "Host network",
  instance: "mine0000",
  image: "docker-network-labs/nginx:local",
  hostMode: true,
  networks: [],
  servers: [
    {
      name: "web",
      container: "lab-host-web",
      token: "7f3a0c1d",
      ports: [80],
      portOption: "LAB_HTTP_PORT",
      story: "nginx",
    },
  ],
  remotes: [],
  checks: [],
  steps: [],
  tryNext: [],
};

/** A lab with a bridge, and a server published on port 8080. */
export const BRIDGE_LAB: DeployedLab = {
  ...HOST_LAB,
  id: "bridge",
  title: "Bridge networks",
  hostMode: false,
  networks: [{ name: "lab-bridge-lan", subnet: "10.77.0.0/24" }],
  servers: [{ name: "web-1", container: "lab-bridge-web-1", token: "99aa00bb", ports: [8080], story: "nginx" }],
};

/** The host lab with a machine beside the host. */
export const REMOTE_LAB: DeployedLab = {
  ...HOST_LAB,
  remotes: [
    {
      name: "remote",
      container: "lab-host-remote",
      subnet: "198.18.4.8/29",
      address: "198.18.4.10",
      hostAddress: "198.18.4.9",
      wire: "wire-0123abcd",
    },
  ],
};

const FACTS = { version: "20.10.24", kernel: "6.18.5", firewall: "iptables", noHostMode: undefined };

/** A machine with an engine and nothing of any lab, but for what is given. */
export function world(differences: Partial<World> = {}): World {
  return {
    facts: FACTS,
    containers: [],
    networks: [
      network("bridge", { id: "b".repeat(64), subnets: ["172.17.0.0/16"] }),
      network("host", { id: "c".repeat(64) }),
      network("none", { id: "d".repeat(64) }),
    ],
    volumes: [],
    listeners: [],
    routes: [
      { destination: "default", device: "eth0" },
      { destination: "172.17.0.0/16", device: "docker0" },
      { destination: "192.0.2.0/24", device: "eth0" },
    ],
    interfaces: ["lo", "eth0", "docker0"],
    ...differences,
  };
}

export function withNoHostMode(reason: string): Partial<World> {
  return { facts: { ...FACTS, noHostMode: reason } };
}

export function container(name: string, more: Partial<FoundContainer> = {}): FoundContainer {
  return { id: "a".repeat(64), name, lab: undefined, instance: undefined, publishedPorts: [], ...more };
}

export function network(name: string, more: Partial<FoundNetwork> = {}): FoundNetwork {
  return { id: "e".repeat(64), name, lab: undefined, instance: undefined, subnets: [], ...more };
}

export function listener(port: number, more: Partial<FoundListener> = {}): FoundListener {
  return {
    protocol: "tcp",
    address: "0.0.0.0",
    port,
    pid: 812,
    program: "nginx",
    containerId: undefined,
    ...more,
  };
}
