import { z } from "zod";
import { WIRE_NAME } from "../../topology/remote-machine";
import type { Command } from "../command";
import { identity, type Interface, parseIfconfig, parseInterfaces } from "../interfaces";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, ROOT } from "../probe";
import { at, HOST, Vantage } from "../vantage";

/** What interfaces there are, by `ip`. */
export const InterfacesProbe = z.discriminatedUnion("expectation", [
  /** Inside the container: exactly those of the host, by name, MAC and addresses. */
  z.strictObject({ kind: z.literal("interfaces"), container: z.string(), expectation: z.literal("as-on-host") }),
  /** Inside the container: exactly those that `ifconfig` shows on the host. */
  z.strictObject({
    kind: z.literal("interfaces"),
    container: z.string(),
    expectation: z.literal("as-on-host-by-ifconfig"),
  }),
  /** On the host: none has appeared for the container since before it was created. */
  z.strictObject({ kind: z.literal("interfaces"), container: z.string(), expectation: z.literal("none-new") }),
  /** Inside the container: one has the address, and it is none of the host's. */
  z.strictObject({
    kind: z.literal("interfaces"),
    container: z.string(),
    expectation: z.literal("own-address"),
    address: z.string(),
  }),
]);
export type InterfacesProbe = z.infer<typeof InterfacesProbe>;

const SHOW: Command = ["ip", "-j", "addr", "show"];
const IFCONFIG: Command = ["ifconfig", "-a"];

export const interfaces: ProbeKind<InterfacesProbe> = {
  needs: ROOT,
  vantage: ({ container }) => ({ kind: "namespace", container }),
  commands: ({ container, expectation }) => {
    const show = expectation === "as-on-host-by-ifconfig" ? IFCONFIG : SHOW;
    return [
      { name: "host", command: at(HOST, show) },
      { name: "container", command: at({ kind: "namespace", container } satisfies Vantage, show) },
    ];
  },
  expected: (probe) => {
    switch (probe.expectation) {
      case "as-on-host":
      case "as-on-host-by-ifconfig":
        return "inside, the host's own interfaces: same names, MAC and IP addresses";
      case "none-new":
        return "no interface on the host that was not there before";
      case "own-address":
        return `inside, an interface with ${probe.address}, which the host does not have`;
    }
  },
  judge: (probe, findings) => {
    const byIfconfig = probe.expectation === "as-on-host-by-ifconfig";
    const [tool, parse] = byIfconfig ? (["ifconfig", parseIfconfig] as const) : (["ip", parseInterfaces] as const);
    const trouble = failed(tool, findings.one("host")) ?? failed(`${tool}, inside,`, findings.one("container"));
    if (trouble !== undefined) return trouble;
    const host = parse(findings.one("host").stdout);
    const inside = parse(findings.one("container").stdout);
    if (host === undefined || inside === undefined)
      return error(`${tool} printed something else than interfaces`, "iproute2 4.13, or net-tools 2.10, is needed");
    // Every namespace has its loopback interface.
    if (host.length === 0 || inside.length === 0) return error(`${tool} shows no interface at all`);
    switch (probe.expectation) {
      case "as-on-host":
      case "as-on-host-by-ifconfig":
        return judgeAsOnHost(probe.container, host, inside);
      case "none-new":
        return judgeNoneNew(probe.container, host, inside, findings);
      case "own-address":
        return judgeOwnAddress(probe, host, inside);
    }
  },
};

function judgeAsOnHost(container: string, host: Interface[], inside: Interface[]): Judgement {
  const [expected, actual] = [host.map(identity), inside.map(identity)];
  const missing = expected.filter((one) => !actual.includes(one));
  const extra = actual.filter((one) => !expected.includes(one));
  if (missing.length === 0 && extra.length === 0) return pass(`the same ${String(host.length)} interfaces`);
  return fail(
    [...missing.map((one) => `missing inside: ${one}`), ...extra.map((one) => `only inside: ${one}`)]
      .slice(0, 3)
      .join("; "),
    `${container} has a network stack of its own`,
    `docker inspect -f '{{.HostConfig.NetworkMode}}' ${container}`,
  );
}

/**
 * Other labs come and go at the same time, so a new interface counts only if it is the container's (the other end of
 * one inside it), or if nothing tells whose it is. One that is part of a Docker bridge is another container's, and a wire
 * is a remote machine's.
 */
function judgeNoneNew(container: string, host: Interface[], inside: Interface[], findings: Findings): Judgement {
  const before = findings.interfacesBefore;
  if (before === undefined) {
    return error(
      "nothing tells which interfaces there were before",
      "it is recorded when the lab is created: take it down and up again",
    );
  }
  const shared = inside.map(identity).join() === host.map(identity).join();
  const isOurs = (one: Interface): boolean => !shared && inside.some((end) => end.link_index === one.ifindex);
  const isOthers = (one: Interface): boolean =>
    one.master !== undefined ||
    /^(?:br-[0-9a-f]{12}|docker0|docker_gwbridge)$/.test(one.ifname) ||
    WIRE_NAME.test(one.ifname);
  const created = host.filter((one) => !before.includes(one.ifname) && (isOurs(one) || !isOthers(one)));
  if (created.length === 0)
    return pass(
      `none: ${host
        .filter((one) => before.includes(one.ifname))
        .map((one) => one.ifname)
        .join(", ")}`,
    );
  return fail(
    `new: ${created.map((one) => one.ifname).join(", ")}`,
    created.some(isOurs)
      ? `it is one end of a veth pair whose other end lies inside ${container}: that is a bridge, not host mode`
      : "an interface has appeared since the lab was created",
    "ip -d link show",
  );
}

function judgeOwnAddress(
  probe: Extract<InterfacesProbe, { expectation: "own-address" }>,
  host: Interface[],
  inside: Interface[],
): Judgement {
  const holds = (one: Interface): boolean => one.addr_info.some((info) => info.local === probe.address);
  const own = inside.find(holds);
  if (own === undefined) {
    return fail(
      `inside: ${inside.flatMap((one) => one.addr_info.map((info) => info.local ?? "-")).join(", ")}`,
      `${probe.container} did not get the address that the lab gives it`,
      `docker inspect -f '{{json .NetworkSettings.Networks}}' ${probe.container}`,
    );
  }
  const onHost = host.find(holds);
  if (onHost === undefined) return pass(`${probe.address} on ${own.ifname}`);
  return fail(`the host has ${probe.address} too, on ${onHost.ifname}`, "the container shares the host's interfaces");
}
