import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import { type ListenerProbe, parseNetstat, parseTop } from "../../../lib/checks/probes/listener";
import { HOST } from "../../../lib/checks/vantage";
import { findings, type Output } from "../findings";

const HEADER = `Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    
`;
const NGINX = "tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN      2042/nginx: master  ";
const NGINX6 = "tcp6       0      0 :::80                   :::*                    LISTEN      2042/nginx: master  ";
const PROXY = "tcp        0      0 0.0.0.0:8080            0.0.0.0:*               LISTEN      3101/docker-proxy   ";
const PROXY6 = "tcp6       0      0 :::8080                 :::*                    LISTEN      3107/docker-proxy   ";
const DAEMON = "tcp        0      0 0.0.0.0:8080            0.0.0.0:*               LISTEN      812/dockerd         ";
const APACHE = "tcp6       0      0 :::80                   :::*                    LISTEN      701/apache2         ";
const HIDDEN = "tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN      -                   ";
const UDP = "udp        0      0 0.0.0.0:80              0.0.0.0:*                           911/quicd           ";
const UDP6 = "udp6       0      0 fe80::fc:ff:fe00:1:546  :::*                                433/systemd-networ  ";

const TOP = `PID                 PPID                COMMAND
2042                2019                nginx
2077                2042                nginx
`;

const netstat = (...lines: string[]): Output => ({ stdout: HEADER + lines.map((line) => `${line}\n`).join("") });
const probe = (owner: "container" | "engine", port: number): ListenerProbe => ({
  kind: "listener",
  from: HOST,
  port,
  container: "lab-host-web",
  owner,
});
const judged = (owner: "container" | "engine", port: number, listeners: Output, processes: Output = { stdout: TOP }) =>
  judge(probe(owner, port), findings({ listeners, processes }));

test("parseNetstat reads every form of line", () => {
  expect(parseNetstat(HEADER + [NGINX, NGINX6, HIDDEN, UDP, UDP6].join("\n"))).toEqual([
    { protocol: "tcp", address: "0.0.0.0", port: 80, pid: 2042, program: "nginx" },
    { protocol: "tcp6", address: "::", port: 80, pid: 2042, program: "nginx" },
    { protocol: "tcp", address: "0.0.0.0", port: 80, pid: undefined, program: undefined },
    { protocol: "udp", address: "0.0.0.0", port: 80, pid: 911, program: "quicd" },
    { protocol: "udp6", address: "fe80::fc:ff:fe00:1", port: 546, pid: 433, program: "systemd-networ" },
  ]);
  expect(parseNetstat("")).toEqual([]);
});

test("parseTop reads the first column below the heading", () => {
  expect(parseTop(TOP)).toEqual([2042, 2077]);
  expect(parseTop("")).toEqual([]);
});

test("runs netstat and docker top as a person can", () => {
  expect(commandsOf(probe("container", 80)).map(({ command }) => toShell(command))).toEqual([
    "netstat -tulpn",
    "docker top lab-host-web -o pid,ppid,comm",
  ]);
  expect(needsOf(probe("container", 80))).toEqual(["root"]);
  expect([expectedOf(probe("container", 80)), expectedOf(probe("engine", 8080))]).toEqual([
    "TCP port 80 is held by a process of lab-host-web",
    "TCP port 8080 is held by the engine (docker-proxy or dockerd)",
  ]);
});

describe("owned by the container", () => {
  test.each([
    ["on IPv4", netstat(NGINX), "port 80: nginx (pid 2042)"],
    ["on IPv4 and IPv6", netstat(NGINX, NGINX6, PROXY), "port 80: nginx (pid 2042)"],
    ["beside somebody's UDP socket", netstat(NGINX, UDP), "port 80: nginx (pid 2042)"],
  ])("passes %s", (_name, listeners, actual) => {
    expect(judged("container", 80, listeners)).toEqual({ verdict: "pass", actual });
  });

  test("fails when nothing listens", () => {
    expect(judged("container", 80, netstat(PROXY, UDP))).toEqual({
      verdict: "fail",
      actual: "nothing listens on TCP port 80",
      meaning: "the server in lab-host-web does not run, or listens elsewhere",
      lookAt: ["docker logs lab-host-web"],
    });
  });

  test.each([
    ["by another program", 80, netstat(APACHE), "port 80 is held by apache2 (pid 701)"],
    ["by another program on one address family", 80, netstat(NGINX, APACHE), "port 80 is held by apache2 (pid 701)"],
    ["by the engine", 8080, netstat(PROXY), "port 8080 is held by docker-proxy (pid 3101)"],
  ])("fails when the port is held %s", (_name, port, listeners, actual) => {
    expect(judged("container", port, listeners)).toEqual({
      verdict: "fail",
      actual,
      meaning: "that is no process of lab-host-web: in host mode the server itself must hold the port",
      lookAt: ["docker top lab-host-web"],
    });
  });

  test("a program of the same name is not the container's", () => {
    const other =
      "tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN      555/nginx: master   ";
    expect(judged("container", 80, netstat(other))).toMatchObject({
      verdict: "fail",
      actual: "port 80 is held by nginx (pid 555)",
    });
  });
});

describe("held by the engine", () => {
  test.each([
    ["docker-proxy", netstat(PROXY, PROXY6), "port 8080: docker-proxy (pid 3101), docker-proxy (pid 3107)"],
    ["dockerd", netstat(DAEMON), "port 8080: dockerd (pid 812)"],
  ])("passes with %s", (_name, listeners, actual) => {
    expect(judged("engine", 8080, listeners)).toEqual({ verdict: "pass", actual });
  });

  test.each([
    ["a process of the host", "3300/python3         "],
    ["the container's own process", "2042/nginx: master  "],
    ["the container's own process that calls itself the engine", "2077/docker-proxy   "],
  ])("fails with %s", (_name, owner) => {
    const line = `tcp        0      0 0.0.0.0:8080            0.0.0.0:*               LISTEN      ${owner}`;
    expect(judged("engine", 8080, netstat(line))).toMatchObject({
      verdict: "fail",
      meaning: "the port is not published by the engine: a process took it directly",
    });
  });

  test("fails when nothing listens", () => {
    expect(judged("engine", 8080, netstat(NGINX))).toMatchObject({ verdict: "fail" });
  });
});

describe.each(["container", "engine"] as const)("there is no verdict on owner %s when", (owner) => {
  test.each<[string, Output, Output, string]>([
    ["netstat may not see it", netstat(HIDDEN), { stdout: TOP }, "port 80 is held, netstat may not see by whom"],
    [
      "netstat fails",
      { exit: 1, stderr: "netstat: /proc/net/tcp: denied\n" },
      { stdout: TOP },
      "netstat exit 1: netstat: /proc/net/tcp: denied",
    ],
    [
      "docker top fails",
      netstat(NGINX),
      { exit: 1, stderr: "Error response from daemon: ps: exit status 1\n" },
      "docker top exit 1: Error response from daemon: ps: exit status 1",
    ],
  ])("%s", (_name, listeners, processes, actual) => {
    expect(judged(owner, 80, listeners, processes)).toMatchObject({ verdict: "error", actual });
  });
});
