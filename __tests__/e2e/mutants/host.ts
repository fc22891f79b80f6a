import { APART, docker } from "../project";
import {
  disguise,
  edited,
  gone,
  impostor,
  inOtherMounts,
  instead,
  type LabMutants,
  listensOn,
  noCurl,
  onHost,
  otherDocker,
  refused,
  type Saboteur,
  stop,
  stopped,
  unwired,
  withoutProgram,
} from "./saboteur";

const [WEB, REMOTE] = ["labtest-host-web", "labtest-host-remote"];
const HTTP = APART.LAB_HTTP_PORT;

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "the server is stopped",
    ...stop(WEB),
    red: {
      "web/same-namespace": gone,
      "web/same-interfaces": gone,
      "web/same-ifconfig": gone,
      "web/no-new-interface": gone,
      "web/answers": stopped,
      "web/answers-everywhere": stopped,
      "web/from-outside": stopped,
      "web/owner": gone,
      "web/resolver": gone,
      "web/own-file-systems": gone,
      "web/own-processes": gone,
    },
  },
  {
    name: "the server listens on another port",
    ...edited(WEB, "s/listen .*/listen 18499;/"),
    red: {
      "web/answers": listensOn(18499),
      "web/answers-everywhere": listensOn(18499),
      "web/from-outside": listensOn(18499),
      "web/owner": ["fail", /nothing listens on TCP port/],
    },
  },
  {
    name: "the server listens on the loopback address only",
    ...edited(WEB, `s/listen .*/listen 127.0.0.1:${HTTP};/`),
    red: {
      "web/answers-everywhere": ["fail", /on loopback only: nobody else can reach it/],
      "web/from-outside": ["fail", /on loopback only: nobody else can reach it/],
    },
  },
  {
    name: "somebody else answers in its place",
    ...disguise([undefined, WEB]),
    red: {
      "web/answers": impostor,
      "web/answers-everywhere": impostor,
      "web/from-outside": impostor,
    },
  },
  {
    name: "the container is in bridge mode, with the port published",
    breaks: [WEB],
    sabotage: () => instead(WEB, "--publish", `${HTTP}:${HTTP}`),
    red: {
      "web/same-namespace": ["fail", /namespace of its own/],
      "web/no-address": ["fail", /not in host mode/],
      "web/same-interfaces": ["fail", /network stack of its own/],
      "web/same-ifconfig": ["fail", /network stack of its own/],
      "web/no-new-interface": ["fail", /one end of a veth pair/],
      "web/answers": ["fail", /asked by 172\.\d+\.\d+\.1\n/],
      "web/nothing-published": ["fail", /maps a port/],
      "web/owner": ["fail", /no process of/],
    },
  },
  {
    name: "the remote machine was started anew, and has lost its wire",
    breaks: [REMOTE],
    sabotage: () => docker("restart", "--time", "2", REMOTE),
    red: { "web/from-outside": unwired },
  },
  {
    name: "the container sees the host's processes",
    breaks: [WEB],
    sabotage: () => instead(WEB, "--network", "host", "--pid", "host"),
    red: { "web/own-processes": ["fail", /not separated/] },
  },
  {
    name: "the container's process is in the host's mount namespace, and serves nothing",
    breaks: [WEB],
    sabotage: async () => {
      const engine = await onHost("cat", "/run/docker.pid");
      const procOfHost = ["--volume", "/proc:/host/proc:ro"];
      await inOtherMounts(WEB, `/host/proc/${engine}/ns/mnt`, "--network", "host", ...procOfHost);
    },
    red: {
      "web/own-file-systems": ["fail", /not separated/],
      "web/answers": refused,
      "web/answers-everywhere": refused,
      "web/from-outside": refused,
      "web/owner": ["fail", /./],
    },
  },
  {
    name: "the container has another resolver",
    breaks: [WEB],
    sabotage: () => docker("exec", WEB, "sh", "-c", "echo nameserver 192.0.2.53 > /etc/resolv.conf"),
    red: { "web/resolver": ["fail", /the host has/] },
  },
  {
    name: "the host has one more interface",
    sabotage: () => onHost("ip", "link", "add", "labtest-extra", "type", "veth", "peer", "name", "labtest-extra2"),
    red: { "web/no-new-interface": ["fail", /an interface has appeared/] },
    mend: () => onHost("ip", "link", "delete", "labtest-extra"),
    mended: true,
  },
  withoutProgram("curl", { "web/answers": noCurl, "web/answers-everywhere": noCurl, "web/from-outside": noCurl }),
  otherDocker(
    "docker does not remove what it should, once it has ended",
    '"run --rm "*',
    'run --name "$4" --network host docker-network-labs/nginx:local echo passing',
    { "removed-when-stopped": ["fail", /the engine keeps what it was told to remove/] },
  ),
  otherDocker(
    "docker does not ask for the ports, and so the engine does not warn",
    '"create --name "*',
    'create --name "$3" --network host docker-network-labs/nginx:local',
    { "discarded-ports": ["fail", /treats published ports in host mode in another way/] },
  ),
];

export const hostMutants: LabMutants = {
  lab: "host",
  saboteurs: SABOTEURS,
  unbreakable: {},
};
