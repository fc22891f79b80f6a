import type Docker from "dockerode";
import type { Reference } from "../../lib/checks/command";
import { Unresolved } from "../../lib/checks/runner";
import { realSurroundings, type Sight } from "../../lib/checks/surroundings";
import { execute } from "../../lib/engine/execute";
import { CONDITIONS } from "./conditions";

/** As dockerode rejects: the engine's own words lie in `json`. */
const refusedBy = (message: string) =>
  Object.assign(new Error("(HTTP code 404)"), { statusCode: 404, json: { message } });

/** An engine that knows these containers and networks, by what inspect says of them. */
function engine(known: Readonly<Record<string, object>>): Docker {
  const object = (kind: string) => (name: string) => ({
    inspect: async () => known[name] ?? Promise.reject(refusedBy(`No such ${kind}: ${name}`)),
  });
  return { getContainer: object("container"), getNetwork: object("network") } as unknown as Docker;
}

const SIGHT: Sight = { execute, lackingRoot: undefined };

const resolve = (known: Readonly<Record<string, object>>, reference: Reference): Promise<readonly string[]> =>
  realSurroundings(engine(known), CONDITIONS, undefined, SIGHT).resolve(reference);

const pid: Reference = { ref: "container-pid", container: "web" };
const address: Reference = { ref: "container-address", container: "web", network: "lan" };
const bridge: Reference = { ref: "bridge", network: "lan" };
/** lo is on every machine. */
const remote = (wire = "lo"): Reference => ({ ref: "remote-pid", container: "web", wire, lab: "host" });
const running = { Running: true, Pid: 4242, Status: "running" };

test.each<[string, Readonly<Record<string, object>>, Reference, string]>([
  ["a container's process", { web: { State: running } }, pid, "4242"],
  ["a remote machine's process", { web: { State: running } }, remote(), "4242"],
  [
    "a container's address on one network of several",
    {
      web: { NetworkSettings: { Networks: { bridge: { IPAddress: "172.17.0.2" }, lan: { IPAddress: "10.77.0.2" } } } },
    },
    address,
    "10.77.0.2",
  ],
  ["a bridge, named after the network", { lan: { Id: `0123456789ab${"f".repeat(52)}` } }, bridge, "br-0123456789ab"],
  [
    "a bridge with a name of its own",
    { lan: { Id: "0".repeat(64), Options: { "com.docker.network.bridge.name": "docker0" } } },
    bridge,
    "docker0",
  ],
])("%s is found out", async (_name, known, reference, value) => {
  expect(await resolve(known, reference)).toEqual([value]);
});

test.each<[string, Readonly<Record<string, object>>, Reference, string]>([
  ["a container that is gone", {}, pid, "No such container: web"],
  [
    "a container that ended",
    { web: { State: { Running: false, Pid: 0, Status: "exited" } } },
    pid,
    "container web is not running (exited)",
  ],
  [
    "a remote machine that lost its wire",
    { web: { State: running } },
    remote("wire-ffffffff"),
    "no wire (wire-ffffffff) leads to the remote machine web: npx lab up host lays it again",
  ],
  [
    "a remote machine that ended",
    { web: { State: { Running: false, Pid: 0, Status: "exited" } } },
    remote(),
    "container web is not running (exited)",
  ],
  [
    "an address where the container is not",
    { web: { NetworkSettings: { Networks: { host: { IPAddress: "" } } } } },
    address,
    "container web has no address on network lan",
  ],
  [
    "an address of a container that ended",
    { web: { NetworkSettings: { Networks: { lan: { IPAddress: "" } } } } },
    address,
    "container web has no address on network lan",
  ],
  ["a network that is gone", {}, bridge, "No such network: lan"],
])("%s has no value", async (_name, known, reference, message) => {
  const problem: unknown = await resolve(known, reference).catch((reason: unknown) => reason);
  expect(problem).toBeInstanceOf(Unresolved);
  expect((problem as Unresolved).message).toBe(message);
});

test("a silent engine has no values either", async () => {
  const inspect = async () => Promise.reject(new Error("connect ENOENT /var/run/docker.sock"));
  const silent = { getContainer: () => ({ inspect }) } as unknown as Docker;
  await expect(realSurroundings(silent, CONDITIONS, undefined, SIGHT).resolve(pid)).rejects.toThrow(
    new Unresolved("the engine does not answer: connect ENOENT /var/run/docker.sock"),
  );
});

test("the host's addresses are those of IPv4, the loopback one among them", async () => {
  const addresses = await resolve({}, { ref: "each-host-address" });
  expect(addresses).toContain("127.0.0.1");
  for (const one of addresses) expect(one).toMatch(/^(?:\d+\.){3}\d+$/);
});

test("what is lacking is said with its reason", () => {
  const lacking = (firewall: string, lackingRoot?: string) =>
    realSurroundings(engine({}), { ...CONDITIONS, firewall }, undefined, { ...SIGHT, lackingRoot }).lacking;
  expect(lacking("iptables")("iptables")).toBeUndefined();
  expect(lacking("iptables+firewalld")("iptables")).toBeUndefined();
  expect(lacking("nftables")("iptables")).toBe("the engine filters packets by nftables");
  expect(lacking("iptables")("root")).toBeUndefined();
  expect(lacking("iptables", "only root can look there")("root")).toBe("only root can look there");
});
