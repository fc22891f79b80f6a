import { z } from "zod";
import { onEngine } from "../checks/command";
import type { DeployedLab } from "../checks/deployed";
import { execute } from "../engine/execute";
import { demanded, must } from "../engine/must";
import { subInterface } from "../topology/other-engines";
import { Unfit } from "../topology/refusal";

const TIMEOUT_MS = 30_000;
/** A throw-away host's interface on the LAN. */
const TRUNK = "eth0";
/** What ip says where the kernel has no 802.1Q. */
const NO_TAGS = /Unknown device type|Operation not supported/;

interface Place {
  /** The host: its name, and the container that it is. */
  readonly name: string;
  readonly container: string;
  readonly vlan: number;
  /** The network that stands in for the VLAN. */
  readonly access: string;
}

/**
 * Gives a lab's throw-away hosts their interfaces for VLANs: sub-interfaces, which tag frames (802.1Q). Where the kernel
 * has none, a host is plugged into the VLAN's own network by one more interface, which gets the sub-interface's name: to
 * what sits on it, it is what an access port of a switch would be. Does nothing where an interface is there.
 * @returns what was done, a line for each
 * @throws Unfit where neither can be had
 */
export async function giveVlans(lab: DeployedLab): Promise<string[]> {
  const done: string[] = [];
  for (const { id, access, engines } of lab.vlans ?? []) {
    for (const { name, container } of (lab.engines ?? []).filter((one) => engines.includes(one.name))) {
      done.push(await giveVlan({ name, container, vlan: id, access }));
    }
  }
  return done;
}

async function giveVlan(place: Place): Promise<string> {
  const { name, container, vlan } = place;
  const own = subInterface(vlan);
  const found = await execute(onEngine(container, ["ip", "link", "show", own]), TIMEOUT_MS);
  if (found.exit === 0) return `${own} of ${name} is there`;
  const add = ["ip", "link", "add", "link", TRUNK, "name", own, "type", "vlan", "id", String(vlan)];
  const made = await execute(onEngine(container, add), TIMEOUT_MS);
  if (made.exit === 0) {
    await ip(container, "link", "set", own, "up");
    return `${own} of ${name} is a sub-interface of ${TRUNK} for VLAN ${String(vlan)} (802.1Q)`;
  }
  if (!NO_TAGS.test(made.stderr)) demanded(`${own} of ${name} cannot be made`, made);
  await plugIn(place, own);
  return `${own} of ${name} is no VLAN interface, since this kernel has no 802.1Q: it is plugged into ${place.access}, which stands in for VLAN ${String(vlan)}`;
}

const Interfaces = z.array(z.object({ ifname: z.string(), address: z.string() }));

/** One more interface, without an address (the host is no machine on the VLAN), under the sub-interface's name. */
async function plugIn({ container, access }: Place, own: string): Promise<void> {
  // Of a run that was interrupted there may be a connection already.
  if ((await macOn(container, access)) === "") await need(["docker", "network", "connect", access, container]);
  const mac = await macOn(container, access);
  const links = Interfaces.parse(JSON.parse(await need(onEngine(container, ["ip", "-j", "link", "show"]))));
  const given = links.find(({ address }) => address === mac)?.ifname;
  if (given === undefined) throw new Unfit(`no interface of ${container} has the MAC address ${mac} of ${access}`);
  await ip(container, "link", "set", given, "down");
  await ip(container, "address", "flush", "dev", given);
  await ip(container, "link", "set", given, "name", own);
  await ip(container, "link", "set", own, "up");
}

/** The MAC address that a container has on a network; empty where it is not on it. */
async function macOn(container: string, network: string): Promise<string> {
  const format = `{{with index .NetworkSettings.Networks ${JSON.stringify(network)}}}{{.MacAddress}}{{end}}`;
  return (await need(["docker", "inspect", "--format", format, container])).trim();
}

async function ip(container: string, ...words: string[]): Promise<void> {
  await need(onEngine(container, ["ip", ...words]));
}

function need(argv: readonly string[]): Promise<string> {
  return must(`${argv.join(" ")} failed`, argv, TIMEOUT_MS);
}
