import { Identity } from "../lib/topology/identity";
import { RemoteMachine } from "../lib/topology/remote-machine";
import { Subnet } from "../lib/topology/subnet";
import type { Contestant, Group } from "./measure";
import { LAN, lacksEngineImage, type Place, PORT, PREFIX, SUBNET } from "./place";

/** Enough for what one connection more or less costs to show beside the start of curl itself. */
const CONNECTIONS = 300;
const MEBIBYTES = 512;

/** Where the servers of labs host and bridge answer. */
const HOST_MODE = `127.0.0.1:${String(PORT)}`;
const PUBLISHED_PORT = 18581;
const OWN_ADDRESS = `${SUBNET.replace(/0\/\d+$/, "2")}:80`;

/**
 * What a network mode costs: many connections, and a large download, by each way to nginx that labs host and bridge have.
 * Asked from the host and, as root, from their remote machines; side by side, in turns. A ratio is a fact about a machine,
 * and no check: what is free on one is not on another, or while it does something else.
 */
export async function networkGroup(place: Place): Promise<Group> {
  await place.lab("up", "host", "bridge");
  await Promise.all(["host-web", "bridge-web-1"].map((name) => serveLargeFile(place, PREFIX + name)));
  const outside = process.getuid?.() === 0;
  const contestant = (name: string, lab: string, fromHost: string, port: number | undefined): Contestant => ({
    name,
    steps: [
      ...steps(place, "from the host", [], fromHost),
      ...(outside && port !== undefined
        ? steps(
            place,
            "from outside",
            ["docker", "exec", `${PREFIX}${lab}-remote`],
            `${wireOf(place, lab)}:${String(port)}`,
          )
        : []),
    ],
  });
  return {
    name: "network",
    title: "What the way to nginx costs",
    baseline: "host mode",
    contestants: [
      contestant("host mode", "host", HOST_MODE, PORT),
      contestant("bridge, its own address", "bridge", OWN_ADDRESS, undefined),
      // From the host docker-proxy passes it on, from outside the kernel translates it (NAT).
      contestant("bridge, published", "bridge", `127.0.0.1:${String(PUBLISHED_PORT)}`, PUBLISHED_PORT),
    ],
  };
}

/** The host's address, as the lab's remote machine knows it. */
function wireOf({ environment }: Place, lab: string): string {
  return new RemoteMachine(new Identity(lab, "bench"), "remote", {}, environment["LAB_REMOTE_RANGE"]).hostAddress;
}

/**
 * What an underlay saves: the same work for nginx on one host, asked from a peer on that host's LAN, by the host's address,
 * by a port that it publishes, and directly.
 */
export async function underlayGroup(place: Place): Promise<Group> {
  const absent = await lacksEngineImage(place);
  const lan = Subnet.parse("subnet", LAN);
  const [host, onWire] = [lan.address(10), lan.part(27, 2).address(2)];
  const contestant = (name: string, server: string): Contestant => ({
    name,
    absent,
    steps: steps(place, "from its LAN", ["docker", "exec", `${PREFIX}underlay-peer`], server),
  });
  if (absent === undefined) {
    await place.lab("up", "bench/underlay.ts");
    const there = ["docker", "exec", `${PREFIX}underlay-host-a`];
    for (const name of ["in-host-mode", "published", "on-wire"]) {
      await serveLargeFile(place, `${PREFIX}underlay-${name}`, there);
    }
  }
  return {
    name: "underlay",
    title: "What the way from a LAN to nginx costs",
    baseline: "host mode",
    contestants: [
      contestant("host mode", `${host}:8080`),
      contestant("bridge, published", `${host}:8081`),
      contestant("macvlan", `${onWire}:80`),
    ],
  };
}

/** Beside what the lab has it say. The file is all holes: no disk is measured. @param there how to run a program on its host */
async function serveLargeFile(place: Place, container: string, there: readonly string[] = []): Promise<void> {
  const inside = [...there, "docker", "exec", container];
  const location = "s#^  location / {#  location /large { root /tmp; }\\n&#";
  await place.run([...inside, "truncate", "--size", `${String(MEBIBYTES)}M`, "/tmp/large"]);
  await place.run([...inside, "sed", "-i", location, "/etc/nginx/conf.d/default.conf"]);
  await place.run([...inside, "nginx", "-s", "reload"]);
}

function steps(place: Place, from: string, there: readonly string[], server: string): Contestant["steps"] {
  const curl = [...there, "curl", "-4", "-sS", "--fail", "--noproxy", "*", "--max-time", "60", "--output", "/dev/null"];
  return [
    {
      name: `${String(CONNECTIONS)} connections ${from}`,
      // The server ends each, so that the next request needs another one.
      run: () => place.run([...curl, "--header", "Connection: close", `http://${server}/[1-${String(CONNECTIONS)}]`]),
    },
    { name: `${String(MEBIBYTES)} MiB ${from}`, run: () => place.run([...curl, `http://${server}/large`]) },
  ];
}
