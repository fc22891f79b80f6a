import type Docker from "dockerode";
import { type Execute, lackingRoot, needsRoot, Toolbox, withToolbox } from "../../lib/checks/toolbox";
import type { Executed } from "../../lib/engine/execute";
import { LABEL } from "../../lib/topology/identity";

const OWNER = { id: "bridge", instance: "0123abcd" };
const FINE: Executed = { exit: 0, stdout: "done\n", stderr: "" };

interface Engine {
  readonly docker: Docker;
  readonly created: Docker.ContainerCreateOptions[];
  /** What became of its containers, in this order. */
  readonly events: string[];
}

/** An engine whose containers are gone once nobody writes to them any more. @param trouble what it says instead of starting one */
function engine(trouble?: string): Engine {
  const created: Docker.ContainerCreateOptions[] = [];
  const events: string[] = [];
  const container = {
    id: "c0ffee",
    attach: async () => ({ on: () => undefined, end: () => events.push("end of input") }),
    start: async () => (trouble === undefined ? events.push("start") : Promise.reject(new Error(`${trouble}\n`))),
    wait: async () => events.push("waited for"),
    remove: async () => events.push("removed"),
  };
  const createContainer = async (options: Docker.ContainerCreateOptions): Promise<typeof container> => {
    created.push(options);
    return container;
  };
  return { docker: { createContainer } as unknown as Docker, created, events };
}

/** A machine that notes what is run as a line, and answers with this. */
function machine(answer: Executed = FINE, iptables = "iptables v1.8.9 (nf_tables)"): [string[], Execute] {
  const ran: string[] = [];
  const execute: Execute = async (argv) => {
    if (argv.join(" ") === "iptables --version") return { ...FINE, stdout: iptables };
    ran.push(argv.join(" "));
    return answer;
  };
  return [ran, execute];
}

const RULE = ["iptables", "-w", "-t", "nat", "-C", "POSTROUTING", "-j", "MASQUERADE"];

test.each([
  "nsenter -t 1 -n curl -sS http://127.0.0.1/",
  "iptables -w -S",
  "ip6tables -w -S",
  "iptables-save",
  "readlink /proc/1/ns/net",
  "netstat -tulpn",
  "ss -Hlntup",
  "ip link add wire type veth",
  "ip link delete wire",
])("only root gets the whole answer of %s", (line) => {
  expect(needsRoot(line.split(" "))).toBe(true);
});

test.each([
  "curl -4 -sS http://127.0.0.1/",
  "docker inspect lab-host-web",
  "docker exec lab-host-web ip link add x type dummy",
  "ip -j addr show",
  "ip -j link show master br-0123456789ab",
  "netstat -tuln",
  "ss -Hlntu",
  "readlink /etc/resolv.conf",
  "cat /etc/resolv.conf",
])("everybody gets the whole answer of %s", (line) => {
  expect(needsRoot(line.split(" "))).toBe(false);
});

test("one container looks, started when it is needed first, and gone with the work", async () => {
  const { docker, created, events } = engine();
  const [ran, execute] = machine();
  const toolbox = new Toolbox(docker, OWNER, execute);
  await toolbox.execute(["curl", "http://127.0.0.1/"], 1000);
  expect(created).toEqual([]);
  await Promise.all([toolbox.execute(RULE, 1000), toolbox.execute(["readlink", "/proc/7/ns/net"], 1000)]);
  expect(ran).toEqual([
    "curl http://127.0.0.1/",
    `docker exec c0ffee ${RULE.join(" ")}`,
    "docker exec c0ffee readlink /proc/7/ns/net",
  ]);
  await toolbox.close();
  expect(events).toEqual(["start", "waited for", "end of input"]);
  expect(created).toHaveLength(1);
  expect(created[0]).toMatchObject({
    name: expect.stringMatching(/^lab-toolbox-bridge-[0-9a-f]{8}$/) as string,
    Image: "docker-network-labs/toolbox:local",
    StdinOnce: true,
    Labels: { [LABEL.lab]: "bridge", [LABEL.instance]: "0123abcd" },
    HostConfig: { AutoRemove: true, NetworkMode: "host", PidMode: "host", CapDrop: ["ALL"] },
  });
  expect(await toolbox.execute(RULE, 1000)).toMatchObject({ missing: "the run is over" });
});

test("the legacy iptables is asked where the host's is that, on the host as in a namespace", async () => {
  const [ran, execute] = machine(FINE, "iptables v1.8.9 (legacy)");
  const toolbox = new Toolbox(engine().docker, OWNER, execute);
  await toolbox.execute(["iptables-save"], 1000);
  await toolbox.execute(["nsenter", "-t", "7", "-n", "iptables", "-w", "-S"], 1000);
  await toolbox.execute(["nsenter", "-t", "7", "-n", "netstat", "-tulpn"], 1000);
  expect(ran).toEqual([
    "docker exec c0ffee iptables-legacy-save",
    "docker exec c0ffee nsenter -t 7 -n iptables-legacy -w -S",
    "docker exec c0ffee nsenter -t 7 -n netstat -tulpn",
  ]);
});

test("what a program says in it is the program's own", async () => {
  const no: Executed = {
    exit: 1,
    stdout: "",
    stderr: "iptables: Bad rule (does a matching rule exist in that chain?).\n",
  };
  expect(await new Toolbox(engine().docker, OWNER, machine(no)[1]).execute(RULE, 1000)).toEqual(no);
});

test.each([
  ["Error response from daemon: No such container: c0ffee", 1, /^the toolbox, .*: .*No such container: c0ffee$/],
  ["Error: No such container: c0ffee", 1, /^the toolbox, .*No such container/],
  ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", 1, /^the toolbox, .*Cannot connect/],
  ["OCI runtime exec failed: exec failed: executable file not found in $PATH", 127, /^iptables cannot be run/],
])("%s is no answer of the program's", async (stderr, exit, missing) => {
  const toolbox = new Toolbox(engine().docker, OWNER, machine({ exit, stdout: "", stderr: `${stderr}\n` })[1]);
  expect(await toolbox.execute(RULE, 1000)).toMatchObject({
    exit: -1,
    missing: expect.stringMatching(missing) as string,
  });
});

test("one that does not start leaves nothing, and says why", async () => {
  const { docker, events } = engine("no such capability");
  const [ran, execute] = machine();
  const toolbox = new Toolbox(docker, OWNER, execute);
  const { missing } = await toolbox.execute(RULE, 1000);
  expect(missing).toBe("the toolbox, by which ordinary users look, does not start: no such capability");
  await toolbox.close();
  expect([events, ran]).toEqual([["removed"], []]);
});

test("the work's end is the container's, also when it fails; root needs none", async () => {
  const nothing = (): Promise<never> => Promise.reject(new Error("the work failed"));
  await expect(withToolbox(engine().docker, OWNER, nothing, true)).rejects.toThrow("the work failed");
  const { docker, created } = engine();
  const { stdout } = await withToolbox(docker, OWNER, (run) => run([process.execPath, "-p", "6 * 7"], 10_000), false);
  expect([stdout, created]).toEqual(["42\n", []]);
});

test("without the image nobody but root can look", async () => {
  const inspect = async (): Promise<never> => Promise.reject(Object.assign(new Error("no"), { statusCode: 404 }));
  const without = { getImage: () => ({ inspect }) } as unknown as Docker;
  const having = { getImage: () => ({ inspect: async () => ({}) }) } as unknown as Docker;
  expect(await lackingRoot(without, false)).toBeUndefined();
  expect(await lackingRoot(having, true)).toBeUndefined();
  expect(await lackingRoot(without, true)).toMatch(/^only root can look there \(sudo\), or image .*npx lab setup\)$/);
});
