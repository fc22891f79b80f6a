import { APART, docker } from "../project";
import {
  bridgeOf,
  controlSilent,
  cutOff,
  edit,
  gone,
  idleInstead,
  impostor,
  instead,
  listensOn,
  type LabMutants,
  MUTANT,
  natRule,
  noCurl,
  refused,
  type Saboteur,
  stopped,
  unwired,
  withoutProgram,
} from "./saboteur";

const [WEB1, WEB2, PLAIN] = ["labtest-bridge-web-1", "labtest-bridge-web-2", "labtest-bridge-plain"];
const REMOTE = "labtest-bridge-remote";
const LAN = "labtest-bridge-lan";
const PUBLISHED = APART.LAB_PUBLISHED_PORT;
const DESTINATION = "10.213.77.2:80";

async function masqueradeRule(): Promise<string[]> {
  return ["POSTROUTING", "-s", APART.LAB_SUBNET, "!", "-o", await bridgeOf(LAN), "-j", "MASQUERADE"];
}

async function mappingRule(): Promise<string[]> {
  const match = ["!", "-i", await bridgeOf(LAN), "-p", "tcp", "-m", "tcp", "--dport", PUBLISHED];
  return ["DOCKER", ...match, "-j", "DNAT", "--to-destination", DESTINATION];
}

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web-2 is stopped",
    sabotage: () => docker("stop", WEB2),
    red: {
      "web-2/own-namespace": gone,
      "web-2/masqueraded": gone,
      "web-2/veth": gone,
      "web-2/answers": stopped,
      "web-1/not-web-2s-namespace": gone,
      "web-2/own-address": gone,
      "web-2/embedded-resolver": gone,
      "web-2/reaches-by-address": gone,
      "web-2/reaches-by-name": gone,
    },
  },
  {
    name: "web-1 listens on another port",
    sabotage: () => edit(WEB1, "s/listen .*/listen 81;/"),
    red: {
      "web-1/answers": listensOn(81),
      "web-2/reaches-by-address": listensOn(81),
      "web-2/reaches-by-name": listensOn(81),
      "web-1/published": ["fail", /docker-proxy accepted .*nothing listens on port 80 \(only on 81\)/],
      "web-1/published-outside": refused,
      "web-1/host-port-not-inside": controlSilent,
    },
  },
  {
    name: "web-1 also listens on the published port, inside",
    sabotage: () => edit(WEB1, `s/listen .*/listen 80; listen ${PUBLISHED};/`),
    red: { "web-1/host-port-not-inside": ["fail", /something answers where nothing should/] },
  },
  {
    name: "web-1 says that it is web-2",
    sabotage: () => edit(WEB1, 's/return .*/return 200 "web-2 00000000\\\\n";/'),
    red: {
      "web-1/answers": impostor,
      "web-2/reaches-by-address": impostor,
      "web-2/reaches-by-name": impostor,
      "web-1/published": impostor,
      "web-1/published-outside": impostor,
      "web-1/host-port-not-inside": controlSilent,
    },
  },
  {
    name: "web-1 is not published",
    sabotage: () => instead(WEB1, "--network", LAN, "--ip", "10.213.77.2", "--network-alias", "web-1"),
    red: {
      "web-1/published": ["fail", /port 18481 of the host is not published/],
      "web-1/published-outside": refused,
      "web-1/publisher": ["fail", /nothing listens on TCP port/],
      "web-1/port-mapping": ["fail", /no such rule/],
    },
  },
  {
    name: "web-2 is published",
    sabotage: () =>
      instead(WEB2, "--network", LAN, "--ip", "10.213.77.3", "--network-alias", "web-2", "--publish", "18483:80"),
    red: { "web-2/nothing-published": ["fail", /maps a port/] },
  },
  {
    name: "web-2 is disconnected from the network",
    sabotage: () => docker("network", "disconnect", LAN, WEB2),
    red: {
      "web-2/veth": ["fail", /no interface of/],
      "web-2/answers": cutOff,
      "web-2/own-address": ["fail", /did not get the address/],
      "web-2/reaches-by-address": ["fail", /web-2, which asks, is connected to no network/],
      "web-2/reaches-by-name": ["fail", /no resolver knows the name.*which asks, is connected to no network/],
      "web-2/masqueraded": ["fail", /no way leads there/],
    },
  },
  {
    name: "web-2 shares the namespace of web-1",
    sabotage: () => idleInstead(WEB2, `container:${WEB1}`),
    red: {
      "web-2/answers": ["fail", /./],
      "web-1/not-web-2s-namespace": ["fail", /not separated/],
      "web-2/own-address": ["fail", /did not get the address/],
    },
  },
  {
    name: "web-1 is in host mode",
    sabotage: () => idleInstead(WEB1, "host"),
    red: {
      "web-1/own-namespace": ["fail", /not separated/],
      "web-1/veth": ["fail", /no interface of/],
      "web-1/answers": ["fail", /./],
      "web-1/own-address": ["fail", /did not get the address/],
      "web-1/embedded-resolver": ["fail", /will not resolve/],
      "web-2/reaches-by-address": ["fail", /./],
      "web-2/reaches-by-name": ["fail", /no resolver knows the name/],
      "web-1/published": refused,
      "web-1/published-outside": refused,
      "web-1/publisher": ["fail", /nothing listens on TCP port/],
      "web-1/port-mapping": ["fail", /no such rule/],
      "web-1/host-port-not-inside": controlSilent,
    },
  },
  {
    name: "web-2 is in host mode",
    sabotage: () => idleInstead(WEB2, "host"),
    red: {
      "web-2/own-namespace": ["fail", /not separated/],
      "web-2/veth": ["fail", /no interface of/],
      "web-2/answers": ["fail", /./],
      "web-2/own-address": ["fail", /did not get the address/],
      "web-2/embedded-resolver": ["fail", /will not resolve/],
      "web-2/reaches-by-name": ["fail", /no resolver knows the name/],
    },
  },
  {
    name: "web-1 has lost its name",
    sabotage: () => instead(WEB1, "--network", LAN, "--ip", "10.213.77.2", "--publish", `${PUBLISHED}:80`),
    red: { "web-2/reaches-by-name": ["fail", /is not called web-1 on its networks/] },
  },
  {
    name: "web-2 asks a resolver that is none",
    sabotage: () => docker("exec", WEB2, "sh", "-c", "echo nameserver 127.0.0.1 > /etc/resolv.conf"),
    red: {
      "web-2/embedded-resolver": ["fail", /will not resolve/],
      "web-2/reaches-by-name": [
        "fail",
        /the network knows web-1, but the resolver that inside labtest-bridge-web-2 uses does not/,
      ],
    },
  },
  {
    name: "curl is gone from web-2",
    sabotage: () => docker("exec", WEB2, "rm", "/usr/bin/curl"),
    red: { "web-2/reaches-by-name": ["error", /curl is not in the container's image/] },
  },
  withoutProgram("curl", {
    "web-1/answers": noCurl,
    "web-2/answers": noCurl,
    "plain/answers": noCurl,
    "web-2/reaches-by-address": noCurl,
    "web-1/published": noCurl,
    "web-1/published-outside": noCurl,
    "web-2/masqueraded": noCurl,
    "web-1/host-port-not-inside": noCurl,
  }),
  {
    name: "plain listens on another port",
    sabotage: () => edit(PLAIN, "s/listen .*/listen 81;/"),
    red: { "plain/answers": listensOn(81) },
  },
  {
    name: "plain is in host mode",
    sabotage: () => idleInstead(PLAIN, "host"),
    red: {
      "plain/own-namespace": ["fail", /not separated/],
      "plain/veth": ["fail", /no interface of/],
      "plain/answers": ["error", /has no address/],
    },
  },
  {
    name: "plain is on the user-defined network",
    sabotage: () => instead(PLAIN, "--network", LAN),
    red: {
      "plain/no-embedded-resolver": ["fail", /user-defined network/],
      "plain/veth": ["fail", /no interface of/],
      "plain/answers": ["error", /has no address/],
    },
  },
  {
    name: "the remote machine was started anew, and has lost its wire",
    sabotage: () => docker("restart", "--time", "2", REMOTE),
    red: { "web-1/published-outside": unwired, "web-2/masqueraded": ["fail", /./] },
  },
  {
    name: "the rule of the port mapping is gone",
    sabotage: async () => natRule("-D", ...(await mappingRule())),
    red: {
      "web-1/port-mapping": ["fail", /only docker-proxy/],
      "web-1/published-outside": ["fail", /asked by 10\.213\.77\.1/],
    },
    mend: async () => natRule("-A", ...(await mappingRule())),
  },
  {
    name: "the masquerading rule is gone",
    sabotage: async () => natRule("-D", ...(await masqueradeRule())),
    red: {
      "lan/masquerade": ["fail", /cannot find their way back/],
      "web-2/masqueraded": ["fail", /asked by 10\.213\.77\.3/],
    },
    mend: async () => natRule("-A", ...(await masqueradeRule())),
  },
  {
    name: "a process on the host holds the published port",
    sabotage: async () => {
      await instead(WEB1, "--network", LAN, "--ip", "10.213.77.2", "--network-alias", "web-1");
      await docker("run", "--detach", "--name", "labtest-impostor", "--network", "host", MUTANT);
      await edit("labtest-impostor", `s/listen .*/listen ${PUBLISHED};/`);
    },
    red: {
      "web-1/publisher": ["fail", /a process took it directly/],
      "web-1/port-mapping": ["fail", /no such rule/],
    },
    mend: () => docker("rm", "--force", "labtest-impostor"),
  },
];

export const bridgeMutants: LabMutants = { lab: "bridge", saboteurs: SABOTEURS, unbreakable: {} };
