import { APART, docker } from "../project";
import {
  controlSilent,
  createAsTold,
  createOtherwise,
  disguise,
  impostorOf,
  inNamespace,
  inNamespaceOn,
  type LabMutants,
  type Saboteur,
} from "./saboteur";

const [A, B] = ["labtest-ipvlan-host-a", "labtest-ipvlan-host-b"];
const named = (name: string): string => `labtest-ipvlan-${name}`;
/** The LAN, what lies beside it on the same link, and the two routed ones. */
const subnet = (n: 0 | 1 | 2 | 3): string =>
  APART.LAB_IPVLAN_SUBNET.replace(/(\d+)\.0\/22$/, (_, third: string) => `${String(Number(third) + n)}.0/24`);
const at = (n: 0 | 1 | 2 | 3, last: number): string => subnet(n).replace("0/24", String(last));
const WEB_1 = at(0, 74);

const ip = (engine: string, ...args: string[]): Promise<string> => docker("exec", engine, "ip", ...args);
const inside = (engine: string, name: string, ...args: string[]): Promise<void> =>
  inNamespaceOn(engine, named(name), "ip", ...args);
/** All containers of one parent are in one mode. */
const mode = (engine: string, name: string, driverMode: string): Promise<void> =>
  inside(engine, name, "link", "set", "eth0", "type", "ipvlan", "mode", driverMode);

const answersThough = ["fail", /something answers where nothing should/] as const;
const anotherWay = ["fail", /another way/] as const;
const noWay = ["fail", /curl exit (?:7|28)/] as const;

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "peer, web-1, web-2 and web-5 say that they are somebody else",
    ...disguise([undefined, named("peer")], [A, named("web-1")], [A, named("web-2")], [B, named("web-5")]),
    red: {
      "peer/reaches-web-1": impostorOf(),
      "web-1/reaches-peer": impostorOf(),
      "web-1/reaches-web-2": impostorOf(),
      "host-a/blocked": controlSilent,
      "web-1/other-subnet": controlSilent,
      "web-4/other-subnet": impostorOf(),
    },
  },
  {
    name: "peer takes another MAC address for web-1's; routed is in mode l2, and web-4 has a gateway",
    sabotage: async () => {
      const wrong = ["lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "permanent"];
      await inNamespace(named("peer"), "ip", "neighbour", "replace", WEB_1, ...wrong);
      await mode(B, "web-4", "l2");
      await inside(B, "web-4", "route", "replace", "default", "via", at(2, 1), "dev", "eth0");
    },
    red: {
      "peer/sees-hosts-mac": ["fail", /is at 02:00:00:00:00:01/],
      "peer/reaches-web-1": noWay,
      "web-1/reaches-peer": noWay,
      "web-4/ipvlan": anotherWay,
      "web-4/no-arp": anotherWay,
      "web-4/device-route": anotherWay,
      "web-4/other-subnet": noWay,
    },
    mend: async () => {
      await inNamespace(named("peer"), "ip", "neighbour", "delete", WEB_1, "dev", "eth0");
      await mode(B, "web-4", "l3");
      await inside(B, "web-4", "route", "replace", "default", "dev", "eth0");
    },
    mended: true,
  },
  {
    name: "flat is in mode l3",
    sabotage: async () => {
      await mode(A, "web-1", "l3");
      await inNamespace(named("peer"), "ip", "neighbour", "flush", "all");
    },
    red: {
      "web-1/ipvlan": anotherWay,
      "peer/sees-hosts-mac": ["fail", /no MAC address behind/],
      "peer/reaches-web-1": noWay,
      "web-1/reaches-peer": noWay,
      "web-1/other-subnet": answersThough,
    },
    mend: () => mode(A, "web-1", "l2"),
    mended: true,
  },
  {
    name: "host-a has a way to its own, web-1 and web-3 have routes to each other, and a second network is not refused",
    sabotage: async () => {
      await ip(A, "link", "add", "link", "eth0", "name", "shim", "type", "ipvlan", "mode", "l2");
      await ip(A, "address", "add", `${at(0, 13)}/32`, "dev", "shim");
      await ip(A, "link", "set", "shim", "up");
      await ip(A, "route", "add", `${WEB_1}/32`, "dev", "shim");
      await inside(A, "web-1", "route", "add", subnet(1), "dev", "eth0");
      await inside(A, "web-3", "route", "add", subnet(0), "dev", "eth0");
      await createOtherwise(A, "network", "exit 0");
    },
    red: {
      "host-a/blocked": answersThough,
      "web-1/other-subnet": answersThough,
      "host-a/one-network": ["fail", /it could do what it must not be able to do/],
    },
    mend: async () => {
      await createAsTold(A);
      await ip(A, "link", "delete", "shim");
      await inside(A, "web-1", "route", "delete", subnet(1), "dev", "eth0");
      await inside(A, "web-3", "route", "delete", subnet(0), "dev", "eth0");
    },
    mended: true,
  },
];

export const ipvlanMutants: LabMutants = {
  lab: "ipvlan",
  kernel: "ipvlan",
  engines: [A, B],
  saboteurs: SABOTEURS,
  unbreakable: {},
};
