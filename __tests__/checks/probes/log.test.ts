import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf, vantageOf } from "../../../lib/checks/probes";
import type { LogProbe } from "../../../lib/checks/probes/log";
import { HOST } from "../../../lib/checks/vantage";
import { findings, type Output } from "../findings";

const typed = (probe: LogProbe): string[] => [...new Set(commandsOf(probe).map(({ command }) => toShell(command)))];

describe("words", () => {
  const probe: LogProbe = { kind: "log", expectation: "words", container: "lab-x-web", contains: "start worker" };
  const LINE = "2026/11/21 13:30:21 [notice] 1#1: start worker processes";

  test("asks the engine as a person can, and says what it expects", () => {
    expect(typed(probe)).toEqual(["docker logs --tail 1000 lab-x-web"]);
    expect(typed({ ...probe, engine: "host-a" })).toEqual(["docker exec host-a docker logs --tail 1000 lab-x-web"]);
    expect(expectedOf(probe)).toBe("lab-x-web has said: start worker");
  });

  test("passes with the words on either stream", () => {
    expect(judge(probe, findings({ logs: { stdout: `start\n${LINE}\n` } }))).toEqual({ verdict: "pass", actual: LINE });
    expect(judge(probe, findings({ logs: { stderr: `${LINE}\n` } }))).toEqual({ verdict: "pass", actual: LINE });
  });

  test("fails without them, and tells the last words", () => {
    expect(judge(probe, findings({ logs: { stdout: "start\nstop\n" } }))).toMatchObject({
      verdict: "fail",
      actual: "2 lines, the last: stop",
    });
    expect(judge(probe, findings({ logs: {} }))).toMatchObject({ verdict: "fail", actual: "0 lines, the last: none" });
  });

  test("is no verdict where the engine does not tell", () => {
    expect(judge(probe, findings({ logs: { exit: 1, stderr: "no logs\n" } }))).toMatchObject({ verdict: "error" });
  });
});

describe("client", () => {
  const server = { name: "web", token: "7f3a0c1d", container: "lab-x-web" };
  const probe: LogProbe = {
    ...{ kind: "log", expectation: "client", from: HOST, client: "10.77.0.1" },
    target: { host: "127.0.0.1", port: 8080, server },
  };
  const lineOf = (client: string, path: string): string =>
    `${client} - - [21/Nov/2026:13:30:21 +0000] "GET ${path} HTTP/1.1" 200 13 "-" "curl/7.88.1" "-"`;
  const argv = ["curl", "http://127.0.0.1:8080/0c0ffee0"];
  const request: Output = { argv, stdout: "HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\nweb 7f3a0c1d\n" };
  const MINE = lineOf("10.77.0.1", "/0c0ffee0");
  const judged = (logs: string | readonly string[], asked: Output = request) =>
    judge(probe, findings({ request: asked, logs: [logs].flat().map((stdout) => ({ stdout })) }));

  test("makes a request that no other look makes, and reads the log", () => {
    expect(typed(probe)).toEqual([
      `curl -4 -sSiv --noproxy '*' --max-time 3 "http://127.0.0.1:8080/$(date +%s%N)"`,
      "docker logs --tail 1000 lab-x-web",
    ]);
    expect(expectedOf(probe)).toBe("web logs the request as one of 10.77.0.1");
    expect(needsOf({ ...probe, from: { kind: "namespace", container: "lab-x-two" } })).toEqual(["root"]);
    expect(vantageOf(probe)).toEqual(HOST);
  });

  test("reads it once more where the line is not there yet", () => {
    const [, , again] = commandsOf(probe);
    const due = (logs: string, asked: Output = request) =>
      again?.due?.(findings({ request: asked, logs: { stdout: logs } }).of);
    expect([due(""), due(MINE), due("", { exit: 7 })]).toEqual([true, false, false]);
    expect(judged(["", `${MINE}\n`])).toEqual({ verdict: "pass", actual: MINE });
  });

  test("passes by the line of this very request", () => {
    expect(judged(`${lineOf("10.77.0.3", "/")}\n${MINE}\n`)).toEqual({ verdict: "pass", actual: MINE });
  });

  test("fails with another client, and where the request is not logged, or is not answered", () => {
    const other = lineOf("10.77.0.10", "/0c0ffee0");
    expect(judged(other)).toMatchObject({
      verdict: "fail",
      actual: other,
      meaning: expect.stringContaining("takes somebody else for its client"),
      lookAt: ["docker logs --tail 1000 lab-x-web"],
    });
    expect(judged(lineOf("10.77.0.1", "/"))).toMatchObject({
      verdict: "fail",
      actual: "the request is answered, and not logged",
    });
    const refused = { argv, exit: 7, stderr: "* connect failed: Connection refused\ncurl: (7) no connection\n" };
    expect(judged(MINE, refused)).toMatchObject({
      verdict: "fail",
      actual: "curl exit 7: connection refused, http://127.0.0.1:8080/0c0ffee0",
    });
    expect(judged(MINE, { ...request, stdout: "HTTP/1.1 200 OK\r\n\r\nsomebody\n" })).toMatchObject({
      verdict: "fail",
      meaning: expect.stringContaining("it is not web that answers"),
    });
  });

  test("is no verdict where curl could not ask, or the engine does not tell", () => {
    expect(judged(MINE, { argv, exit: 127, stderr: "curl: error while loading\n" })).toMatchObject({
      verdict: "error",
    });
    expect(judge(probe, findings({ request, logs: { exit: 1, stderr: "no logs\n" } }))).toMatchObject({
      verdict: "error",
    });
  });
});
