import { z } from "zod";
import { parseInterfaces } from "../interfaces";
import { parseJson } from "../../engine/json";
import { error, fail, failed, type Findings, type Judgement, pass, type ProbeKind, rootFor } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

/** Which MAC address a neighbour sees behind a container's IP address: the container's own, or its host's. */
export const MacProbe = z.strictObject({
  kind: z.literal("mac"),
  /** The neighbour: somebody on the same network. */
  from: Vantage,
  address: z.string(),
  /** The container's namespace. */
  of: Vantage,
  /** The container's host, and the interface of it that the container sits on. */
  host: Vantage,
  parent: z.string(),
  whose: z.enum(["own", "parents"]),
});
export type MacProbe = z.infer<typeof MacProbe>;

const Neighbours = z.array(z.object({ lladdr: z.string().optional() }));

export const mac: ProbeKind<MacProbe> = {
  needs: rootFor,
  commands: ({ from, address, of, host, parent }) => [
    // The neighbour learns the address by asking for it.
    { name: "ping", command: at(from, ["ping", "-n", "-c", "1", "-W", "3", address]) },
    { name: "neighbours", command: at(from, ["ip", "-j", "neigh", "show", "to", address]) },
    { name: "inside", command: at(of, ["ip", "-j", "addr", "show"]) },
    { name: "parent", command: at(host, ["ip", "-j", "addr", "show", "dev", parent]) },
  ],
  expected: ({ address, whose, parent }) =>
    whose === "own"
      ? `behind ${address} the container's own MAC address, which is not that of ${parent}`
      : `behind ${address} the MAC address of ${parent}`,
  judge: judgeMac,
};

function judgeMac({ from, address, whose, parent }: MacProbe, findings: Findings): Judgement {
  for (const name of ["neighbours", "inside", "parent"]) {
    const trouble = failed("ip", findings.one(name));
    if (trouble !== undefined) return trouble;
  }
  const seen = parseJson(Neighbours, findings.one("neighbours").stdout)?.[0]?.lladdr;
  const inside = parseInterfaces(findings.one("inside").stdout);
  const parents = parseInterfaces(findings.one("parent").stdout);
  if (inside === undefined || parents === undefined)
    return error("ip printed no JSON", "iproute2 4.13 or newer is needed");
  const own = inside.find((one) => one.addr_info.some(({ local }) => local === address))?.address;
  const host = parents[0]?.address;
  if (own === undefined || host === undefined)
    return error(`nothing tells the MAC address of ${address}, or of ${parent}`);
  if (seen === undefined) {
    return fail(
      `no MAC address behind ${address}`,
      `${describeVantage(from)} is not on one network with it, or it is silent`,
    );
  }
  const actual = `${address} is at ${seen}; the container has ${own}, ${parent} ${host}`;
  const right = whose === "own" ? seen === own && seen !== host : seen === host && seen === own;
  return right
    ? pass(actual)
    : fail(actual, "somebody else answers for it, or the driver is another than the lab declares");
}
