import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import type { ListeningProbe } from "../../../lib/checks/probes/listening";
import { HOST } from "../../../lib/checks/vantage";
import { findings, type Output } from "../findings";

const HEADER = `Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name
`;
const line = (protocol: string, address: string): string =>
  `${protocol.padEnd(6)}     0      0 ${address.padEnd(23)} 0.0.0.0:*               ${protocol.startsWith("tcp") ? "LISTEN     " : "           "} -\n`;
const netstat = (...lines: string[]): Output => ({ stdout: HEADER + lines.join("") });

const on = { kind: "listening", from: HOST, protocol: "tcp", port: 80 } as const;
const every: ListeningProbe = { ...on, expectation: "every-address" };
const loopback: ListeningProbe = { ...on, expectation: "loopback-only" };
const only: ListeningProbe = { ...on, expectation: "addresses", addresses: ["10.77.0.2", "127.0.0.1"] };
const nothing: ListeningProbe = { ...on, expectation: "nothing" };
const judged = (probe: ListeningProbe, listeners: Output) => judge(probe, findings({ listeners }));

test("runs netstat as a person can, and says what it expects", () => {
  expect(commandsOf(every).map(({ command }) => toShell(command))).toEqual(["netstat -tulpn"]);
  expect([every, loopback, only, { ...nothing, protocol: "udp" as const }].map(expectedOf)).toEqual([
    "something listens on TCP port 80, on every address",
    "something listens on TCP port 80, on loopback only",
    "something listens on TCP port 80, on 10.77.0.2, 127.0.0.1 only",
    "nothing listens on UDP port 80",
  ]);
});

test.each<[ListeningProbe, string[], string]>([
  [every, [line("tcp", "0.0.0.0:80")], "TCP port 80 on 0.0.0.0"],
  [every, [line("tcp6", ":::80")], "TCP port 80 on ::"],
  [every, [line("tcp", "0.0.0.0:80"), line("tcp6", ":::80")], "TCP port 80 on 0.0.0.0, ::"],
  [loopback, [line("tcp", "127.0.0.1:80")], "TCP port 80 on 127.0.0.1"],
  [loopback, [line("tcp", "127.0.0.1:80"), line("tcp6", "::1:80")], "TCP port 80 on 127.0.0.1, ::1"],
  [only, [line("tcp", "127.0.0.1:80"), line("tcp", "10.77.0.2:80")], "TCP port 80 on 127.0.0.1, 10.77.0.2"],
  [nothing, [line("tcp", "0.0.0.0:81"), line("udp", "0.0.0.0:80")], "nothing listens on TCP port 80"],
  [nothing, [line("tcp", "127.0.0.11:80")], "nothing listens on TCP port 80"],
  [{ ...every, protocol: "udp" }, [line("udp", "0.0.0.0:80")], "UDP port 80 on 0.0.0.0"],
])("passes where it is as expected", (probe, lines, actual) => {
  expect(judged(probe, netstat(...lines))).toEqual({ verdict: "pass", actual });
});

test.each<[ListeningProbe, string[], string]>([
  [every, [], "no server has opened the port there, seen from the host: it does not run, or listens on another"],
  [
    every,
    [line("udp", "0.0.0.0:80")],
    "no server has opened the port there, seen from the host: it does not run, or listens on another",
  ],
  [every, [line("tcp", "127.0.0.1:80")], "it listens on loopback only: nobody but its own namespace can reach it"],
  [every, [line("tcp", "10.77.0.2:80")], "it listens on other addresses than it should"],
  [loopback, [line("tcp", "0.0.0.0:80")], "it listens on every address, so on more than it should"],
  [only, [line("tcp", "127.0.0.1:80")], "it listens on loopback only: nobody but its own namespace can reach it"],
  [only, [line("tcp6", ":::80")], "it listens on every address, so on more than it should"],
  [nothing, [line("tcp", "127.0.0.1:80")], "something listens where nothing should"],
])("fails where it is not", (probe, lines, meaning) => {
  expect(judged(probe, netstat(...lines))).toMatchObject({ verdict: "fail", meaning });
});

test.each([every, loopback, only, nothing])("is no verdict where netstat does not tell", (probe) => {
  expect(judged(probe, { stdout: "" })).toMatchObject({ verdict: "error" });
  expect(judged(probe, { exit: 1, stderr: "no /proc\n" })).toMatchObject({ verdict: "error" });
});
