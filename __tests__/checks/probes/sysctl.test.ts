import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import type { SysctlProbe } from "../../../lib/checks/probes/sysctl";
import { HOST } from "../../../lib/checks/vantage";
import { findings, type Output } from "../findings";

const probe: SysctlProbe = { kind: "sysctl", from: HOST, key: "net.ipv4.ip_local_port_range", value: "32768 60999" };
const judged = (value: Output) => judge(probe, findings({ value }));

test("runs sysctl as a person can, and says what it expects", () => {
  expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual(["sysctl -n net.ipv4.ip_local_port_range"]);
  expect(expectedOf(probe)).toBe("net.ipv4.ip_local_port_range = 32768 60999");
});

test("passes with the value, whatever is between its words", () => {
  expect(judged({ stdout: "32768\t60999\n" })).toEqual({ verdict: "pass", actual: expectedOf(probe) });
});

test("fails with another", () => {
  expect(judged({ stdout: "1024\t60999\n" })).toMatchObject({
    verdict: "fail",
    actual: "net.ipv4.ip_local_port_range = 1024 60999",
    meaning: "the kernel is set otherwise, seen from the host",
  });
});

test("is no verdict where there is no such key", () => {
  const stderr = "sysctl: cannot stat /proc/sys/net/ipv4/x: No such file or directory\n";
  expect(judged({ exit: 255, stderr })).toMatchObject({ verdict: "error" });
});
