import { APART, docker } from "../project";
import {
  controlSilent,
  disguise,
  impostorOf,
  type LabMutants,
  mutantOf,
  on,
  otherDocker,
  type Saboteur,
} from "./saboteur";

const [A, B] = ["labtest-macvlan-host-a", "labtest-macvlan-host-b"];
const IMAGE = "docker-network-labs/nginx:local";
const LAN = APART.LAB_MACVLAN_SUBNET;
const at = (n: number): string => LAN.replace("0/24", String(n));
const named = (name: string): string => `labtest-macvlan-${name}`;

const ip = (engine: string, ...args: string[]): Promise<string> => docker("exec", engine, "ip", ...args);

const answersThough = ["fail", /something answers where nothing should/] as const;
const noWay = ["fail", /curl exit (?:7|28)/] as const;

/**
 * The same server at another address, with its interface in another mode; its address is on lo too, so that not only
 * eth0's MAC address stands for it.
 */
async function instead(engine: string, network: string, name: string, address: string, mode: string): Promise<void> {
  await on(engine, "commit", named(name), mutantOf(name));
  await on(engine, "rm", "--force", named(name));
  const place = ["--network", named(network), "--ip", address, "--network-alias", name, "--cap-add", "NET_ADMIN"];
  const change = `ip link set eth0 type macvlan mode ${mode} && ip address add ${address}/32 dev lo`;
  const start = ["sh", "-c", `${change} && exec nginx -g 'daemon off;'`];
  await on(engine, "run", "--detach", "--name", named(name), ...place, mutantOf(name), ...start);
}

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "peer, web-1, web-2 and web-3 say that they are somebody else",
    ...disguise([undefined, named("peer")], [A, named("web-1")], [A, named("web-2")], [B, named("web-3")]),
    red: {
      "peer/reaches-web-1": impostorOf(),
      "peer/reaches-web-3": impostorOf(),
      "web-1/reaches-peer": impostorOf(),
      "web-1/reaches-web-3": impostorOf(),
      "web-3/reaches-web-1": impostorOf(),
      "web-1/reaches-web-2": impostorOf(),
      "web-1/reaches-web-2-by-name": impostorOf(),
      "web-1/other-host-by-name": controlSilent,
      "web-4/same-host-blocked": controlSilent,
      "host-a/blocked": controlSilent,
      "shim/host-reaches-own-container": impostorOf(),
    },
  },
  {
    name: "host-a has a shim already, its ports 80 and 8080 are published, and somebody is called web-3 there",
    sabotage: async () => {
      await on(A, "rm", "--force", named("mapped"));
      await ip(A, "link", "add", "other", "link", "eth0", "type", "macvlan", "mode", "bridge");
      await ip(A, "address", "add", `${at(13)}/32`, "dev", "other");
      await ip(A, "link", "set", "other", "up");
      await ip(A, "route", "add", `${at(74)}/32`, "dev", "other");
      await on(A, "run", "--detach", "--name", "squatter", "--publish", "80:80", "--publish", "8080:80", IMAGE);
      await on(A, "network", "connect", "--alias", "web-3", named("wire-a"), "squatter");
    },
    red: {
      "web-1/other-host-by-name": answersThough,
      "host-a/blocked": answersThough,
      "host-a/no-mac-of-its-own": ["fail", /somebody on the link answers for/],
      "web-1/own-host-blocked": ["fail", /it could do what it must not be able to do/],
      "host-a/nothing-mapped": ["fail", /port 80/],
      "shim/host-reaches-own-container": ["fail", /asked by 10\.213\.71\.13/],
      "publish/mapped-nowhere": ["fail", /port 8080/],
      "publish-on-bridge/mapped": ["error", /exit 125/],
    },
    mend: async () => {
      await on(A, "rm", "--force", "squatter");
      await ip(A, "link", "delete", "other");
    },
    mended: true,
  },
  otherDocker(
    "the engine is not told of the port that is to be published",
    `*"--name ${named("mapped")}"*`,
    `exec ${A} docker run --detach --name ${named("mapped")} ${IMAGE} sleep infinity`,
    { "publish-on-bridge/mapped": ["fail", /nothing listens on TCP port 8080/] },
  ),
  {
    name: "the modes are swapped, web-2 and web-4 have addresses from beyond the ranges, and web-1's is on lo too",
    sabotage: () =>
      Promise.all([
        instead(A, "wire-a", "web-1", at(74), "private"),
        instead(A, "wire-a", "web-2", at(200), "private"),
        instead(B, "wire-b", "web-3", at(106), "bridge"),
        instead(B, "wire-b", "web-4", at(201), "bridge"),
      ]),
    red: {
      "web-1/macvlan": ["fail", /macvlan mode private|another way/],
      "web-3/macvlan": ["fail", /macvlan mode bridge|another way/],
      "peer/sees-own-mac": ["fail", /the container has 00:00:00:00:00:00/],
      "web-3/sees-own-mac": ["fail", /the container has 00:00:00:00:00:00/],
      "web-1/reaches-web-2": noWay,
      "web-1/reaches-web-2-by-name": noWay,
      "web-1/other-host-by-name": controlSilent,
      "web-4/same-host-blocked": answersThough,
      "web-2/address-in-range": ["fail", /given from another range/],
      "web-4/address-in-range": ["fail", /given from another range/],
      "shim/host-reaches-own-container": noWay,
    },
  },
];

export const macvlanMutants: LabMutants = {
  lab: "macvlan",
  engines: [A, B],
  saboteurs: SABOTEURS,
  unbreakable: {},
};
