import { toShell } from "../../../lib/checks/command";
import { FAILURE_MEANING, FAILURE_NAME, FailureMode } from "../../../lib/checks/curl";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import { HttpProbe } from "../../../lib/checks/probes/http";
import { HOST } from "../../../lib/checks/vantage";
import { findings, type Output } from "../findings";

const web1 = { name: "web-1", token: "7f3a0c1d", container: "lab-bridge-web-1" };
const web2 = { name: "web-2", token: "99aa00bb", container: "lab-bridge-web-2" };
const inWeb2 = { kind: "namespace", container: web2.container } as const;
const target = { host: "127.0.0.1", port: 8080, server: web1 };
const answers: HttpProbe = { kind: "http", from: HOST, target, outcome: "answers" };
const refused: HttpProbe = {
  kind: "http",
  from: inWeb2,
  target,
  outcome: "refused",
  control: { host: "10.77.0.2", port: 80, server: web1 },
};

const URL = "http://127.0.0.1:8080/";
const curl = (exit: number, stderr: string, url = URL): Output => ({ argv: ["curl", url], exit, stderr });
const response = (status: string, body: string, url = URL): Output => ({
  argv: ["curl", url],
  stdout: [
    `HTTP/1.1 ${status}`,
    "Server: nginx/1.22.1",
    "Date: Sat, 21 Nov 2026 10:37:37 GMT",
    "Content-Type: text/plain",
    `Content-Length: ${String(body.length)}`,
    "Connection: keep-alive",
    "X-Lab-Peer: 10.77.0.1",
    "",
    body,
  ].join("\r\n"),
});
/** Who must not be reached runs. */
const state: Output = { stdout: "running\n" };
const web1Answers = response("200 OK", "web-1 7f3a0c1d\n");
/** Recorded with curl 7.88: only the lines that -v adds tell why there is no connection. */
const NO_CONNECTION = "curl: (7) Failed to connect to 10.77.0.2 port 80 after 0 ms: Couldn't connect to server";
const CONNECTED = "* Connected to 127.0.0.1 (127.0.0.1) port 8080 (#0)\n";
const FAILED = {
  name: curl(6, "* Could not resolve host: web-1\ncurl: (6) Could not resolve host: web-1"),
  refused: curl(7, `* connect to 127.0.0.1 port 8080 failed: Connection refused\n${NO_CONNECTION}`),
  noRoute: curl(7, `* connect to 10.77.0.2 port 80 failed: No route to host\n${NO_CONNECTION}`),
  noNetwork: curl(7, `* Immediate connect fail for 10.77.0.2: Network is unreachable\n${NO_CONNECTION}`),
  noReason: curl(7, NO_CONNECTION),
  dropped: curl(28, "*   Trying 10.77.0.2:80...\ncurl: (28) Connection timed out after 3001 milliseconds"),
  silent: curl(28, `${CONNECTED}curl: (28) Operation timed out after 3001 milliseconds with 0 bytes received`),
  resolving: curl(28, "curl: (28) Resolving timed out after 3000 milliseconds"),
  empty: curl(52, `${CONNECTED}curl: (52) Empty reply from server`),
  reset: curl(56, `${CONNECTED}curl: (56) Recv failure: Connection reset by peer`),
};

describe("answers", () => {
  test("runs curl as a person can", () => {
    expect(commandsOf(answers).map(({ command }) => toShell(command))).toEqual([
      "curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8080/",
    ]);
    expect(expectedOf(answers)).toBe("HTTP 200 from web-1 (token 7f3a0c1d)");
    expect([needsOf(answers), needsOf(refused)]).toEqual([[], ["root"]]);
  });

  test("passes when the server itself answers", () => {
    expect(judge(answers, findings({ request: web1Answers }))).toEqual({
      verdict: "pass",
      actual: "HTTP 200 from web-1",
    });
  });

  test("passes when it answers on each address, and fails when it does not on one", () => {
    expect(judge(answers, findings({ request: [web1Answers, web1Answers] }))).toEqual({
      verdict: "pass",
      actual: "HTTP 200 from web-1 on each of 2 addresses",
    });
    expect(judge(answers, findings({ request: [web1Answers, FAILED.refused] }))).toMatchObject({
      verdict: "fail",
      actual: "curl exit 7: connection refused, http://127.0.0.1:8080/",
    });
  });

  const proxy =
    "docker-proxy accepted the connection, but nothing listens on the port that it leads to inside lab-bridge-web-1";
  test.each<[string, Output, string, string]>([
    [
      "another server answers",
      response("200 OK", "web-2 99aa00bb\n"),
      `HTTP 200 from "web-2 99aa00bb", ${URL}`,
      "somebody else answers in web-1's place",
    ],
    [
      "the token is of an earlier checkout",
      response("200 OK", "web-1 00000000\n"),
      `HTTP 200 from "web-1 00000000", ${URL}`,
      "somebody else answers in web-1's place",
    ],
    [
      "the token is only part of the answer",
      response("200 OK", "<html>\nweb-1 7f3a0c1d\n</html>\n"),
      `HTTP 200 from "<html>", ${URL}`,
      "somebody else answers in web-1's place",
    ],
    [
      "nginx answers without its site",
      response("404 Not Found", "web-1 7f3a0c1d\n"),
      `HTTP 404 from "web-1 7f3a0c1d", ${URL}`,
      "web-1's address answers, but not as web-1 was told to",
    ],
    [
      "there is no such name",
      FAILED.name,
      `curl exit 6: no such name, ${URL}`,
      "no resolver knows the name, seen from the host",
    ],
    [
      "the resolver asks others in vain",
      FAILED.resolving,
      `curl exit 28: no resolver answers in time, ${URL}`,
      "no resolver knows the name, seen from the host",
    ],
    [
      "nothing listens",
      FAILED.refused,
      `curl exit 7: connection refused, ${URL}`,
      "nothing listens there: is container lab-bridge-web-1 running, and on which port does it listen?",
    ],
    ["there is no route", FAILED.noRoute, `curl exit 7: no route to host, ${URL}`, "no way leads there from the host"],
    [
      "there is no network",
      FAILED.noNetwork,
      `curl exit 7: network is unreachable, ${URL}`,
      "no way leads there from the host",
    ],
    [
      "there is no connection, for no reason that is told",
      FAILED.noReason,
      `curl exit 7: ${NO_CONNECTION}, ${URL}`,
      "no connection came about",
    ],
    [
      "the server accepts and says nothing",
      FAILED.silent,
      `curl exit 28: connected, and no answer in time, ${URL}`,
      "the connection came about, and broke; the server's log may say why",
    ],
    [
      "the packets are dropped",
      FAILED.dropped,
      `curl exit 28: dropped, no answer in time, ${URL}`,
      "the packets are dropped on the way: a firewall rule, or networks that are kept apart",
    ],
    ["the reply is empty", FAILED.empty, `curl exit 52: empty reply, ${URL}`, proxy],
    ["the connection is reset", FAILED.reset, `curl exit 56: connection reset by peer, ${URL}`, proxy],
    [
      "the answer is no HTTP",
      curl(1, "curl: (1) Received HTTP/0.9 when not allowed"),
      `curl exit 1: the answer is not HTTP, ${URL}`,
      "the connection came about, and broke; the server's log may say why",
    ],
  ])("fails when %s", (_name, request, actual, meaning) => {
    expect(judge(answers, findings({ request }))).toEqual({
      verdict: "fail",
      actual,
      meaning,
      lookAt: ["docker logs lab-bridge-web-1", "docker ps --all --filter name=lab-bridge-web-1", "netstat -tulpn"],
    });
  });

  test("fails with a look at a service's tasks, where one of them was asked", () => {
    const server = { name: "balanced", token: "7f3a0c1d", container: "balanced", engine: "a", service: true } as const;
    const probe: HttpProbe = { ...answers, target: { ...target, server } };
    expect(judge(probe, findings({ request: web1Answers }))).toMatchObject({
      verdict: "fail",
      lookAt: ["docker exec a docker service ps balanced", "netstat -tulpn"],
    });
  });

  test.each<[string, Output[], string]>([
    ["there is nothing to ask", [], "no address to ask"],
    [
      "curl fails by itself",
      [curl(2, "curl: (2) Failed initialization")],
      `curl exit 2: curl: (2) Failed initialization, ${URL}`,
    ],
    ["curl crashes", [curl(139, "")], `curl exit 139: failed, ${URL}`],
    [
      "something else than curl has the exit code",
      [curl(7, "sh: out of memory")],
      `curl exit 7: sh: out of memory, ${URL}`,
    ],
  ])("is no verdict when %s", (_name, request, actual) => {
    expect(judge(answers, findings({ request }))).toMatchObject({ verdict: "error", actual });
  });
});

describe("answers to a client", () => {
  const client: HttpProbe = { ...answers, client: "10.77.0.1" };

  test("expects the server itself, asked by that address", () => {
    expect(expectedOf(client)).toBe("HTTP 200 from web-1 (token 7f3a0c1d), asked by 10.77.0.1");
    expect(commandsOf(client)).toEqual(commandsOf(answers));
  });

  test("passes when the server says so", () => {
    expect(judge(client, findings({ request: web1Answers }))).toEqual({
      verdict: "pass",
      actual: "HTTP 200 from web-1, asked by 10.77.0.1",
    });
  });

  test("fails when the server was asked by another, or does not say", () => {
    const other: HttpProbe = { ...answers, client: "10.77.0.11" };
    expect(judge(other, findings({ request: web1Answers }))).toEqual({
      verdict: "fail",
      actual: "HTTP 200 from web-1, asked by 10.77.0.1",
      meaning: "the address is translated in another way than it should be, or by somebody else, or not at all",
      lookAt: ["iptables -t nat -S"],
    });
    const silent = { ...web1Answers, stdout: (web1Answers.stdout ?? "").replace(/X-Lab-Peer: .*\r\n/, "") };
    expect(judge(client, findings({ request: silent }))).toMatchObject({
      verdict: "fail",
      actual: "HTTP 200 from web-1, asked by nobody",
    });
  });

  test("fails as any request does when the server does not answer", () => {
    expect(judge(client, findings({ request: FAILED.refused }))).toEqual(
      judge(answers, findings({ request: FAILED.refused })),
    );
  });

  test("needs root where it enters a namespace", () => {
    const from = { kind: "remote", container: "lab-x-remote", wire: "wire-0123abcd", lab: "x" } as const;
    expect(needsOf({ ...client, from })).toEqual(["root"]);
  });
});

describe("answers, and more than that", () => {
  const strict: HttpProbe = {
    ...answers,
    localAddress: "10.77.0.1",
    remoteAddress: "10.77.0.2",
    headers: { server: "nginx/1.22.1" },
    withinMs: 500,
  };
  const KNOWN = "* from 10.77.0.1 to 10.77.0.2 in 0.004321 s\n";
  const told = (stderr: string): Output => ({ ...web1Answers, stderr });

  test("asks curl for what only curl knows, and for nothing more otherwise", () => {
    expect(commandsOf(strict).map(({ command }) => toShell(command))).toEqual([
      "curl -4 -sSiv --noproxy '*' --max-time 3 --write-out '%{stderr}* from %{local_ip} to %{remote_ip} in %{time_total} s\\n' http://127.0.0.1:8080/",
    ]);
    expect(commandsOf({ ...answers, headers: { server: "nginx" } })).toEqual(commandsOf(answers));
    expect(expectedOf(strict)).toBe(
      "HTTP 200 from web-1 (token 7f3a0c1d), sent from 10.77.0.1, sent to 10.77.0.2, server: nginx/1.22.1, in at most 500 ms",
    );
  });

  test("passes when all of it is so", () => {
    expect(judge(strict, findings({ request: told(`${CONNECTED}${KNOWN}`) }))).toEqual({
      verdict: "pass",
      actual: "HTTP 200 from web-1, sent from 10.77.0.1, sent to 10.77.0.2, server: nginx/1.22.1, in at most 500 ms",
    });
  });

  test.each<[string, HttpProbe, string, string, string]>([
    [
      "another source",
      { ...strict, localAddress: "10.77.0.9" },
      KNOWN,
      "sent from 10.77.0.1",
      "ip route show table all",
    ],
    [
      "another address",
      { ...strict, remoteAddress: "10.77.0.9" },
      KNOWN,
      "sent to 10.77.0.2",
      "docker inspect --format '{{json .NetworkSettings.Networks}}' lab-bridge-web-1",
    ],
    [
      "another header",
      { ...strict, headers: { Server: "caddy" } },
      KNOWN,
      "Server: nginx/1.22.1",
      "docker logs lab-bridge-web-1",
    ],
    [
      "no such header",
      { ...strict, headers: { "X-Nobody": "a" } },
      KNOWN,
      "X-Nobody: (not there)",
      "docker logs lab-bridge-web-1",
    ],
    [
      "a slow answer",
      strict,
      KNOWN.replace("0.004321", "0.700000"),
      "in 700 ms",
      "docker stats --no-stream lab-bridge-web-1",
    ],
  ])("fails by %s, and says which", (_, probe, stderr, seen, look) => {
    expect(judge(probe, findings({ request: told(stderr) }))).toMatchObject({
      verdict: "fail",
      actual: `HTTP 200 from web-1, ${seen}`,
      lookAt: [look],
    });
  });

  test("looks at a header's server on the engine that it is on", () => {
    const far = { ...target, server: { ...web1, engine: "lab-overlay-host-b" } };
    const probe: HttpProbe = { ...answers, target: far, headers: { Server: "caddy" } };
    expect(judge(probe, findings({ request: web1Answers })).lookAt).toEqual([
      "docker exec lab-overlay-host-b docker logs lab-bridge-web-1",
    ]);
  });

  test("is no verdict where curl does not tell", () => {
    expect(judge(strict, findings({ request: told(CONNECTED) }))).toMatchObject({
      verdict: "error",
      actual: "HTTP 200 from web-1, and curl does not tell more",
    });
  });

  test("refuses what is no address, no header, and longer than a request may take", () => {
    for (const odd of [{ localAddress: "web" }, { headers: { "a b": "c" } }, { withinMs: 3000 }, { withinMs: 0 }])
      expect(HttpProbe.safeParse({ ...answers, ...odd }).success).toBe(false);
    expect(HttpProbe.safeParse(strict).success).toBe(true);
  });
});

describe("refused", () => {
  const control = { ...web1Answers, argv: ["curl", "http://10.77.0.2:80/"] };

  test("runs both requests from the same place", () => {
    const enter = `nsenter -t "$(docker inspect -f '{{.State.Pid}}' lab-bridge-web-2)" -n`;
    expect(commandsOf(refused).map(({ name, command }) => [name, toShell(command)])).toEqual([
      ["request", `${enter} curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:8080/`],
      ["control", `${enter} curl -4 -sSiv --noproxy '*' --max-time 3 http://10.77.0.2:80/`],
      ["state", "docker inspect -f '{{.State.Status}}' lab-bridge-web-1"],
    ]);
    expect(expectedOf(refused)).toBe("connection refused, while web-1 answers on port 80");
  });

  test("is no verdict when the server does not run, unless it is said to have ended", () => {
    const judged = (probe: HttpProbe, stdout: string) =>
      judge(probe, findings({ request: FAILED.refused, control, state: { stdout } }));
    expect(judged(refused, "exited\n")).toEqual({
      verdict: "error",
      actual: "container lab-bridge-web-1 does not run: exited",
      meaning: "it must run: that nobody reaches what is not there proves nothing",
    });
    expect(judged(refused, "")).toMatchObject({ verdict: "error" });
    const gone = { exit: 1, stderr: "no\n" };
    expect(judge(refused, findings({ request: FAILED.refused, control, state: gone }))).toMatchObject({
      verdict: "error",
    });
    expect(judge(refused, findings({ request: FAILED.refused, control }))).toMatchObject({ verdict: "error" });
    const ended: HttpProbe = { ...refused, ended: true };
    expect(commandsOf(ended).map(({ name }) => name)).toEqual(["request", "control"]);
    expect(judged(ended, "exited\n")).toMatchObject({ verdict: "pass" });
  });

  test("of a service it is not asked whether it runs", () => {
    const service: HttpProbe = { ...refused, target: { ...target, server: { ...web1, service: true } } };
    expect(commandsOf(service).map(({ name }) => name)).toEqual(["request", "control"]);
    expect(judge(service, findings({ request: FAILED.refused, control }))).toMatchObject({ verdict: "pass" });
  });

  test("passes when the connection is refused while the control answers", () => {
    expect(judge(refused, findings({ request: FAILED.refused, control, state }))).toEqual({
      verdict: "pass",
      actual: "connection refused; web-1 answers",
    });
  });

  test.each<[string, Output, string]>([
    ["something answers", web1Answers, `HTTP 200 from "web-1 7f3a0c1d", ${URL}`],
    ["something else answers", response("403 Forbidden", "no\n"), `HTTP 403 from "no", ${URL}`],
  ])("fails when %s", (_name, request, actual) => {
    const meaning = "something answers where nothing should";
    expect(judge(refused, findings({ request, control, state }))).toMatchObject({ verdict: "fail", actual, meaning });
  });

  test("fails when only one of several addresses refuses", () => {
    expect(judge(refused, findings({ request: [FAILED.refused, web1Answers], control, state }))).toMatchObject({
      verdict: "fail",
    });
  });

  test.each<[string, Output]>([
    ["is refused too", FAILED.refused],
    ["gets no answer", FAILED.dropped],
    ["is answered by another", response("200 OK", "web-2 99aa00bb\n", "http://10.77.0.2:80/")],
    ["cannot be asked", curl(2, "curl: (2) Failed initialization")],
  ])("is no verdict when the control %s, whatever the request gets", (_name, silent) => {
    for (const request of [FAILED.refused, FAILED.dropped, web1Answers]) {
      const { verdict, actual, meaning } = judge(refused, findings({ request, control: silent, state }));
      expect(verdict).toBe("error");
      expect(actual).toMatch(/^the control does not answer: (?:curl exit|HTTP 200 from "web-2)/);
      expect(meaning).toBe(
        "web-1 should answer from the network namespace of lab-bridge-web-2; while it does not, a failure proves nothing",
      );
    }
  });

  test.each<[string, Output[], Output[]]>([
    ["curl is broken", [curl(2, "curl: (2) Failed initialization")], [control]],
    ["another program has the exit code", [curl(7, "Segmentation fault")], [control]],
    ["there is nothing to ask", [], [control]],
    ["there is no control", [FAILED.refused], []],
  ])("is no verdict when %s", (_name, request, controls) => {
    expect(judge(refused, findings({ request, control: controls, state }))).toMatchObject({ verdict: "error" });
  });
});

describe("each way to fail", () => {
  const control = { ...web1Answers, argv: ["curl", "http://10.77.0.2:80/"] };
  const EXAMPLES: Readonly<Record<FailureMode, readonly Output[]>> = {
    refused: [FAILED.refused],
    dropped: [FAILED.dropped],
    unreachable: [FAILED.noRoute, FAILED.noNetwork],
    reset: [FAILED.reset, FAILED.empty],
    "no-name": [FAILED.name, FAILED.resolving],
  };
  const probe = (outcome: FailureMode): HttpProbe => ({ ...refused, outcome });

  test.each(FailureMode.options)("%s passes in that way, and fails in every other, naming both", (outcome) => {
    for (const request of EXAMPLES[outcome]) {
      expect(judge(probe(outcome), findings({ request, control, state }))).toEqual({
        verdict: "pass",
        actual: `${FAILURE_NAME[outcome]}; web-1 answers`,
      });
    }
    for (const other of FailureMode.options.filter((mode) => mode !== outcome)) {
      for (const request of EXAMPLES[other]) {
        const { verdict, meaning } = judge(probe(outcome), findings({ request, control, state }));
        expect(verdict).toBe("fail");
        expect(meaning).toBe(
          `it fails, but not in the expected way (${FAILURE_MEANING[other]}); "${FAILURE_NAME[outcome]}" would mean: ${FAILURE_MEANING[outcome]}`,
        );
      }
    }
  });

  test.each(FailureMode.options)("%s is none of the ways that have no name", (outcome) => {
    for (const request of [FAILED.noReason, FAILED.silent]) {
      expect(judge(probe(outcome), findings({ request, control, state }))).toMatchObject({ verdict: "fail" });
    }
  });

  test("takes longer than the kernel needs to find nobody, where that must be told apart", () => {
    const seconds = FailureMode.options.map((outcome) => {
      const [request] = commandsOf(probe(outcome));
      return [outcome, request?.command[request.command.indexOf("--max-time") + 1]];
    });
    expect(Object.fromEntries(seconds)).toEqual({
      ...{ refused: "3", reset: "3" },
      ...{ dropped: "4", unreachable: "4", "no-name": "4" },
    });
  });

  test.each(FailureMode.options)("%s without a control is no probe", (outcome) => {
    expect(HttpProbe.safeParse(probe(outcome)).success).toBe(true);
    expect(HttpProbe.safeParse({ ...probe(outcome), control: undefined }).success).toBe(false);
  });
});
