import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import { identity, parseIfconfig } from "../../../lib/checks/interfaces";
import type { InterfacesProbe } from "../../../lib/checks/probes/interfaces";
import { findings, type Output } from "../findings";
import { BRIDGE, CONTAINER, DOCKER0, ETH0, HOST, INSIDE, LO, VETH } from "../ip";

const json = (interfaces: readonly object[]): Output => ({ stdout: JSON.stringify(interfaces) });
const asOnHost: InterfacesProbe = { kind: "interfaces", container: "lab-x-web", expectation: "as-on-host" };
const noneNew: InterfacesProbe = { kind: "interfaces", container: "lab-x-web", expectation: "none-new" };
const ownAddress: InterfacesProbe = {
  kind: "interfaces",
  container: "lab-x-web",
  expectation: "own-address",
  address: "10.77.0.2",
};

test("looks on the host and in the container's namespace", () => {
  expect(commandsOf(asOnHost).map(({ command }) => toShell(command))).toEqual([
    "ip -j addr show",
    `nsenter -t "$(docker inspect -f '{{.State.Pid}}' lab-x-web)" -n ip -j addr show`,
  ]);
  expect(needsOf(noneNew)).toEqual(["root"]);
  expect([asOnHost, noneNew, ownAddress].map(expectedOf)).toEqual([
    "inside, the host's own interfaces: same names, MAC and IP addresses",
    "no interface on the host that was not there before",
    "inside, an interface with 10.77.0.2, which the host does not have",
  ]);
});

describe("as on the host", () => {
  const judged = (host: readonly object[], container: readonly object[]) =>
    judge(asOnHost, findings({ host: json(host), container: json(container) }));

  test("passes on the same interfaces, in any order, with the tool's empty objects", () => {
    expect(judged(HOST, HOST)).toEqual({ verdict: "pass", actual: "the same 5 interfaces" });
    expect(judged(HOST, [{}, ...[...HOST].reverse()])).toMatchObject({ verdict: "pass" });
  });

  test("fails in a namespace of its own", () => {
    expect(judged(HOST, CONTAINER)).toEqual({
      verdict: "fail",
      actual:
        "missing inside: eth0 02:fc:00:00:00:01 192.0.2.2 fe80::fc:ff:fe00:1; " +
        "missing inside: docker0 02:42:ce:46:83:e7 172.17.0.1; " +
        "missing inside: br-0123456789ab 02:42:1f:3f:99:35 10.77.0.1",
      meaning: "lab-x-web has a network stack of its own",
      lookAt: ["docker inspect -f '{{.HostConfig.NetworkMode}}' lab-x-web"],
    });
  });

  test("fails when only a name, a MAC or an address differs", () => {
    for (const other of [
      { ...ETH0, ifname: "eth1" },
      { ...ETH0, address: "02:42:0a:4d:00:02" },
      { ...ETH0, addr_info: [] },
    ]) {
      expect(judged([LO, ETH0], [LO, other])).toMatchObject({ verdict: "fail" });
    }
    expect(judged([LO], [LO, INSIDE])).toMatchObject({
      verdict: "fail",
      actual: "only inside: eth0 02:42:0a:4d:00:02 10.77.0.2",
    });
  });
});

describe("none new", () => {
  const judged = (host: readonly object[], container: readonly object[], before: string[] | undefined) =>
    judge(noneNew, findings({ host: json(host), container: json(container) }, before));

  test("passes when all were there before", () => {
    expect(judged([LO, ETH0, DOCKER0], [LO, ETH0, DOCKER0], ["lo", "eth0", "docker0"])).toEqual({
      verdict: "pass",
      actual: "none: lo, eth0, docker0",
    });
  });

  test("passes while another lab's bridge and its containers' ends come", () => {
    expect(judged(HOST, HOST, ["lo", "eth0", "docker0"])).toEqual({
      verdict: "pass",
      actual: "none: lo, eth0, docker0",
    });
  });

  test("passes while a remote machine is wired to the host", () => {
    const wire = { ...VETH, master: undefined, ifname: "wire-0123abcd" };
    expect(judged([...HOST, wire], [...HOST, wire], ["lo", "eth0", "docker0"])).toMatchObject({ verdict: "pass" });
    const alike = { ...wire, ifname: "wire-0123abcdef" };
    expect(judged([...HOST, alike], [...HOST, alike], ["lo", "eth0", "docker0"])).toMatchObject({ verdict: "fail" });
  });

  test("passes in host mode, where the index of another's far end is by chance one of the host's", () => {
    const other = { ...VETH, ifindex: 7, link_index: 2, ifname: "veth77" };
    const host = [...HOST, other];
    expect(judged(host, host, ["lo", "eth0", "docker0"])).toMatchObject({ verdict: "pass" });
  });

  test("passes when one went away", () => {
    expect(judged([LO, ETH0], [LO, ETH0], ["lo", "eth0", "tun0"])).toMatchObject({ verdict: "pass" });
  });

  test("fails on the other end of the container's own", () => {
    expect(judged(HOST, CONTAINER, ["lo", "eth0", "docker0"])).toEqual({
      verdict: "fail",
      actual: "new: veth3a1c22f",
      meaning: "it is one end of a veth pair whose other end lies inside lab-x-web: that is a bridge, not host mode",
      lookAt: ["ip -d link show"],
    });
  });

  test("fails on one that nobody owns", () => {
    const loose = { ...VETH, master: undefined };
    expect(judged([LO, ETH0, loose], [LO, ETH0, loose], ["lo", "eth0"])).toMatchObject({
      verdict: "fail",
      actual: "new: veth3a1c22f",
      meaning: "an interface has appeared since the lab was created",
    });
    expect(judged([LO, { ...BRIDGE, ifname: "br0" }], [LO], ["lo"])).toMatchObject({ actual: "new: br0" });
  });

  test("is no verdict when nobody looked before", () => {
    expect(judged(HOST, HOST, undefined)).toEqual({
      verdict: "error",
      actual: "nothing tells which interfaces there were before",
      meaning: "it is recorded when the lab is created: take it down and up again",
    });
  });
});

describe("own address", () => {
  const judged = (host: readonly object[], container: readonly object[]) =>
    judge(ownAddress, findings({ host: json(host), container: json(container) }));

  test("passes when it is inside only", () => {
    expect(judged(HOST, CONTAINER)).toEqual({ verdict: "pass", actual: "10.77.0.2 on eth0" });
  });

  test("fails when it is not inside", () => {
    const other = { ...INSIDE, addr_info: [{ family: "inet", local: "10.77.0.9" }] };
    expect(judged(HOST, [LO, other])).toEqual({
      verdict: "fail",
      actual: "inside: 127.0.0.1, 10.77.0.9",
      meaning: "lab-x-web did not get the address that the lab gives it",
      lookAt: ["docker inspect -f '{{json .NetworkSettings.Networks}}' lab-x-web"],
    });
  });

  test("fails when the host has it too", () => {
    expect(judged([...HOST, INSIDE], CONTAINER)).toMatchObject({
      verdict: "fail",
      actual: "the host has 10.77.0.2 too, on eth0",
      meaning: "the container shares the host's interfaces",
    });
  });
});

describe.each([asOnHost, noneNew, ownAddress])("$expectation: no verdict", (probe) => {
  const before = ["lo"];
  test("when ip prints no JSON", () => {
    for (const outputs of [
      { host: { stdout: "1: lo: <LOOPBACK,UP>" }, container: json(CONTAINER) },
      { host: json(HOST), container: { stdout: "" } },
    ]) {
      expect(judge(probe, findings(outputs, before))).toEqual({
        verdict: "error",
        actual: "ip printed something else than interfaces",
        meaning: "iproute2 4.13, or net-tools 2.10, is needed",
      });
    }
  });

  test("when ip fails", () => {
    const failing = { exit: 255, stderr: 'Option "-j" is unknown, try "ip -help".\n' };
    expect(judge(probe, findings({ host: failing, container: json(CONTAINER) }, before))).toEqual({
      verdict: "error",
      actual: 'ip exit 255: Option "-j" is unknown, try "ip -help".',
    });
    expect(judge(probe, findings({ host: json(HOST), container: failing }, before))).toMatchObject({
      verdict: "error",
      actual: expect.stringMatching(/^ip, inside, exit 255/),
    });
  });
});

describe("by ifconfig", () => {
  /** Recorded with net-tools 2.10, then shortened. */
  const IFCONFIG = `docker0: flags=4099<UP,BROADCAST,MULTICAST>  mtu 1500
        inet 172.17.0.1  netmask 255.255.0.0  broadcast 172.17.255.255
        inet6 fe80::42:bcff:fe31:67ab  prefixlen 64  scopeid 0x20<link>
        ether 02:42:bc:31:67:ab  txqueuelen 0  (Ethernet)
        RX packets 20  bytes 1763 (1.7 KiB)

lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        inet6 ::1  prefixlen 128  scopeid 0x10<host>
        loop  txqueuelen 1000  (Local Loopback)
`;
  /** net-tools 1.60. */
  const OLD = `eth0      Link encap:Ethernet  HWaddr 02:42:AC:11:00:02
          inet addr:172.17.0.2  Bcast:172.17.255.255  Mask:255.255.0.0
          inet6 addr: fe80::42:acff:fe11:2/64 Scope:Link
`;
  const probe: InterfacesProbe = {
    kind: "interfaces",
    container: "lab-host-web",
    expectation: "as-on-host-by-ifconfig",
  };
  const judged = (host: string, container: string) =>
    judge(probe, findings({ host: { stdout: host }, container: { stdout: container } }));

  test("reads both forms of its output", () => {
    expect(parseIfconfig(IFCONFIG)?.map(identity)).toEqual([
      "docker0 02:42:bc:31:67:ab 172.17.0.1 fe80::42:bcff:fe31:67ab",
      "lo - 127.0.0.1 ::1",
    ]);
    expect(parseIfconfig(OLD)?.map(identity)).toEqual(["eth0 02:42:ac:11:00:02 172.17.0.2 fe80::42:acff:fe11:2"]);
    expect([parseIfconfig(""), parseIfconfig("nonsense"), parseIfconfig(`${IFCONFIG}\nnonsense`)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("runs it as a person can", () => {
    expect(commandsOf(probe).map(({ command }) => toShell(command))).toEqual([
      "ifconfig -a",
      `nsenter -t "$(docker inspect -f '{{.State.Pid}}' lab-host-web)" -n ifconfig -a`,
    ]);
  });

  test("passes with the same interfaces, whatever has gone through them, and in any order", () => {
    const [first = "", second = ""] = IFCONFIG.split("\n\n");
    const inside = `${second.trimEnd()}\n\n${first.replace("1763 (1.7 KiB)", "9 (9.0 B)")}\n`;
    expect(judged(IFCONFIG, inside)).toEqual({ verdict: "pass", actual: "the same 2 interfaces" });
  });

  test("fails with others, and is no verdict where it does not tell", () => {
    expect(judged(IFCONFIG, OLD)).toMatchObject({
      verdict: "fail",
      meaning: "lab-host-web has a network stack of its own",
    });
    expect(judged(IFCONFIG, "")).toMatchObject({ verdict: "error" });
  });
});
