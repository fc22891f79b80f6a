import { obstacles, refuseClashes } from "../../lib/checks/preflight";
import type { World } from "../../lib/checks/world";
import { refused } from "../topology/refused";
import { BRIDGE_LAB, container, HOST_LAB, listener, network, REMOTE_LAB, withNoHostMode, world } from "./worlds";

const ID = "1".repeat(64);
const mine = { lab: "host", instance: "mine0000" };
const elsewhere = { lab: "host", instance: "other111" };

test("an empty machine is in nobody's way", () => {
  expect(obstacles(HOST_LAB, world(), [])).toEqual([]);
  expect(obstacles(BRIDGE_LAB, world(), [])).toEqual([]);
});

describe("host mode", () => {
  const reason = "this engine is rootless";
  test("is an obstacle where it is not possible, to labs that want it", () => {
    expect(obstacles(HOST_LAB, world(withNoHostMode(reason)), [])).toEqual([
      "host mode is not possible: this engine is rootless",
    ]);
    expect(obstacles(BRIDGE_LAB, world(withNoHostMode(reason)), [])).toEqual([]);
  });
});

describe("port 80", () => {
  const taken = (more: Partial<World>): string[] => obstacles(HOST_LAB, world(more), ["lab-host-web"]);

  test.each<[string, Partial<World>, string]>([
    [
      "by a process of the host",
      { listeners: [listener(80, { program: "apache2" })] },
      "port 80 is taken: apache2, pid 812. Stop it or use another port (LAB_HTTP_PORT=8081)",
    ],
    [
      "on IPv6",
      { listeners: [listener(80, { protocol: "tcp6", address: "::" })] },
      "port 80 is taken: nginx, pid 812. Stop it or use another port (LAB_HTTP_PORT=8081)",
    ],
    [
      "on one address",
      { listeners: [listener(80, { address: "127.0.0.1" })] },
      "port 80 is taken: nginx, pid 812. Stop it or use another port (LAB_HTTP_PORT=8081)",
    ],
    [
      "by a process that is hidden",
      { listeners: [listener(80, { pid: undefined, program: undefined })] },
      "port 80 is taken: a process that netstat may not name. Stop it or use another port (LAB_HTTP_PORT=8081)",
    ],
    [
      "while the usual substitute is taken too",
      { listeners: [listener(80), listener(8081, { pid: 900 }), listener(8082, { pid: 901 })] },
      "port 80 is taken: nginx, pid 812. Stop it or use another port (LAB_HTTP_PORT=8083)",
    ],
    [
      "by a container of no lab, published",
      {
        listeners: [listener(80, { program: "docker-proxy" })],
        containers: [container("shop", { publishedPorts: [80, 443] })],
      },
      'port 80 is taken: docker-proxy, pid 812, container "shop" of no lab. Stop it or use another port (LAB_HTTP_PORT=8081)',
    ],
    [
      "by a container of another lab, in host mode",
      {
        listeners: [listener(80, { containerId: ID })],
        containers: [container("lab-conflict-one", { id: ID, lab: "conflict", instance: "mine0000" })],
      },
      'port 80 is taken: nginx, pid 812, container "lab-conflict-one" of lab conflict (this project). Take it down (npx lab down conflict) or use another port (LAB_HTTP_PORT=8081)',
    ],
    [
      "by the same lab of another checkout",
      {
        listeners: [listener(80, { containerId: ID })],
        containers: [container("other-host-web", { id: ID, ...elsewhere })],
      },
      'port 80 is taken: nginx, pid 812, container "other-host-web" of lab host (another checkout). Take it down (npx lab down host in its own checkout) or use another port (LAB_HTTP_PORT=8081)',
    ],
    [
      "by a process beside the lab's own",
      {
        listeners: [
          listener(80, { containerId: ID }),
          listener(80, { protocol: "tcp6", pid: 701, program: "apache2" }),
        ],
        containers: [container("lab-host-web", { id: ID, ...mine })],
      },
      "port 80 is taken: apache2, pid 701. Stop it or use another port (LAB_HTTP_PORT=8081)",
    ],
  ])("is taken %s", (_name, more, obstacle) => {
    expect(taken(more)).toEqual([obstacle]);
  });

  test.each<[string, Partial<World>]>([
    [
      "by the lab's own container",
      {
        listeners: [listener(80, { containerId: ID }), listener(80, { protocol: "tcp6", containerId: ID })],
        containers: [container("lab-host-web", { id: ID, ...mine })],
      },
    ],
    ["by a UDP socket", { listeners: [listener(80, { protocol: "udp" })] }],
    ["by nobody; another port is", { listeners: [listener(8080)] }],
  ])("is not in the way when it is held %s", (_name, more) => {
    expect(taken(more)).toEqual([]);
  });
});

describe("a published port", () => {
  const option = {
    ...BRIDGE_LAB,
    servers: BRIDGE_LAB.servers.map((one) => ({ ...one, portOption: "LAB_PUBLISHED_PORT" })),
  };
  const proxy = { listeners: [listener(8080, { program: "docker-proxy" })] };

  test("may be held by the engine for the lab's own container", () => {
    const own = container("lab-bridge-web-1", { lab: "bridge", instance: "mine0000", publishedPorts: [8080] });
    expect(obstacles(BRIDGE_LAB, world({ ...proxy, containers: [own] }), ["lab-bridge-web-1"])).toEqual([]);
  });

  test("has the next one as its substitute, and none where nothing changes it", () => {
    expect(obstacles(option, world(proxy), [])).toEqual([
      "port 8080 is taken: docker-proxy, pid 812. Stop it or use another port (LAB_PUBLISHED_PORT=8081)",
    ]);
    expect(obstacles(BRIDGE_LAB, world(proxy), [])).toEqual(["port 8080 is taken: docker-proxy, pid 812. Stop it"]);
  });

  test("at the end of the range has a lower one", () => {
    const last = { ...option, servers: option.servers.map((one) => ({ ...one, ports: [65535] })) };
    expect(obstacles(last, world({ listeners: [listener(65535)] }), [])).toEqual([
      "port 65535 is taken: nginx, pid 812. Stop it or use another port (LAB_PUBLISHED_PORT=65534)",
    ]);
  });
});

describe("a name", () => {
  test.each<[string, Partial<World>, string]>([
    [
      "of the lab's own container, which the state does not know",
      { containers: [container("lab-bridge-web-1", { lab: "bridge", instance: "mine0000" })] },
      `container "lab-bridge-web-1" is there already. It is this lab's, but its state does not know it: npx lab down bridge removes it`,
    ],
    [
      "of a container of no lab",
      { containers: [container("lab-bridge-web-1")] },
      `container "lab-bridge-web-1" is there already. It is not this lab's (of no lab): docker rm -f lab-bridge-web-1 removes it`,
    ],
    [
      "of a container of the same lab of another checkout",
      { containers: [container("lab-bridge-web-1", { lab: "bridge", instance: "other111" })] },
      `container "lab-bridge-web-1" is there already. It is of lab bridge (another checkout): npx lab down bridge in its own checkout removes it`,
    ],
    [
      "of the lab's own network, which the state does not know",
      { networks: [network("lab-bridge-lan", { lab: "bridge", instance: "mine0000", subnets: ["10.77.0.0/24"] })] },
      `network "lab-bridge-lan" is there already. It is this lab's, but its state does not know it: npx lab down bridge removes it`,
    ],
    [
      "of a network of no lab",
      { networks: [network("lab-bridge-lan", { subnets: ["10.99.0.0/24"] })] },
      `network "lab-bridge-lan" is there already. It is not this lab's (of no lab): docker network rm lab-bridge-lan removes it`,
    ],
  ])("%s is in the way", (_name, more, obstacle) => {
    expect(obstacles(BRIDGE_LAB, world(more), [])).toEqual([obstacle]);
  });

  test("that the state knows is the lab's own, and stays", () => {
    const own = { lab: "bridge", instance: "mine0000" };
    const up = world({
      containers: [container("lab-bridge-web-1", own)],
      networks: [network("lab-bridge-lan", { ...own, subnets: ["10.77.0.0/24"] })],
    });
    expect(obstacles(BRIDGE_LAB, up, ["lab-bridge-web-1", "lab-bridge-lan"])).toEqual([]);
  });

  test("is compared whole, and with its own kind", () => {
    const near = world({ containers: [container("lab-bridge-web-10"), container("lab-bridge-lan")] });
    expect(obstacles(BRIDGE_LAB, near, [])).toEqual([]);
  });
});

describe("a port on one address of the host", () => {
  const [server] = BRIDGE_LAB.servers;
  if (server === undefined) throw new Error("the lab has no server");
  const lab = { ...BRIDGE_LAB, servers: [{ ...server, ports: [{ port: 8080, on: "127.0.0.1" }] }] };

  test.each(["127.0.0.1", "0.0.0.0", "::"])("is taken by a listener on %s", (address) => {
    expect(obstacles(lab, world({ listeners: [listener(8080, { address })] }), [])).toEqual([
      "port 127.0.0.1:8080 is taken: nginx, pid 812. Stop it",
    ]);
  });

  test.each(["192.0.2.2", "127.0.0.2", "::1"])("is not taken by a listener on %s", (address) => {
    expect(obstacles(lab, world({ listeners: [listener(8080, { address })] }), [])).toEqual([]);
  });

  test("is no other lab's at the same time, unless that is bound to another address", () => {
    const other = (on: string) => ({
      ...lab,
      id: "other",
      networks: [],
      servers: [{ ...server, ports: [{ port: 8080, on }] }],
    });
    expect(
      refused(() => {
        refuseClashes([lab, other("0.0.0.0")]);
      }),
    ).toBe(
      'other.web-1: 8080 is taken on the host by server "web-1" of lab bridge; one host port has one listener: 8081',
    );
    expect(() => {
      refuseClashes([lab, other("127.0.0.2")]);
    }).not.toThrow();
  });
});

describe("a subnet", () => {
  const own = network("lab-bridge-lan", {
    id: `0123456789ab${"f".repeat(52)}`,
    lab: "bridge",
    instance: "mine0000",
    subnets: ["10.77.0.0/24"],
  });

  test.each<[string, Partial<World>, string]>([
    [
      "a Docker network",
      { networks: [network("shop_default", { subnets: ["10.77.0.0/16"] })] },
      'subnet 10.77.0.0/24 of network "lab-bridge-lan" overlaps 10.77.0.0/16 of Docker network "shop_default". Use another, e.g. 10.78.0.0/24',
    ],
    [
      "a route of the host",
      { routes: [{ destination: "10.77.0.128/25", device: "wg0" }] },
      'subnet 10.77.0.0/24 of network "lab-bridge-lan" overlaps 10.77.0.128/25 of a route of this host (wg0). Use another, e.g. 10.77.1.0/24',
    ],
    [
      "a route to one address, of no device",
      { routes: [{ destination: "10.77.0.9", device: undefined }] },
      'subnet 10.77.0.0/24 of network "lab-bridge-lan" overlaps 10.77.0.9/32 of a route of this host (no device). Use another, e.g. 10.77.1.0/24',
    ],
    [
      "a route that leaves nothing over",
      { routes: [{ destination: "0.0.0.0/1", device: "tun0" }] },
      'subnet 10.77.0.0/24 of network "lab-bridge-lan" overlaps 0.0.0.0/1 of a route of this host (tun0)',
    ],
    [
      "a bridge that only looks like its own",
      { networks: [own], routes: [{ destination: "10.77.0.0/24", device: "br-ffffffffffff" }] },
      'subnet 10.77.0.0/24 of network "lab-bridge-lan" overlaps 10.77.0.0/24 of a route of this host (br-ffffffffffff). Use another, e.g. 10.77.1.0/24',
    ],
  ])("that overlaps %s is in the way", (_name, more, obstacle) => {
    expect(obstacles(BRIDGE_LAB, world(more), ["lab-bridge-lan"])).toEqual([obstacle]);
  });

  test("is not in its own way: neither its network nor its bridge's route", () => {
    const up = { networks: [own], routes: [{ destination: "10.77.0.0/24", device: "br-0123456789ab" }] };
    expect(obstacles(BRIDGE_LAB, world(up), ["lab-bridge-lan"])).toEqual([]);
  });

  test("overlaps no IPv6 network and no default route", () => {
    const more = {
      networks: [network("six", { subnets: ["fd00:77::/64"] })],
      routes: [{ destination: "default", device: "eth0" }],
    };
    expect(obstacles(BRIDGE_LAB, world(more), [])).toEqual([]);
  });
});

describe("a remote machine", () => {
  test("is in nobody's way, nor in its own once it is wired", () => {
    expect(obstacles(REMOTE_LAB, world(), [])).toEqual([]);
    const routes = [{ destination: "198.18.4.8/29", device: "wire-0123abcd" }];
    const containers = [container("lab-host-remote", mine)];
    expect(obstacles(REMOTE_LAB, world({ routes, containers }), ["lab-host-remote"])).toEqual([]);
  });

  test("needs a subnet and a name that nobody has", () => {
    const routes = [{ destination: "198.18.0.0/15", device: "tun0" }];
    const taken = world({ routes, containers: [container("lab-host-remote")] });
    expect(obstacles(REMOTE_LAB, taken, [])).toEqual([
      'container "lab-host-remote" is there already. It is not this lab\'s (of no lab): docker rm -f lab-host-remote removes it',
      'subnet 198.18.4.8/29 of remote machine "remote" overlaps 198.18.0.0/15 of a route of this host (tun0). Have it elsewhere (LAB_REMOTE_RANGE), e.g. 198.20.0.0/29',
    ]);
  });

  test("does not share its subnet with another lab's", () => {
    expect(
      refused(() => {
        refuseClashes([REMOTE_LAB, { ...REMOTE_LAB, id: "other", servers: [] }]);
      }),
    ).toBe(
      "other.remote: 198.18.4.8/29 overlaps 198.18.4.8/29 of lab host; subnets on one engine are disjoint: 198.18.4.16/29",
    );
  });
});

test("all that is in the way is told at once", () => {
  const crowded = world({
    ...withNoHostMode("this is Docker Desktop"),
    containers: [container("lab-host-web")],
    listeners: [listener(80)],
  });
  expect(obstacles(HOST_LAB, crowded, []).map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
    "host mode is",
    'container "lab-host-web" is',
    "port 80 is",
  ]);
});

describe("labs that are asked for at once", () => {
  test("do not get into each other's way by default", () => {
    expect(() => {
      refuseClashes([HOST_LAB, BRIDGE_LAB]);
    }).not.toThrow();
  });

  const on = (lab: typeof HOST_LAB, ports: number[]) => ({
    ...lab,
    servers: lab.servers.map((one) => ({ ...one, ports })),
  });
  test.each([
    [
      [on(HOST_LAB, [8080]), BRIDGE_LAB],
      'bridge.web-1: 8080 is taken on the host by server "web" of lab host; one host port has one listener: 8081',
    ],
    [
      [BRIDGE_LAB, on(HOST_LAB, [8080])],
      'LAB_HTTP_PORT: 8080 is taken on the host by server "web-1" of lab bridge; one host port has one listener: 8081',
    ],
    [
      [on(BRIDGE_LAB, [65535]), on(HOST_LAB, [65535])],
      'LAB_HTTP_PORT: 65535 is taken on the host by server "web-1" of lab bridge; one host port has one listener: 65534',
    ],
    [
      [on(BRIDGE_LAB, [8080]), on(HOST_LAB, [8080]), on({ ...HOST_LAB, id: "third" }, [8081])],
      'LAB_HTTP_PORT: 8080 is taken on the host by server "web-1" of lab bridge; one host port has one listener: 8082',
    ],
    [
      [BRIDGE_LAB, { ...on(BRIDGE_LAB, []), id: "second" }],
      "second.lab-bridge-lan: 10.77.0.0/24 overlaps 10.77.0.0/24 of lab bridge; subnets on one engine are disjoint: 10.77.1.0/24",
    ],
  ])("are refused when two want the same", (labs, message) => {
    expect(
      refused(() => {
        refuseClashes(labs);
      }),
    ).toBe(message);
  });
});
