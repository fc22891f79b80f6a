import type { CheckRecord } from "../../lib/checks/record";
import { APART, docker, run, TestProject } from "./project";
import { type Snapshot, snapshot } from "./surroundings";

jest.setTimeout(120_000);

/**
 * Every check is seen to fail: each saboteur breaks one thing on the real engine, and exactly the checks that are about
 * it must turn red, for the expected reason.
 */
interface Saboteur {
  readonly name: string;
  readonly sabotage: () => Promise<unknown>;
  /** Check id (without the lab) → verdict, and words that the record must hold. */
  readonly red: Readonly<Record<string, readonly ["fail" | "error", RegExp]>>;
  /** What `lab up` cannot mend by itself. */
  readonly mend?: () => Promise<unknown>;
}

const HTTP = APART.LAB_HTTP_PORT;
const PUBLISHED = APART.LAB_PUBLISHED_PORT;
const SITE = "/etc/nginx/conf.d/default.conf";
const MUTANT = "labtest-mutant:local";
const [WEB, WEB1, WEB2, PLAIN] = [
  "labtest-host-web",
  "labtest-bridge-web-1",
  "labtest-bridge-web-2",
  "labtest-bridge-plain",
];
const LAN = "labtest-bridge-lan";
const DESTINATION = "10.213.77.2:80";

/** Edits a server's configuration, and lets nginx read it. */
async function edit(container: string, expression: string): Promise<void> {
  await docker("exec", container, "sed", "-i", expression, SITE);
  await docker("restart", "--time", "2", container);
}

/** The same server, with its configuration, started in another way. */
async function instead(container: string, ...args: string[]): Promise<void> {
  await docker("commit", container, MUTANT);
  await docker("rm", "--force", container);
  await docker("run", "--detach", "--name", container, ...args, MUTANT);
}

/** A container of the same name that serves nothing. */
async function idleInstead(container: string, network: string): Promise<void> {
  await docker("commit", "--change", 'CMD ["sleep", "600"]', container, MUTANT);
  await docker("rm", "--force", container);
  await docker("run", "--detach", "--name", container, "--network", network, MUTANT);
}

async function natRule(verb: "-D" | "-A", ...rule: string[]): Promise<void> {
  const { exit, stderr } = await run(["iptables", "-w", "-t", "nat", verb, ...rule], "/");
  if (exit !== 0) throw new Error(stderr);
}

async function bridgeOf(network: string): Promise<string> {
  return `br-${(await docker("network", "inspect", "--format", "{{.Id}}", network)).slice(0, 12)}`;
}

async function masqueradeRule(): Promise<string[]> {
  return ["POSTROUTING", "-s", APART.LAB_SUBNET, "!", "-o", await bridgeOf(LAN), "-j", "MASQUERADE"];
}

async function mappingRule(): Promise<string[]> {
  const match = ["!", "-i", await bridgeOf(LAN), "-p", "tcp", "-m", "tcp", "--dport", PUBLISHED];
  return ["DOCKER", ...match, "-j", "DNAT", "--to-destination", DESTINATION];
}

const gone = ["error", /is not running/] as const;
const refused = ["fail", /nothing listens there/] as const;

const HOST: Saboteur[] = [
  {
    name: "the server is stopped",
    sabotage: () => docker("stop", WEB),
    red: {
      "web/same-namespace": gone,
      "web/same-interfaces": gone,
      "web/no-new-interface": gone,
      "web/answers": refused,
      "web/answers-everywhere": refused,
      "web/owner": gone,
      "web/resolver": gone,
      "web/own-file-systems": gone,
      "web/own-processes": gone,
    },
  },
  {
    name: "the server listens on another port",
    sabotage: () => edit(WEB, "s/listen .*/listen 18499;/"),
    red: {
      "web/answers": refused,
      "web/answers-everywhere": refused,
      "web/owner": ["fail", /nothing listens on TCP port/],
    },
  },
  {
    name: "the server listens on the loopback address only",
    sabotage: () => edit(WEB, `s/listen .*/listen 127.0.0.1:${HTTP};/`),
    red: { "web/answers-everywhere": refused },
  },
  {
    name: "somebody else answers in its place",
    sabotage: () => edit(WEB, 's/return .*/return 200 "impostor 00000000\\\\n";/'),
    red: {
      "web/answers": ["fail", /somebody else answers/],
      "web/answers-everywhere": ["fail", /somebody else answers/],
    },
  },
  {
    name: "the container is in bridge mode, with the port published",
    sabotage: () => instead(WEB, "--publish", `${HTTP}:${HTTP}`),
    red: {
      "web/same-namespace": ["fail", /namespace of its own/],
      "web/no-address": ["fail", /not in host mode/],
      "web/same-interfaces": ["fail", /network stack of its own/],
      "web/no-new-interface": ["fail", /one end of a veth pair/],
      "web/nothing-published": ["fail", /maps a port/],
      "web/owner": ["fail", /no process of/],
    },
  },
  {
    name: "the container sees the host's processes",
    sabotage: () => instead(WEB, "--network", "host", "--pid", "host"),
    red: { "web/own-processes": ["fail", /not separated/] },
  },
  {
    name: "the container has another resolver",
    sabotage: () => docker("exec", WEB, "sh", "-c", "echo nameserver 192.0.2.53 > /etc/resolv.conf"),
    red: { "web/resolver": ["fail", /the host has/] },
  },
];

const BRIDGE: Saboteur[] = [
  {
    name: "web-2 is stopped",
    sabotage: () => docker("stop", WEB2),
    red: {
      "web-2/own-namespace": gone,
      "web-2/veth": gone,
      "web-2/answers": ["fail", /./],
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
      "web-1/answers": refused,
      "web-2/reaches-by-address": refused,
      "web-2/reaches-by-name": refused,
      "web-1/published": ["fail", /docker-proxy accepted the connection, but nothing listens/],
      "web-1/host-port-not-inside": ["error", /the control does not answer/],
    },
  },
  {
    name: "web-1 also listens on the published port, inside",
    sabotage: () => edit(WEB1, `s/listen .*/listen 80; listen ${PUBLISHED};/`),
    red: { "web-1/host-port-not-inside": ["fail", /something listens where nothing should/] },
  },
  {
    name: "web-1 says that it is web-2",
    sabotage: () => edit(WEB1, 's/return .*/return 200 "web-2 00000000\\\\n";/'),
    red: {
      "web-1/answers": ["fail", /somebody else answers/],
      "web-2/reaches-by-address": ["fail", /somebody else answers/],
      "web-2/reaches-by-name": ["fail", /somebody else answers/],
      "web-1/published": ["fail", /somebody else answers/],
      "web-1/host-port-not-inside": ["error", /the control does not answer/],
    },
  },
  {
    name: "web-1 is not published",
    sabotage: () => instead(WEB1, "--network", LAN, "--ip", "10.213.77.2", "--network-alias", "web-1"),
    red: {
      "web-1/published": refused,
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
      "web-2/answers": ["fail", /./],
      "web-2/own-address": ["fail", /did not get the address/],
      "web-2/reaches-by-address": ["fail", /./],
      "web-2/reaches-by-name": ["fail", /no resolver knows the name/],
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
      "web-1/publisher": ["fail", /nothing listens on TCP port/],
      "web-1/port-mapping": ["fail", /no such rule/],
      "web-1/host-port-not-inside": ["error", /the control does not answer/],
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
    name: "plain listens on another port",
    sabotage: () => edit(PLAIN, "s/listen .*/listen 81;/"),
    red: { "plain/answers": refused },
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
    name: "the rule of the port mapping is gone",
    sabotage: async () => natRule("-D", ...(await mappingRule())),
    red: { "web-1/port-mapping": ["fail", /only docker-proxy/] },
    mend: async () => natRule("-A", ...(await mappingRule())),
  },
  {
    name: "the masquerading rule is gone",
    sabotage: async () => natRule("-D", ...(await masqueradeRule())),
    red: { "lan/masquerade": ["fail", /cannot find their way back/] },
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

describe.each([
  { lab: "host", saboteurs: HOST },
  { lab: "bridge", saboteurs: BRIDGE },
])("the checks of lab $lab", ({ lab, saboteurs }) => {
  const project = new TestProject();

  const check = async (): Promise<CheckRecord[]> => {
    // Long enough for nginx to be back after a restart, short enough to wait for what never comes.
    const { stdout } = await project.lab(["check", lab, "--json", "--deadline", "3"]);
    return JSON.parse(stdout) as CheckRecord[];
  };

  let before: Snapshot;

  beforeAll(async () => {
    before = await snapshot();
    expect((await project.lab(["up", lab])).exit).toBe(0);
  });
  afterAll(async () => {
    await project.remove();
    expect(await snapshot()).toEqual(before);
  });

  test.each(saboteurs)("notice that $name", async ({ sabotage, red, mend }) => {
    try {
      await sabotage();
      const troubles = (await check()).filter(({ verdict }) => verdict !== "pass");
      expect(Object.fromEntries(troubles.map(({ id, verdict }) => [id.replace(`${lab}/`, ""), verdict]))).toEqual(
        Object.fromEntries(Object.entries(red).map(([id, [verdict]]) => [id, verdict])),
      );
      for (const { id, actual, meaning } of troubles) {
        expect(`${actual} ${meaning ?? ""}`).toMatch(red[id.replace(`${lab}/`, "")]?.[1] ?? /never/);
      }
    } finally {
      await mend?.();
      // Terraform does not see all that was done to a container, so a new one takes its place.
      const names = await docker("ps", "--all", "--quiet", "--filter", `name=labtest-${lab}-`);
      await docker("rm", "--force", ...names.split("\n"));
      // Before another gets its name, and this one is left without any.
      await run(["docker", "rmi", "--force", MUTANT], "/");
      expect((await project.lab(["up", lab])).exit).toBe(0);
    }
  });

  test("are each noticed by some saboteur, but for those that only a unit test can break", async () => {
    // The engine has no way to share the host's file systems, nor to be silent about discarded ports.
    const unbreakable = ["web/own-file-systems", "discarded-ports"];
    const noticed = new Set(
      saboteurs.flatMap(({ red }) =>
        Object.entries(red).flatMap(([id, [verdict]]) => (verdict === "fail" ? [id] : [])),
      ),
    );
    const ids = (await check()).map(({ id }) => id.replace(`${lab}/`, ""));
    expect(ids.filter((id) => !noticed.has(id) && !unbreakable.includes(id))).toEqual([]);
  });
});
