import { APART, docker } from "../project";
import {
  bridgeOf,
  closeFilter,
  controlSilent,
  cutOff,
  disguise,
  edit,
  edited,
  gone,
  idleInstead,
  impostor,
  instead,
  type LabMutants,
  listensOn,
  mutantOf,
  natRule,
  noCurl,
  onHost,
  openFilter,
  refused,
  type Saboteur,
  stop,
  stopped,
  unwired,
  withoutProgram,
} from "./saboteur";

const [WEB1, WEB2, PLAIN] = ["labtest-bridge-web-1", "labtest-bridge-web-2", "labtest-bridge-plain"];
const REMOTE = "labtest-bridge-remote";
const LAN = "labtest-bridge-lan";
const PUBLISHED = APART.LAB_PUBLISHED_PORT;
const DESTINATION = "10.213.77.2:80";
const WEB2_ADDRESS = "10.213.77.3";
/** On the loopback address alone; the next one leads to a port that nothing listens on. */
const LOCAL = APART.LAB_LOCAL_PORT;
const SILENT = String(Number(LOCAL) + 1);

const answered = ["fail", /something answers where nothing should/] as const;
const nobodyListens = ["fail", /nothing listens on TCP port/] as const;
const notItself = ["fail", /it is not web-1 that answers; a request that does not arrive is not logged/] as const;
const notPublished = ["fail", /port 18481 of the host is not published/] as const;
const silentNotPublished = ["fail", new RegExp(`port ${SILENT} of the host is not published`)] as const;
const notBehindProxy = [
  "fail",
  /(?:docker-proxy accepted|connection refused)[^]*nothing listens on port 80 \(only on 81\)/,
] as const;
/** What is measured beside web-1's published port, for which it must answer. */
const besideWeb1 = {
  "plain/not-outside": controlSilent,
  "plain/no-service-outside": controlSilent,
  "web-2/direct-closed": controlSilent,
  "web-2/direct-guarded": controlSilent,
};

/** As if nobody listened: not even docker-proxy is asked. */
const REFUSE_SILENT = [
  "INPUT",
  "-i",
  "lo",
  "-p",
  "tcp",
  "--dport",
  SILENT,
  "-j",
  "REJECT",
  "--reject-with",
  "tcp-reset",
];

async function masqueradeRule(): Promise<string[]> {
  return ["POSTROUTING", "-s", APART.LAB_SUBNET, "!", "-o", await bridgeOf(LAN), "-j", "MASQUERADE"];
}

async function mappingRule(): Promise<string[]> {
  const match = ["!", "-i", await bridgeOf(LAN), "-p", "tcp", "-m", "tcp", "--dport", PUBLISHED];
  return ["DOCKER", ...match, "-j", "DNAT", "--to-destination", DESTINATION];
}

/** As without docker-proxy. */
function hairpinRule(): string[] {
  const match = ["-s", WEB2_ADDRESS, "-p", "tcp", "-m", "tcp", "--dport", PUBLISHED];
  return ["DOCKER", ...match, "-j", "DNAT", "--to-destination", DESTINATION];
}

/** What becomes of requests to web-2 that come from anywhere but its bridge. */
async function fromOutside(verdict: "ACCEPT" | "DROP"): Promise<string[]> {
  const match = ["!", "-i", await bridgeOf(LAN), "-d", WEB2_ADDRESS, "-p", "tcp", "--dport", "80"];
  return ["FORWARD", ...match, "-j", verdict];
}

/** The host's, as it was. */
let policy = "ACCEPT";

const SABOTEURS: readonly Saboteur[] = [
  {
    name: "web-2 is stopped",
    ...stop(WEB2),
    red: {
      "web-2/direct-open": stopped,
      "web-2/direct-closed": ["error", /container \S+ does not run: exited/],
      "web-2/direct-guarded": ["error", /container \S+ does not run: exited/],
      "web-2/hairpin": gone,
      "web-2/client-hidden": gone,
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
    ...edited(WEB1, "s/listen .*/listen 81;/"),
    red: {
      "web-1/answers": listensOn(81),
      "web-2/reaches-by-address": listensOn(81),
      "web-2/reaches-by-name": listensOn(81),
      "web-1/published": notBehindProxy,
      "web-1/published-outside": listensOn(81),
      "web-1/client-logged": listensOn(81),
      "web-1/hairpin": notBehindProxy,
      "web-2/hairpin": notBehindProxy,
      "web-2/client-hidden": ["fail", /a request that does not arrive is not logged[^]*nothing listens on port 80 /],
      ...besideWeb1,
      "web-1/host-port-not-inside": controlSilent,
    },
  },
  {
    name: "web-1 also listens on the published port, inside",
    ...edited(WEB1, `s/listen .*/listen 80; listen ${PUBLISHED};/`),
    red: { "web-1/host-port-not-inside": answered },
  },
  {
    name: "web-1 says that it is somebody else",
    ...disguise([undefined, WEB1]),
    red: {
      "web-1/answers": impostor,
      "web-2/reaches-by-address": impostor,
      "web-2/reaches-by-name": impostor,
      "web-1/published": impostor,
      "web-1/published-outside": impostor,
      "web-1/client-logged": notItself,
      "web-1/hairpin": impostor,
      "web-2/hairpin": impostor,
      "web-2/client-hidden": notItself,
      ...besideWeb1,
      "web-1/host-port-not-inside": controlSilent,
    },
  },
  {
    name: "web-1 is not published",
    breaks: [WEB1],
    sabotage: () => instead(WEB1, "--network", LAN, "--ip", "10.213.77.2", "--network-alias", "web-1"),
    red: {
      "web-1/published": notPublished,
      "web-1/published-outside": notPublished,
      "web-1/client-logged": notPublished,
      "web-1/hairpin": notPublished,
      "web-2/hairpin": notPublished,
      "web-2/client-hidden": notPublished,
      "web-1/publisher": nobodyListens,
      "web-1/port-mapping": ["fail", /no such rule/],
      ...besideWeb1,
    },
  },
  {
    name: "web-2 is published",
    breaks: [WEB2],
    sabotage: () =>
      instead(WEB2, "--network", LAN, "--ip", WEB2_ADDRESS, "--network-alias", "web-2", "--publish", "18493:80"),
    // The engine lets through what it publishes, by the container's own address, too.
    red: { "web-2/nothing-published": ["fail", /maps a port/], "web-2/direct-closed": answered },
  },
  {
    name: "web-2 is disconnected from the network",
    breaks: [WEB2],
    sabotage: () => docker("network", "disconnect", LAN, WEB2),
    red: {
      "web-2/veth": ["fail", /no interface of/],
      "web-2/answers": cutOff,
      "web-2/own-address": ["fail", /did not get the address/],
      "web-2/reaches-by-address": ["fail", /web-2, which asks, is connected to no network/],
      "web-2/reaches-by-name": ["fail", /no resolver knows the name.*which asks, is connected to no network/],
      "web-2/masqueraded": ["fail", /no way leads there/],
      "web-2/direct-open": cutOff,
      "web-2/hairpin": ["fail", /web-2, which asks, is connected to no network/],
      "web-2/client-hidden": ["fail", /web-2, which asks, is connected to no network/],
    },
  },
  {
    name: "web-2 shares the namespace of web-1",
    breaks: [WEB2],
    sabotage: () => idleInstead(WEB2, `container:${WEB1}`),
    red: {
      "web-2/answers": ["fail", /./],
      "web-1/not-web-2s-namespace": ["fail", /not separated/],
      "web-2/own-address": ["fail", /did not get the address/],
      "web-2/direct-open": ["fail", /./],
    },
  },
  {
    name: "web-1 is in host mode",
    breaks: [WEB1],
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
      "web-1/client-logged": ["fail", /nothing listens on that port/],
      "web-1/hairpin": refused,
      "web-2/hairpin": refused,
      "web-2/client-hidden": ["fail", /nothing listens on that port/],
      "web-1/publisher": nobodyListens,
      "web-1/port-mapping": ["fail", /no such rule/],
      "web-1/host-port-not-inside": controlSilent,
      ...besideWeb1,
    },
  },
  {
    name: "web-2 is in host mode",
    breaks: [WEB2],
    sabotage: () => idleInstead(WEB2, "host"),
    red: {
      "web-2/own-namespace": ["fail", /not separated/],
      "web-2/veth": ["fail", /no interface of/],
      "web-2/client-hidden": ["fail", /takes somebody else for its client/],
      "web-2/answers": ["fail", /./],
      "web-2/own-address": ["fail", /did not get the address/],
      "web-2/embedded-resolver": ["fail", /will not resolve/],
      "web-2/reaches-by-name": ["fail", /no resolver knows the name/],
      "web-2/direct-open": ["fail", /./],
    },
  },
  {
    name: "web-1 has lost its name",
    breaks: [WEB1],
    sabotage: () => instead(WEB1, "--network", LAN, "--ip", "10.213.77.2", "--publish", `${PUBLISHED}:80`),
    red: { "web-2/reaches-by-name": ["fail", /is not called web-1 on its networks/] },
  },
  {
    name: "web-2 asks a resolver that is none",
    breaks: [WEB2],
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
    breaks: [WEB2],
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
    "web-1/client-logged": noCurl,
    "web-2/masqueraded": noCurl,
    "web-1/host-port-not-inside": noCurl,
    "web-1/hairpin": noCurl,
    "web-2/hairpin": noCurl,
    "web-2/client-hidden": noCurl,
    "web-2/direct-open": noCurl,
    "web-2/direct-closed": noCurl,
    "web-2/direct-guarded": noCurl,
    "plain/local": noCurl,
    "plain/not-outside": noCurl,
    "plain/accepted": noCurl,
    "plain/not-accepted": noCurl,
    "plain/no-service": noCurl,
    "plain/no-service-outside": noCurl,
  }),
  {
    name: "plain listens on another port",
    ...edited(PLAIN, "s/listen .*/listen 81;/"),
    red: {
      "plain/answers": listensOn(81),
      "plain/local": notBehindProxy,
      "plain/not-accepted": ["error", /the control accepts no connection/],
      "plain/no-service": controlSilent,
      "plain/no-service-outside": answered,
    },
  },
  {
    name: "plain listens on the port behind the silent one too",
    ...edited(PLAIN, "s/listen .*/listen 80; listen 81;/"),
    red: {
      "plain/not-accepted": ["fail", /something accepts connections where nothing should/],
      "plain/no-service": answered,
      "plain/no-service-outside": answered,
    },
  },
  {
    name: "the port behind which nobody is, is not published either",
    breaks: [PLAIN],
    sabotage: () => instead(PLAIN, "--publish", `127.0.0.1:${LOCAL}:80`),
    red: {
      "plain/listen": nobodyListens,
      "plain/accepted": silentNotPublished,
      "plain/no-service": ["fail", /it fails, but not in the expected way/],
    },
  },
  {
    name: "a rule of the host's refuses who connects to the port behind which nobody is",
    sabotage: async () => onHost("iptables", "-w", "-I", ...REFUSE_SILENT),
    mend: async () => onHost("iptables", "-w", "-D", ...REFUSE_SILENT),
    mended: true,
    red: {
      "plain/accepted": ["fail", /a packet filter rule of the host stops it/],
      "plain/no-service": ["fail", /it fails, but not in the expected way/],
    },
  },
  {
    name: "plain is published on every address",
    breaks: [PLAIN],
    sabotage: () => instead(PLAIN, "--publish", `${LOCAL}:80`, "--publish", `${SILENT}:81`),
    red: { "plain/local-only": ["fail", /./], "plain/not-outside": answered },
  },
  {
    name: "plain is in host mode",
    breaks: [PLAIN],
    sabotage: () => idleInstead(PLAIN, "host"),
    red: {
      "plain/own-namespace": ["fail", /not separated/],
      "plain/veth": ["fail", /no interface of/],
      "plain/answers": ["error", /has no address/],
      "plain/local": refused,
      "plain/local-only": ["fail", /./],
      "plain/listen": nobodyListens,
      "plain/accepted": ["fail", new RegExp(`nothing listens on port ${SILENT}`)],
      "plain/not-accepted": ["error", /the control accepts no connection/],
      "plain/no-service": controlSilent,
    },
  },
  {
    name: "plain is on the user-defined network",
    breaks: [PLAIN],
    sabotage: () => instead(PLAIN, "--network", LAN),
    red: {
      "plain/no-embedded-resolver": ["fail", /user-defined network/],
      "plain/veth": ["fail", /no interface of/],
      "plain/answers": ["error", /has no address/],
      "plain/local": ["fail", /is not published/],
      "plain/local-only": ["fail", /./],
      "plain/listen": nobodyListens,
      "plain/accepted": silentNotPublished,
      "plain/not-accepted": ["error", /the control accepts no connection/],
      "plain/no-service": controlSilent,
    },
  },
  {
    name: "the remote machine was started anew, and has lost its wire",
    breaks: [REMOTE],
    sabotage: () => docker("restart", "--time", "2", REMOTE),
    red: {
      "web-1/published-outside": unwired,
      "web-1/client-logged": unwired,
      "web-2/masqueraded": ["fail", /./],
      // The address of the host that they ask is the wire's.
      "web-1/hairpin": ["fail", /./],
      "web-2/hairpin": ["fail", /./],
      "web-2/client-hidden": ["fail", /./],
      "web-2/direct-open": unwired,
      "web-2/direct-closed": unwired,
      "web-2/direct-guarded": unwired,
      "plain/not-outside": unwired,
      "plain/no-service-outside": unwired,
    },
  },
  {
    name: "a rule of the host's stops what others send to web-2",
    sabotage: async () => onHost("iptables", "-w", "-I", ...(await fromOutside("DROP"))),
    mend: async () => onHost("iptables", "-w", "-D", ...(await fromOutside("DROP"))),
    mended: true,
    red: { "web-2/direct-open": ["fail", /a packet filter rule of the host stops it/] },
  },
  {
    name: "the host forwards nothing unless a rule says so, and a rule says so of what others send to web-2",
    sabotage: async () => {
      policy = /^-P FORWARD (\w+)/m.exec(await onHost("iptables", "-w", "-S", "FORWARD"))?.[1] ?? policy;
      await onHost("iptables", "-w", "-P", "FORWARD", "DROP");
      await onHost("iptables", "-w", "-I", ...(await fromOutside("ACCEPT")));
    },
    mend: async () => {
      await onHost("iptables", "-w", "-D", ...(await fromOutside("ACCEPT")));
      await onHost("iptables", "-w", "-P", "FORWARD", policy);
    },
    mended: true,
    red: { "web-2/direct-open": ["skip", /FORWARD policy is DROP/], "web-2/direct-closed": answered },
  },
  {
    name: "what others send to web-2 passes before any rule of the engine's is asked",
    sabotage: () => openFilter(WEB2_ADDRESS),
    mend: () => closeFilter(WEB2_ADDRESS),
    mended: true,
    red: { "web-2/direct-guarded": answered, "web-2/direct-closed": answered },
  },
  {
    name: "the rule of the port mapping is gone",
    sabotage: async () => natRule("-D", ...(await mappingRule())),
    red: {
      "web-1/port-mapping": ["fail", /only docker-proxy/],
      "web-1/published-outside": ["fail", /asked by 10\.213\.77\.1/],
      "web-1/client-logged": ["fail", /^10\.213\.77\.1 - -.*\n.*takes somebody else for its client/],
    },
    mend: async () => natRule("-A", ...(await mappingRule())),
    mended: true,
  },
  {
    name: "what comes from web-2 to the published port is led to web-1 by the kernel, too",
    sabotage: async () => natRule("-I", ...hairpinRule()),
    mend: async () => natRule("-D", ...hairpinRule()),
    mended: true,
    red: { "web-2/client-hidden": ["fail", /^10\.213\.77\.3 - -.*\n.*takes somebody else for its client/] },
  },
  {
    name: "the masquerading rule is gone",
    sabotage: async () => natRule("-D", ...(await masqueradeRule())),
    red: {
      "lan/masquerade": ["fail", /cannot find their way back/],
      // Since Engine 28 the answer to web-2's own address is dropped as anything else that comes for it from outside.
      "web-2/masqueraded": ["fail", /asked by 10\.213\.77\.3|the packets are dropped on the way/],
    },
    mend: async () => natRule("-A", ...(await masqueradeRule())),
    mended: true,
  },
  {
    name: "a process on the host holds the published port",
    breaks: [WEB1],
    sabotage: async () => {
      await instead(WEB1, "--network", LAN, "--ip", "10.213.77.2", "--network-alias", "web-1");
      await docker("run", "--detach", "--name", "labtest-impostor", "--network", "host", mutantOf(WEB1));
      await edit("labtest-impostor", `s/listen .*/listen ${PUBLISHED};/`);
    },
    red: {
      "web-1/published": ["fail", /asked by 127\.0\.0\.1/],
      "web-1/publisher": ["fail", /a process took it directly/],
      "web-1/port-mapping": ["fail", /no such rule/],
      "web-1/client-logged": ["fail", /answered, and not logged/],
      "web-2/client-hidden": ["fail", /answered, and not logged/],
    },
    mend: () => docker("rm", "--force", "labtest-impostor"),
  },
];

export const bridgeMutants: LabMutants = { lab: "bridge", saboteurs: SABOTEURS, unbreakable: {} };
