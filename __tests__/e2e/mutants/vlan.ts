import { setTimeout } from "timers/promises";
import { APART, docker } from "../project";
import { controlSilent, disguise, impostorOf, inNamespaceOn, type LabMutants, on, type Saboteur } from "./saboteur";

const [A, B] = ["labtest-vlan-host-a", "labtest-vlan-host-b"];
const IMAGE = "docker-network-labs/nginx:local";
const at = (vlan: 1 | 2, n: number): string =>
  APART.LAB_VLAN_SUBNET.replace(/(\d+)\.0\/22$/, (_, third: string) => `${String(Number(third) + vlan)}.${String(n)}`);
const named = (name: string): string => `labtest-vlan-${name}`;

const ip = (engine: string, ...args: string[]): Promise<string> => docker("exec", engine, "ip", ...args);

const answersThough = ["fail", /something answers where nothing should/] as const;
const anotherWay = ["fail", /another way/] as const;
const notOneLink = ["fail", /is heard on eth0\.[12]0 too/] as const;

const SERVERS = [
  [A, "web-1"],
  [B, "web-2"],
  [A, "web-3"],
  [B, "web-4"],
] as const;

const servers = disguise(...SERVERS.map(([engine, name]) => [engine, named(name)] as const));

/** A container of host-a that is in both VLANs, and there runs what joins them: eth0 is in VLAN 10, eth1 in VLAN 20. */
async function joined(...commands: readonly string[][]): Promise<void> {
  const forwarding = ["--sysctl", "net.ipv4.ip_forward=1", "--cap-add", "NET_ADMIN"];
  await on(A, "create", "--name", "joint", "--network", named("blue-a"), ...forwarding, IMAGE, "sleep", "infinity");
  await on(A, "start", "joint");
  await on(A, "network", "connect", named("green-a"), "joint");
  for (const command of commands) await on(A, "exec", "joint", "ip", ...command);
}
const parted = (): Promise<string> => on(A, "rm", "--force", "joint");

const mode = (engine: string, name: string, driverMode: string): Promise<void> =>
  inNamespaceOn(engine, named(name), "ip", "link", "set", "eth0", "type", "macvlan", "mode", driverMode);

async function rename(engine: string, from: string, to: string): Promise<void> {
  await ip(engine, "link", "set", from, "down");
  await ip(engine, "link", "set", from, "name", to);
  await ip(engine, "link", "set", to, "up");
}

/** The kernel tells what sits on an interface only after a while, up to a second, that it is up again. */
async function allUp(): Promise<void> {
  const end = Date.now() + 30_000;
  const isDown = async ([engine, name]: (typeof SERVERS)[number]): Promise<boolean> =>
    (await on(engine, "exec", named(name), "cat", "/sys/class/net/eth0/operstate")).endsWith("down");
  while ((await Promise.all(SERVERS.map(isDown))).includes(true) && Date.now() < end) await setTimeout(100);
}

const PARENTS = [
  [A, "eth0.10"],
  [B, "eth0.20"],
] as const;

const INTERFACES = [
  [A, "web-1"],
  [B, "web-4"],
] as const;

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "all servers say that they are somebody else, and the interfaces of web-1 and web-4 are in mode private",
    sabotage: () =>
      Promise.all([servers.sabotage(), ...INTERFACES.map(([engine, name]) => mode(engine, name, "private"))]),
    red: {
      "web-1/macvlan": anotherWay,
      "web-4/macvlan": anotherWay,
      "web-1/reaches-web-2": impostorOf(),
      "web-4/reaches-web-3": impostorOf(),
      "web-1/other-vlan-web-3": controlSilent,
      "web-1/other-vlan-web-4": controlSilent,
      "web-3/other-vlan-web-1": controlSilent,
    },
    mend: () => Promise.all([servers.mend(), ...INTERFACES.map(([engine, name]) => mode(engine, name, "bridge"))]),
    mended: true,
  },
  {
    name: "a bridge makes one Ethernet of both VLANs",
    sabotage: () =>
      joined(
        ["link", "add", "joint", "type", "bridge"],
        ["link", "set", "eth0", "master", "joint"],
        ["link", "set", "eth1", "master", "joint"],
        ["link", "set", "joint", "up"],
      ),
    red: { "web-1/broadcast": notOneLink, "web-4/broadcast": notOneLink },
    mend: parted,
    mended: true,
  },
  {
    name: "the parents have other names, and theirs are those of interfaces of another kind, in docker0",
    sabotage: async () => {
      await Promise.all(
        PARENTS.map(async ([engine, parent]) => {
          await rename(engine, parent, "parent");
          await ip(engine, "link", "add", "link", "eth0", "name", parent, "type", "macvlan", "mode", "bridge");
          await ip(engine, "link", "set", parent, "master", "docker0");
          await ip(engine, "link", "set", parent, "up");
        }),
      );
      await allUp();
    },
    red: {
      "host-a/tagged": anotherWay,
      "host-b/tagged": anotherWay,
      "host-a/stand-in": anotherWay,
      "host-b/stand-in": anotherWay,
      "host-a/no-bridge": ["fail", /it could do what it must not be able to do/],
      "host-b/no-bridge": ["fail", /it could do what it must not be able to do/],
    },
    mend: async () => {
      await Promise.all(
        PARENTS.map(async ([engine, parent]) => {
          await ip(engine, "link", "delete", parent);
          await rename(engine, "parent", parent);
        }),
      );
      await allUp();
    },
    mended: true,
  },
  {
    name: "a router has the gateways' addresses",
    sabotage: async () => {
      await joined(
        ["address", "add", `${at(1, 14)}/32`, "dev", "eth0"],
        ["address", "add", `${at(2, 14)}/32`, "dev", "eth1"],
      );
      // Between hosts an internal network of the real engine's may let no addresses pass but its own.
      await inNamespaceOn(A, "joint", "iptables", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE");
    },
    red: {
      "web-1/other-vlan-web-3": answersThough,
      "web-1/other-vlan-web-4": answersThough,
      "web-3/other-vlan-web-1": answersThough,
      "web-1/broadcast": ["error", /somebody answers at \S+\.14/],
      "web-4/broadcast": ["error", /somebody answers at \S+\.14/],
    },
    mend: async () => {
      await parted();
      // For a while, they would send what is for the gateways to it.
      for (const [engine, name] of SERVERS) await inNamespaceOn(engine, named(name), "ip", "neighbour", "flush", "all");
    },
    mended: true,
  },
];

const NOT_YET = "not broken on an engine yet: its saboteur has not run on a kernel with 802.1Q";

/** Of each pair `tagged` and `stand-in` one is asked, as the kernel has 802.1Q or not. */
export const vlanMutants: LabMutants = {
  lab: "vlan",
  engines: [A, B],
  saboteurs: SABOTEURS,
  unbreakable: { "host-a/tagged": NOT_YET, "host-b/tagged": NOT_YET },
};
