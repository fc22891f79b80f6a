import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import type { NamespaceProbe } from "../../../lib/checks/probes/namespace";
import { findings } from "../findings";

const probe = (relation: "same" | "different", extra: Partial<NamespaceProbe> = {}): NamespaceProbe => ({
  kind: "namespace",
  type: "net",
  container: "lab-host-web",
  relation,
  ...extra,
});
const links = (own: string, other: string) => findings({ container: { stdout: own }, other: { stdout: other } });
const [A, B] = ["net:[4026531840]\n", "net:[4026532301]\n"];

test("reads the kernel's own identities", () => {
  const pid = (container: string): string => `$(docker inspect -f '{{.State.Pid}}' ${container})`;
  const lines = (one: NamespaceProbe): string[] => commandsOf(one).map(({ command }) => toShell(command));
  expect(lines(probe("same"))).toEqual([
    `readlink "/proc/${pid("lab-host-web")}/ns/net"`,
    'readlink "/proc/$(cat /run/docker.pid)/ns/net"',
  ]);
  expect(lines(probe("different", { type: "mnt", other: "lab-host-b" }))).toEqual([
    `readlink "/proc/${pid("lab-host-web")}/ns/mnt"`,
    `readlink "/proc/${pid("lab-host-b")}/ns/mnt"`,
  ]);
  expect(needsOf(probe("same"))).toEqual(["root"]);
});

test.each([
  [probe("same"), "the network namespace of the engine's daemon"],
  [probe("different", { type: "mnt" }), "another mount namespace than the engine's daemon"],
  [probe("different", { type: "pid", other: "lab-b" }), "another process namespace than lab-b"],
])("says what it expects", (one, expected) => {
  expect(expectedOf(one)).toBe(expected);
});

test("same: passes on one namespace, fails on two", () => {
  expect(judge(probe("same"), links(A, A))).toEqual({ verdict: "pass", actual: "both net:[4026531840]" });
  expect(judge(probe("same"), links(B, A))).toEqual({
    verdict: "fail",
    actual: "net:[4026532301], and net:[4026531840]",
    meaning: "lab-host-web has a network namespace of its own: it was not started in the mode that the lab declares",
    lookAt: ["docker inspect -f '{{.HostConfig.NetworkMode}} {{.HostConfig.PidMode}}' lab-host-web"],
  });
});

test("different: passes on two namespaces, fails on one", () => {
  expect(judge(probe("different"), links(B, A))).toEqual({
    verdict: "pass",
    actual: "net:[4026532301], and net:[4026531840]",
  });
  expect(judge(probe("different"), links(A, A))).toMatchObject({
    verdict: "fail",
    meaning: "lab-host-web is not separated from the engine's daemon",
  });
  expect(judge(probe("different", { other: "lab-b" }), links(A, A))).toMatchObject({
    meaning: "lab-host-web is not separated from lab-b",
  });
});

test.each(["same", "different"] as const)("%s: no verdict when the kernel does not tell", (relation) => {
  for (const [own, other] of [
    ["", ""],
    [A, ""],
    ["", A],
    ["/proc/1/ns/net", "/proc/1/ns/net"],
  ] as const) {
    expect(judge(probe(relation), links(own, other))).toEqual({
      verdict: "error",
      actual: "the kernel did not tell the namespaces",
      meaning: "reading another user's /proc needs root (sudo)",
    });
  }
});
