import type Docker from "dockerode";
import { layWires, mendWires, removeWires, type Run } from "../../lib/cli/wires";
import { Unfit } from "../../lib/topology/refusal";
import * as world from "../../lib/checks/world";
import { LO } from "../checks/ip";

const REMOTE = {
  name: "remote",
  container: "lab-host-remote",
  subnet: "198.18.4.8/29",
  address: "198.18.4.10",
  hostAddress: "198.18.4.9",
  wire: "wire-0123abcd",
};
const LAB = { networks: [{ name: "lan", subnet: "10.77.0.0/24" }], remotes: [REMOTE] };
const running = { Running: true, Pid: 4242, Status: "running" };

/** An engine on which the remote machine's container is in this state. */
function engine(State: object = running): Docker {
  const Names = [`/${REMOTE.container}`];
  return {
    getContainer: () => ({ inspect: async () => ({ State }) }),
    listContainers: async () => (State === running ? [{ Names }] : []),
  } as unknown as Docker;
}

const end = (more: object): object => ({ ...LO, ...more });
const with4 = (local: string): object => ({ addr_info: [{ family: "inet", local }] });
const HOST_END = end({ ifindex: 9, link_index: 2, ifname: REMOTE.wire, ...with4(REMOTE.hostAddress) });
const OWN_END = end({ ifindex: 2, link_index: 9, ifname: "eth0", ...with4(REMOTE.address) });

interface Machine {
  readonly run: Run;
  /** What was run to change something, as one would type it. */
  readonly changes: string[];
}

const names = jest.spyOn(world, "interfaceNames");
afterAll(() => {
  names.mockRestore();
});

/**
 * A machine where `ip addr show` prints this, and all else goes well, but for what `refuses` is in.
 * @param host what it prints of the wire; undefined where there is none
 */
function machine(host: object[] | undefined, inside: object[], refuses?: string): Machine {
  names.mockResolvedValue(host === undefined ? ["lo"] : ["lo", REMOTE.wire]);
  const changes: string[] = [];
  const run: Run = async (argv) => {
    const line = argv.join(" ");
    if (line === `ip -j addr show dev ${REMOTE.wire}`) {
      return { exit: 0, stdout: JSON.stringify(host), stderr: "" };
    }
    if (line === "nsenter -t 4242 -n ip -j addr show") return { exit: 0, stdout: JSON.stringify(inside), stderr: "" };
    changes.push(line);
    const refused = refuses !== undefined && line.includes(refuses);
    return { exit: refused ? 2 : 0, stdout: "", stderr: refused ? "RTNETLINK answers: Operation not permitted\n" : "" };
  };
  return { run, changes };
}

const DELETED = "ip link delete wire-0123abcd";
const LAID = [
  "ip link add wire-0123abcd up type veth peer name eth0 netns 4242",
  "ip address add 198.18.4.9/29 dev wire-0123abcd",
  "nsenter -t 4242 -n ip address add 198.18.4.10/29 dev eth0",
  "nsenter -t 4242 -n ip link set eth0 up",
  "nsenter -t 4242 -n ip route replace 10.77.0.0/24 via 198.18.4.9 hoplimit 2",
];

describe("a wire", () => {
  test("is laid where there is none: both ends, and the host as the way to the lab's networks alone", async () => {
    const { run, changes } = machine(undefined, [LO]);
    await layWires(engine(), LAB, run);
    expect(changes).toEqual(LAID);
  });

  test("is left alone where it lies, but for the ways to networks that may be new", async () => {
    const { run, changes } = machine([HOST_END], [LO, OWN_END]);
    await layWires(engine(), LAB, run);
    expect(changes).toEqual(LAID.slice(-1));
  });

  test.each<[string, object[], object[]]>([
    ["has another address on the host", [end({ ...HOST_END, ...with4("198.18.9.1") })], [LO, OWN_END]],
    ["has no address inside", [HOST_END], [LO]],
    ["leads elsewhere", [end({ ...HOST_END, link_index: 7 })], [LO, OWN_END]],
    ["is not told by ip", [], [LO, OWN_END]],
  ])("is laid anew where it %s", async (_what, host, inside) => {
    const { run, changes } = machine(host, inside);
    await layWires(engine(), LAB, run);
    expect(changes).toEqual([DELETED, ...LAID]);
  });

  test("is not laid to a machine that does not run", async () => {
    const laying = layWires(engine({ Running: false, Status: "exited" }), LAB, machine(undefined, []).run);
    await expect(laying).rejects.toThrow(new Unfit("remote machine lab-host-remote is not running (exited)"));
  });

  test("that the kernel refuses is told in its words", async () => {
    const laying = layWires(engine(), LAB, machine(undefined, [LO], "link add").run);
    await expect(laying).rejects.toThrow(
      new Unfit(
        "no wire to lab-host-remote: ip link add wire-0123abcd up type veth peer name eth0 netns 4242: RTNETLINK answers: Operation not permitted",
      ),
    );
  });
});

describe("mending, by root", () => {
  const user = jest.spyOn(process, "getuid");
  beforeEach(() => user.mockReturnValue(0));
  afterAll(() => {
    user.mockRestore();
  });

  test("lays the wire of a machine that runs, and waits for no other", async () => {
    const [up, down] = [machine(undefined, [LO]), machine(undefined, [LO])];
    await mendWires(engine(), LAB, up.run);
    await mendWires(engine({ Running: false }), LAB, down.run);
    expect([up.changes, down.changes]).toEqual([LAID, []]);
  });
});

test("the wires that are there are removed, and no others", async () => {
  const { run, changes } = machine(undefined, []);
  await removeWires([{ wire: "wire-ffffffff" }, { wire: "lo" }], run);
  await removeWires([], run);
  expect(changes).toEqual(["ip link delete lo"]);
});
