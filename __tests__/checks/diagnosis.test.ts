import { toShell } from "../../lib/checks/command";
import { type Diagnosis, diagnose } from "../../lib/checks/diagnosis";
import type { Observation } from "../../lib/checks/probe";
import type { Probe } from "../../lib/checks/probes";
import * as say from "../../lib/checks/vocabulary";
import type { Output } from "./findings";
import { one, remote, two, web } from "./sentences";

const ONE = one.container;
const IN_ONE = `nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${ONE})" -n`;
const IN_REMOTE = `nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${remote.container})" -n`;
const NETSTAT = `${IN_ONE} netstat -tulpn`;
const DIRECT = say.http(one).answers();
const PUBLISHED = say.http(one).onHostPort(8080).answers();

interface Container {
  readonly State: object;
  readonly HostConfig: object;
  readonly NetworkSettings: object;
}
const CONTAINER: Container = {
  State: { Status: "running", ExitCode: 0, Error: "" },
  HostConfig: { NetworkMode: "lab-x-lan" },
  NetworkSettings: {
    Ports: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "8080" }] },
    Networks: { "lab-x-lan": { IPAddress: "10.77.0.2", Aliases: ["one", "0123456789ab"] } },
  },
};

const HOSTS_ADDRESSES = ["127.0.0.1", remote.hostAddress].map((local, index) => ({
  ...{ ifindex: index + 1, ifname: `eth${String(index)}` },
  addr_info: [{ family: "inet", local }],
}));
const FROM_OUTSIDE = say.http(one).onHostPort(8080).from(remote).answers();
const outside = (exit: number, stderr: string): Output => curl(exit, stderr, `http://${remote.hostAddress}:8080/`);
const CONNECTS = say.tcp(one).from(say.inside(two)).connects();
const UNPUBLISHED = { NetworkSettings: { ...CONTAINER.NetworkSettings, Ports: { "80/tcp": null } } };
const ENDED = { State: { Status: "exited", ExitCode: 137, Error: "" } };

const netstat = (...lines: string[]): Output => ({
  stdout: `Active Internet connections (only servers)\nProto …\n${lines.map((line) => `tcp 0 0 ${line} 0.0.0.0:* LISTEN -\n`).join("")}`,
});
const observation = (output: Output): Observation => ({
  ...{ argv: [], exit: 0, stdout: "", stderr: "", milliseconds: 1 },
  ...output,
});
const curl = (exit: number, stderr: string, url = "http://10.77.0.2:80/"): Output => ({
  argv: ["curl", url],
  exit,
  stderr,
});
const REFUSED = curl(7, "* connect failed: Connection refused\ncurl: (7) Failed to connect");
const DROPPED = curl(28, "curl: (28) Connection timed out after 3001 milliseconds");
const NO_NAME = curl(6, "curl: (6) Could not resolve host: one");

/** A machine on which all is well, but for what is given: command line → what it returns; undefined cannot be run. */
async function diagnosed(
  probe: Probe,
  answer: Output | undefined,
  differences: Readonly<Record<string, Output | undefined>>,
  container: Partial<Container> = {},
): Promise<Diagnosis | undefined> {
  const machine: Record<string, Output | undefined> = {
    [`docker inspect ${ONE}`]: { stdout: JSON.stringify([{ ...CONTAINER, ...container }]) },
    [NETSTAT]: netstat("0.0.0.0:80", "127.0.0.11:41234"),
    "netstat -tulpn": netstat(),
    "iptables -w -S": { stdout: "-P FORWARD ACCEPT\n-A FORWARD -j DOCKER-USER\n" },
    [`${IN_ONE} iptables -w -S`]: { stdout: "-P INPUT ACCEPT\n" },
    env: { stdout: "PATH=/usr/bin\n" },
    "ip -j -4 addr show": { stdout: JSON.stringify(HOSTS_ADDRESSES) },
    ...differences,
  };
  return diagnose(
    probe,
    (name) =>
      answer !== undefined && ["request", "connection", "control"].includes(name) ? [observation(answer)] : [],
    (command) => {
      const output = machine[toShell(command)];
      return Promise.resolve(output === undefined ? undefined : observation(output));
    },
  );
}

test("tells nothing where nothing is wrong, or nothing can be looked at", async () => {
  expect(await diagnosed(DIRECT, REFUSED, {})).toBeUndefined();
  expect(await diagnosed(DIRECT, REFUSED, { [`docker inspect ${ONE}`]: undefined })).toBeUndefined();
  expect(await diagnosed(DIRECT, REFUSED, { [`docker inspect ${ONE}`]: { stdout: "nonsense" } })).toBeUndefined();
  const blind = { [NETSTAT]: undefined, "netstat -tulpn": undefined, "iptables -w -S": undefined, env: undefined };
  expect(await diagnosed(PUBLISHED, REFUSED, blind)).toBeUndefined();
});

test("tells nothing of somebody else where the server itself answers, otherwise than it should", async () => {
  const asked = say.http(one).answers({ headers: { Server: "caddy" } });
  const own = {
    [`${IN_ONE} curl -4 -sS --noproxy '*' --max-time 3 http://127.0.0.1:80/`]: { stdout: `one ${one.token}\n` },
  };
  const answer = { ...curl(0, ""), stdout: `HTTP/1.1 200 OK\r\n\r\none ${one.token}\n` };
  expect(await diagnosed(asked, answer, own)).toBeUndefined();
  expect(await diagnosed(asked, { ...answer, stdout: "HTTP/1.1 200 OK\r\n\r\nmallory\n" }, own)).toBeDefined();
});

test("of what is no request, tells that the container has ended, and no more", async () => {
  const probe = say.resolver(one).isEmbedded();
  expect(await diagnosed(probe, undefined, {})).toBeUndefined();
  expect(await diagnosed(probe, undefined, {}, ENDED)).toEqual({
    what: `container ${ONE} has ended with exit code 137; its last words: nothing`,
    show: `docker logs --tail 20 ${ONE}`,
  });
  expect(await diagnosed(say.addresses(say.host()).have("10.77.0.1"), undefined, {}, ENDED)).toBeUndefined();
});

test("is about the control where something must fail", async () => {
  const refused = say.http(two).isRefusedWhile(say.http(one));
  const stopped = { State: { Status: "exited", ExitCode: 137 } };
  expect(await diagnosed(refused, REFUSED, {}, stopped)).toMatchObject({
    what: `container ${ONE} has ended with exit code 137; its last words: nothing`,
  });
  expect(await diagnosed(refused, { exit: 0 }, {}, stopped)).toBeUndefined();
});

test.each<[string, Probe, Output | undefined, Readonly<Record<string, Output>>, Partial<Container>, Diagnosis]>([
  [
    "the container is gone",
    DIRECT,
    REFUSED,
    { [`docker inspect ${ONE}`]: { exit: 1, stdout: "[]", stderr: `Error: No such object: ${ONE}\n` } },
    {},
    { what: `there is no container ${ONE}: one was removed`, show: "docker ps --all" },
  ],
  [
    "it has ended, with its last words",
    DIRECT,
    undefined,
    { [`docker logs --tail 20 ${ONE}`]: { stderr: "start\nbind() failed: Address already in use\n" } },
    { State: { Status: "exited", ExitCode: 1 } },
    {
      what: `container ${ONE} has ended with exit code 1; its last words: bind() failed: Address already in use`,
      show: `docker logs --tail 20 ${ONE}`,
    },
  ],
  [
    "it never started",
    DIRECT,
    undefined,
    {},
    { State: { Status: "created", ExitCode: 128, Error: "port is already allocated" } },
    {
      what: `container ${ONE} is created; its last words: port is already allocated`,
      show: `docker logs --tail 20 ${ONE}`,
    },
  ],
  [
    "it is disconnected",
    DIRECT,
    DROPPED,
    {},
    { NetworkSettings: { Ports: {}, Networks: {} } },
    {
      what: `container ${ONE} is connected to no network`,
      show: `docker inspect -f '{{json .NetworkSettings.Networks}}' ${ONE}`,
    },
  ],
  [
    "it has another address",
    DIRECT,
    DROPPED,
    {},
    { NetworkSettings: { Ports: {}, Networks: { "lab-x-lan": { IPAddress: "10.77.0.9" } } } },
    {
      what: `container ${ONE} has the address 10.77.0.9, not 10.77.0.2`,
      show: `docker inspect -f '{{json .NetworkSettings.Networks}}' ${ONE}`,
    },
  ],
  [
    "the port is not published",
    PUBLISHED,
    curl(7, "Connection refused\ncurl: (7) no", "http://127.0.0.1:8080/"),
    {},
    { NetworkSettings: { ...CONTAINER.NetworkSettings, Ports: { "80/tcp": null } } },
    {
      what: `port 8080 of the host is not published for ${ONE}: the engine maps nothing to it`,
      show: `docker port ${ONE}`,
    },
  ],
  [
    "it listens on another port",
    DIRECT,
    REFUSED,
    { [NETSTAT]: netstat("0.0.0.0:81", "127.0.0.11:41234") },
    {},
    { what: `in ${ONE}, nothing listens on port 80 (only on 81)`, show: NETSTAT },
  ],
  [
    "it listens on nothing, behind a published port",
    PUBLISHED,
    curl(56, "* Connected to x\ncurl: (56) reset", "http://127.0.0.1:8080/"),
    { [NETSTAT]: netstat("127.0.0.11:41234") },
    {},
    { what: `in ${ONE}, nothing listens on port 80 (nothing listens there at all)`, show: NETSTAT },
  ],
  [
    "it listens on loopback only",
    DIRECT,
    REFUSED,
    { [NETSTAT]: netstat("127.0.0.1:80") },
    {},
    { what: `${ONE} listens on port 80 on loopback only: nobody else can reach it`, show: NETSTAT },
  ],
  [
    "another process has the host's port",
    PUBLISHED,
    curl(0, "", "http://127.0.0.1:8080/"),
    { "netstat -tulpn": { stdout: netstat("0.0.0.0:8080").stdout?.replace("LISTEN -", "LISTEN 701/apache2") ?? "" } },
    {},
    { what: "another process holds port 8080 of the host: apache2, pid 701", show: "netstat -tulpn" },
  ],
  [
    "who asks is disconnected",
    say.http(one).from(say.namespaceOf(two)).answers(),
    DROPPED,
    {
      [`docker inspect ${two.container}`]: {
        stdout: JSON.stringify([{ ...CONTAINER, NetworkSettings: { Ports: {}, Networks: {} } }]),
      },
    },
    {},
    {
      what: `container ${two.container}, which asks, is connected to no network`,
      show: `docker inspect -f '{{json .NetworkSettings.Networks}}' ${two.container}`,
    },
  ],
  [
    "who asks has ended",
    say.http(one).from(say.namespaceOf(two)).answers(),
    undefined,
    { [`docker inspect ${two.container}`]: { stdout: JSON.stringify([{ ...CONTAINER, ...ENDED }]) } },
    {},
    {
      what: `container ${two.container} has ended with exit code 137; its last words: nothing`,
      show: `docker logs --tail 20 ${two.container}`,
    },
  ],
  [
    "it has lost the name",
    say.http(one).byName().from(say.inside(two)).answers(),
    NO_NAME,
    {},
    { NetworkSettings: { Ports: {}, Networks: { "lab-x-lan": { IPAddress: "10.77.0.2", Aliases: ["other"] } } } },
    {
      what: `${ONE} is not called one on its networks (other)`,
      show: `docker inspect -f '{{json .NetworkSettings.Networks}}' ${ONE}`,
    },
  ],
  [
    "the asking side uses another resolver",
    say.http(one).byName().from(say.inside(two)).answers(),
    NO_NAME,
    {},
    {},
    {
      what: `the network knows one, but the resolver that inside ${two.container} uses does not`,
      show: `docker exec ${two.container} cat /etc/resolv.conf`,
    },
  ],
  [
    "a rule of the host drops it",
    DIRECT,
    DROPPED,
    { "iptables -w -S": { stdout: "-A FORWARD -s 10.77.0.9/32 -j ACCEPT\n-A DOCKER-USER -d 10.77.0.2/32 -j DROP\n" } },
    {},
    {
      what: "a packet filter rule of the host stops it: -A DOCKER-USER -d 10.77.0.2/32 -j DROP",
      show: "iptables -w -S",
    },
  ],
  [
    "a rule of its own rejects it",
    DIRECT,
    REFUSED,
    {
      [`${IN_ONE} iptables -w -S`]: {
        stdout: "-A INPUT -p tcp --dport 443 -j DROP\n-A INPUT -p tcp -m tcp --dport 80 -j REJECT\n",
      },
    },
    {},
    {
      what: `a packet filter rule of the network namespace of ${ONE} stops it: -A INPUT -p tcp -m tcp --dport 80 -j REJECT`,
      show: `${IN_ONE} iptables -w -S`,
    },
  ],
  [
    "its site is another",
    DIRECT,
    curl(0, ""),
    { [`${IN_ONE} curl -4 -sS --noproxy '*' --max-time 3 http://127.0.0.1:80/`]: { stdout: "impostor\n" } },
    {},
    {
      what: `${ONE} itself says "impostor": its site is not the lab's`,
      show: `${IN_ONE} curl -4 -sS --noproxy '*' --max-time 3 http://127.0.0.1:80/`,
    },
  ],
  [
    "somebody else has its address",
    DIRECT,
    curl(0, ""),
    { [`${IN_ONE} curl -4 -sS --noproxy '*' --max-time 3 http://127.0.0.1:80/`]: { stdout: `one ${one.token}\n` } },
    {},
    { what: `${ONE} itself answers as it should: what was asked belongs to somebody else`, show: "ip neigh" },
  ],
  [
    "the container of a connection has ended",
    CONNECTS,
    DROPPED,
    {},
    ENDED,
    {
      what: `container ${ONE} has ended with exit code 137; its last words: nothing`,
      show: `docker logs --tail 20 ${ONE}`,
    },
  ],
  [
    "nothing accepts the connection",
    CONNECTS,
    REFUSED,
    { [NETSTAT]: netstat("0.0.0.0:81") },
    {},
    { what: `in ${ONE}, nothing listens on port 80 (only on 81)`, show: NETSTAT },
  ],
  [
    "docker-proxy would accept the connection, with nobody inside, and a rule of the host refuses it",
    say.tcp(one).onHostPort(8080).connects(),
    curl(7, "Connection refused\ncurl: (7) no", "http://127.0.0.1:8080/"),
    {
      [NETSTAT]: netstat("127.0.0.11:41234"),
      "netstat -tulpn": {
        stdout: netstat("0.0.0.0:8080").stdout?.replace("LISTEN -", "LISTEN 701/docker-proxy") ?? "",
      },
      "iptables -w -S": { stdout: "-A INPUT -p tcp -m tcp --dport 8080 -j REJECT\n" },
    },
    {},
    {
      what: "a packet filter rule of the host stops it: -A INPUT -p tcp -m tcp --dport 8080 -j REJECT",
      show: "iptables -w -S",
    },
  ],
  [
    "without docker-proxy, nobody is inside to accept the connection",
    say.tcp(one).onHostPort(8080).connects(),
    curl(7, "Connection refused\ncurl: (7) no", "http://127.0.0.1:8080/"),
    { [NETSTAT]: netstat("127.0.0.11:41234") },
    {},
    { what: `in ${ONE}, nothing listens on port 80 (nothing listens there at all)`, show: NETSTAT },
  ],
  [
    "the control of a connection that must fail has ended",
    say.tcp(two).isRefusedWhile(say.tcp(one)),
    REFUSED,
    {},
    ENDED,
    {
      what: `container ${ONE} has ended with exit code 137; its last words: nothing`,
      show: `docker logs --tail 20 ${ONE}`,
    },
  ],
  [
    "for a remote machine, the port is not published",
    FROM_OUTSIDE,
    outside(7, "Connection refused\ncurl: (7) no"),
    {},
    UNPUBLISHED,
    {
      what: `port 8080 of the host is not published for ${ONE}: the engine maps nothing to it`,
      show: `docker port ${ONE}`,
    },
  ],
  [
    "for a remote machine, the port is published elsewhere",
    FROM_OUTSIDE,
    outside(7, "Connection refused\ncurl: (7) no"),
    {},
    {
      NetworkSettings: {
        ...CONTAINER.NetworkSettings,
        Ports: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "8080" }] },
      },
    },
    { what: `port 8080 is published on 127.0.0.1 only, not on ${remote.hostAddress}`, show: `docker port ${ONE}` },
  ],
  [
    "for a remote machine, nothing listens behind the published port",
    FROM_OUTSIDE,
    outside(7, "Connection refused\ncurl: (7) no"),
    { [NETSTAT]: netstat("127.0.0.1:80") },
    {},
    { what: `${ONE} listens on port 80 on loopback only: nobody else can reach it`, show: NETSTAT },
  ],
  [
    "the remote machine's own rule drops it",
    FROM_OUTSIDE,
    outside(28, "curl: (28) Connection timed out after 3001 milliseconds"),
    { [`${IN_REMOTE} iptables -w -S`]: { stdout: "-A OUTPUT -p tcp -m tcp --dport 8080 -j DROP\n" } },
    {},
    {
      what: "a packet filter rule of the remote machine stops it: -A OUTPUT -p tcp -m tcp --dport 8080 -j DROP",
      show: `${IN_REMOTE} iptables -w -S`,
    },
  ],
  [
    "from inside a container, a rule of that container's drops it",
    say.http(one).from(say.inside(two)).answers(),
    DROPPED,
    {
      [`nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${two.container})" -n iptables -w -S`]: {
        stdout: "-A OUTPUT -d 10.77.0.2/32 -j DROP\n",
      },
    },
    {},
    {
      what: `a packet filter rule of the network namespace of ${two.container} stops it: -A OUTPUT -d 10.77.0.2/32 -j DROP`,
      show: `nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${two.container})" -n iptables -w -S`,
    },
  ],
  [
    "from inside a container, a proxy is set there",
    say.http(one).from(say.inside(two)).answers(),
    REFUSED,
    { [`docker exec ${two.container} env`]: { stdout: "HTTP_PROXY=http://192.0.2.9:3128\n" } },
    {},
    {
      what: `HTTP_PROXY=http://192.0.2.9:3128 is set, seen from inside ${two.container}: programs that obey it ask the proxy (the checks do not)`,
      show: `docker exec ${two.container} env`,
    },
  ],
  [
    "a proxy is set",
    DIRECT,
    REFUSED,
    { env: { stdout: "PATH=/usr/bin\nhttp_proxy=http://192.0.2.9:3128\n" } },
    {},
    {
      what: "http_proxy=http://192.0.2.9:3128 is set, seen from the host: programs that obey it ask the proxy (the checks do not)",
      show: "env",
    },
  ],
])("tells that %s", async (_name, probe, answer, differences, container, expected) => {
  expect(await diagnosed(probe, answer, differences, container)).toEqual(expected);
});

test("a connection that came about, and one to nobody of the lab, have nothing to be told", async () => {
  const connected = { exit: 56, stderr: "* Connected to 10.77.0.2 (10.77.0.2) port 80 (#0)\ncurl: (56) reset\n" };
  expect(await diagnosed(say.tcp(two).isRefusedWhile(say.tcp(one)), connected, {}, ENDED)).toBeUndefined();
  const probe = { ...CONNECTS, target: { host: "10.77.0.9", port: 80 } } as Probe;
  expect(await diagnosed(probe, REFUSED, {}, ENDED)).toBeUndefined();
});

test("a server in host mode is where the host is: neither address nor publication is looked for", async () => {
  const probe = say.http(web).answers();
  const container = {
    State: { Status: "running", ExitCode: 0 },
    HostConfig: { NetworkMode: "host" },
    NetworkSettings: { Ports: {}, Networks: { host: { IPAddress: "" } } },
  };
  const enter = `nsenter -t "$(docker inspect -f '{{.State.Pid}}' ${web.container})" -n netstat -tulpn`;
  const machine = {
    [`docker inspect ${web.container}`]: { stdout: JSON.stringify([container]) },
    [enter]: netstat("0.0.0.0:18499"),
  };
  expect(await diagnosed(probe, REFUSED, machine)).toEqual({
    what: `in ${web.container}, nothing listens on port 8081 (only on 18499)`,
    show: enter,
  });
});

test("what it looks at is never changed", async () => {
  const lines: string[] = [];
  await diagnose(
    PUBLISHED,
    () => [observation(curl(0, "")), observation(DROPPED)],
    (command) => {
      lines.push(toShell(command).replace(`${IN_ONE} `, ""));
      const inspected = { stdout: JSON.stringify([CONTAINER]) };
      return Promise.resolve(observation(lines.length === 1 ? inspected : {}));
    },
  );
  expect(lines).toEqual([
    `docker inspect ${ONE}`,
    "netstat -tulpn",
    "netstat -tulpn",
    "iptables -w -S",
    "iptables -w -S",
    "env",
  ]);
});

describe("of a server on another engine", () => {
  const ENGINE = "lab-x-host-a";
  const there = (probe: Probe): Probe => {
    if (probe.kind !== "http") throw new Error("it is a request");
    return { ...probe, target: { ...probe.target, server: { ...probe.target.server, engine: ENGINE } } };
  };
  const inOneThere = `docker exec ${ENGINE} nsenter -t "$(docker exec ${ENGINE} docker inspect -f '{{.State.Pid}}' ${ONE})" -n`;
  const inspected = (container: Partial<Container> = {}): Readonly<Record<string, Output | undefined>> => ({
    // The local engine knows nothing of it.
    [`docker inspect ${ONE}`]: { exit: 1, stderr: `Error: No such object: ${ONE}\n` },
    [`docker exec ${ENGINE} docker inspect ${ONE}`]: { stdout: JSON.stringify([{ ...CONTAINER, ...container }]) },
    [`docker exec ${ENGINE} docker inspect ${two.container}`]: undefined,
  });
  const networks = `docker exec ${ENGINE} docker inspect -f '{{json .NetworkSettings.Networks}}' ${ONE}`;
  const fromHost = there(say.http(one).from({ kind: "host", engine: ENGINE }).answers());

  test.each<[string, Probe, Output, Readonly<Record<string, Output | undefined>>, Partial<Container>, Diagnosis]>([
    [
      "the container is gone",
      there(DIRECT),
      REFUSED,
      {
        [`docker exec ${ENGINE} docker inspect ${ONE}`]: { exit: 1, stderr: `Error: No such object: ${ONE}\n` },
      },
      {},
      { what: `there is no container ${ONE}: one was removed`, show: `docker exec ${ENGINE} docker ps --all` },
    ],
    [
      "it has ended, with its last words",
      there(DIRECT),
      REFUSED,
      { [`docker exec ${ENGINE} docker logs --tail 20 ${ONE}`]: { stderr: "bind() failed\n" } },
      { State: { Status: "exited", ExitCode: 1 } },
      {
        what: `container ${ONE} has ended with exit code 1; its last words: bind() failed`,
        show: `docker exec ${ENGINE} docker logs --tail 20 ${ONE}`,
      },
    ],
    [
      "it has another address",
      there(DIRECT),
      DROPPED,
      {},
      { NetworkSettings: { Ports: {}, Networks: { "lab-x-lan": { IPAddress: "10.77.0.9" } } } },
      { what: `container ${ONE} has the address 10.77.0.9, not 10.77.0.2`, show: networks },
    ],
    [
      "it listens on another port",
      there(say.http(one).from({ kind: "container", container: two.container, engine: ENGINE }).answers()),
      REFUSED,
      { [`${inOneThere} netstat -tulpn`]: netstat("0.0.0.0:81") },
      {},
      { what: `in ${ONE}, nothing listens on port 80 (only on 81)`, show: `${inOneThere} netstat -tulpn` },
    ],
    [
      "the port of that host, asked from there, is not published",
      there(say.http(one).onHostPort(8080).from({ kind: "host", engine: ENGINE }).answers()),
      curl(7, "Connection refused\ncurl: (7) no", "http://127.0.0.1:8080/"),
      {},
      UNPUBLISHED,
      {
        what: `port 8080 of the host is not published for ${ONE}: the engine maps nothing to it`,
        show: `docker exec ${ENGINE} docker port ${ONE}`,
      },
    ],
    [
      "a rule of that host drops it",
      fromHost,
      DROPPED,
      { [`docker exec ${ENGINE} iptables -w -S`]: { stdout: "-A DOCKER-USER -d 10.77.0.2/32 -j DROP\n" } },
      {},
      {
        what: `a packet filter rule of the host ${ENGINE} stops it: -A DOCKER-USER -d 10.77.0.2/32 -j DROP`,
        show: `docker exec ${ENGINE} iptables -w -S`,
      },
    ],
  ])("%s", async (_name, probe, answer, differences, container, expected) => {
    const machine = {
      ...inspected(container),
      [`${inOneThere} netstat -tulpn`]: netstat("0.0.0.0:80"),
      [`docker exec ${ENGINE} netstat -tulpn`]: netstat(),
      ...differences,
    };
    expect(await diagnosed(probe, answer, machine)).toEqual(expected);
  });

  test("is no guess at what is a service's: one does not know which of its containers was asked", async () => {
    const probe = there(DIRECT);
    if (probe.kind !== "http") throw new Error("it is a request");
    const service = { ...probe.target, server: { ...probe.target.server, service: true as const } };
    expect(await diagnosed({ ...probe, target: service }, REFUSED, inspected(ENDED))).toBeUndefined();
  });
});
