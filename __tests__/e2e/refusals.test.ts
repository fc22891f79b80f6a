import { createServer, type Server } from "net";
import { mkdirSync } from "fs";
import { join } from "path";
import { LABS } from "../../lib/labs/catalogue";
import { docker, run, TestProject } from "./project";
import { type Snapshot, settled, snapshot } from "./surroundings";

const IDS = LABS.map(({ id }) => id).join(", ");

/** Bad input, as a person gives it, with the whole answer; nothing is ever created. */
describe("bad input is answered in words, and nothing is created", () => {
  const project = new TestProject();
  let before: Snapshot;

  beforeAll(async () => {
    before = await snapshot();
  });
  afterAll(() => project.remove());

  const port = (problem: string): string => `host.web.port: ${problem}`;
  const RULE = "a port is a whole number from 1 to 65535";

  test.each([
    [["up", "host", "--http-port", "0"], port(`0 is no port that one can listen on; ${RULE}: 80`)],
    [["up", "host", "--http-port", "70000"], port(`70000 is too high; ${RULE}: 65535`)],
    [["up", "host", "--http-port", "80a"], port(`"80a" is not a port; ${RULE}: 80`)],
    [["up", "brigde"], `lab: there is no lab "brigde". Did you mean "bridge"? (${IDS})`],
    [["up", "$(id)"], `lab: there is no lab "$(id)" (${IDS})`],
    [
      ["up", "bridge", "--subnet", "10.77.0.5/24"],
      "bridge.lan.subnet: 10.77.0.5/24 has host bits set; a subnet is a network address: 10.77.0.0/24",
    ],
    [
      ["up", "bridge", "--subnet", "10.77.0.0"],
      `bridge.lan.subnet: "10.77.0.0" is not an IPv4 subnet; one is an address and a prefix length: 10.77.0.0/24`,
    ],
    [["up", "bridge", "--published-port", "-1"], `bridge.publishedPort: "-1" is not a port; ${RULE}: 8080`],
    [["down"], "lab down: which lab? Name some, or say: lab down --all"],
    [["check", "bridge"], "lab check: bridge is not up; first: npx lab up bridge"],
  ])("%j", async (args, message) => {
    const { exit, stderr, stdout } = await project.lab(args);
    expect(stderr.split("\n").filter((line) => line !== "" && !line.startsWith("providers:"))).toEqual([message]);
    expect(stdout).toBe("");
    expect(exit).toBe(64);
  });

  test("a mistake in a lab of one's own, which brings a copy of the library", async () => {
    const { exit, stderr } = await project.lab(["up", join(__dirname, "labs-of-tests/refused.ts")]);
    expect(stderr.split("\n").filter((line) => line !== "" && !line.startsWith("providers:"))).toEqual([
      'refused.other.subnet: 10.213.80.0/24 overlaps 10.213.80.0/24 of network "lan"; subnets on one engine are disjoint: 10.213.81.0/24',
    ]);
    expect(exit).toBe(64);
  });

  test("the same from cdktf", async () => {
    const deploy = await project.cdktf(["deploy", "host", "--auto-approve"], { LAB_HTTP_PORT: "80a" });
    expect(deploy.said).toContain(port(`"80a" is not a port; ${RULE}: 80`));
    expect(deploy.said).not.toContain("    at ");
    expect(deploy.exit).not.toBe(0);
  });

  test("who reads no more of what is printed ends nothing but that", async () => {
    const script = "node bin/lab.js checks --json | head -1; node bin/lab.js checks --verbose 2>&1 | head -1";
    const { exit, stderr } = await project.run(["bash", "-e", "-o", "pipefail", "-c", script]);
    expect(stderr).not.toMatch(/EPIPE| {4}at /);
    expect(exit).toBe(0);
  });

  test("an unknown command and a missing argument show the usage", async () => {
    for (const args of [["upp"], ["up"]]) {
      const { exit, said } = await project.lab(args);
      expect(said).toContain("npx lab --help");
      expect(exit).toBe(64);
    }
  });

  test("two labs on one port of the host", async () => {
    const { exit, said } = await project.lab(["up", "host", "bridge"], { LAB_HTTP_PORT: "18481" });
    expect(said).toContain(
      'LAB_PUBLISHED_PORT: 18481 is taken on the host by server "web" of lab host; one host port has one listener: 18482',
    );
    expect(exit).toBe(64);
  });

  test("an image that does not exist", async () => {
    const { exit, said } = await project.lab(["up", "host", "--image", "127.0.0.1:1/none:1"]);
    expect(said).toContain("127.0.0.1:1/none:1");
    expect(said).toMatch(/not on the engine/);
    expect(exit).toBe(3);
  });

  test("an engine that does not run", async () => {
    const { exit, said } = await project.lab(["up", "host"], { DOCKER_HOST: "unix:///nonexistent/docker.sock" });
    expect(said).toContain("unix:///nonexistent/docker.sock");
    expect(said).not.toContain("    at ");
    expect(exit).toBe(3);
  });

  test("no Terraform", async () => {
    const { exit, said } = await project.lab(["up", "host"], { TERRAFORM_BINARY_NAME: "no-such-terraform" });
    expect(said).toContain("no-such-terraform");
    expect(exit).toBe(3);
  });

  test("afterwards the engine and the host are as they were", async () => {
    expect(await settled(before)).toEqual(before);
  });
});

describe("what is in the way is found before anything is created", () => {
  const project = new TestProject();
  let before: Snapshot;

  beforeAll(async () => {
    before = await snapshot();
  });
  afterAll(() => project.remove());
  afterEach(async () => {
    expect((await snapshot()).containers).toEqual(before.containers);
  });

  async function listen(port: number): Promise<Server> {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(port, "127.0.0.1", ready));
    return server;
  }

  test("a port that a process of the host holds, by lab up and by cdktf deploy", async () => {
    const server = await listen(18480);
    const words = new RegExp(
      `port 18480 is taken: \\S+, pid ${String(process.pid)}\\. Stop it or use another port \\(LAB_HTTP_PORT=18481\\)`,
    );
    try {
      const up = await project.lab(["up", "host"]);
      expect(up.stderr).toMatch(words);
      expect(up.exit).toBe(3);
      const deploy = await project.cdktf(["deploy", "host", "--auto-approve"]);
      expect(deploy.said.replace(/\s+/g, " ")).toMatch(words);
      expect(deploy.exit).not.toBe(0);
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  test("a port that a lab of another checkout holds", async () => {
    const other = new TestProject({ LAB_PREFIX: "labother" });
    try {
      expect((await other.lab(["up", "host"])).exit).toBe(0);
      const up = await project.lab(["up", "host"]);
      expect(up.stderr).toMatch(
        /port 18480 is taken: nginx, pid \d+, container "labother-host-web" of lab host \(another checkout\)/,
      );
      expect(up.exit).toBe(3);
    } finally {
      await other.remove();
    }
  });

  test("a subnet that a route of the host overlaps", async () => {
    const link = ["ip", "link", "add", "labtest0", "type", "veth", "peer", "name", "labtest1"];
    expect((await run(link, "/")).exit).toBe(0);
    try {
      await run(["ip", "addr", "add", "10.213.77.9/26", "dev", "labtest0"], "/");
      await run(["ip", "link", "set", "labtest0", "up"], "/");
      const up = await project.lab(["up", "bridge"]);
      expect(up.stderr).toContain(
        'subnet 10.213.77.0/24 of network "labtest-bridge-lan" overlaps 10.213.77.0/26 of a route of this host (labtest0). Use another, e.g. 10.213.78.0/24',
      );
      expect(up.exit).toBe(3);
    } finally {
      await run(["ip", "link", "del", "labtest0"], "/");
    }
  });

  test("a subnet that another Docker network has", async () => {
    await docker("network", "create", "--subnet", "10.213.77.0/25", "labtest-in-the-way");
    try {
      const up = await project.lab(["up", "bridge"]);
      expect(up.stderr).toContain('overlaps 10.213.77.0/25 of Docker network "labtest-in-the-way"');
      expect(up.exit).toBe(3);
    } finally {
      await docker("network", "rm", "labtest-in-the-way");
    }
  });

  test("a container of the same name that is not the lab's", async () => {
    await docker("create", "--name", "labtest-host-web", "docker-network-labs/nginx:local");
    try {
      const up = await project.lab(["up", "host"]);
      expect(up.stderr).toContain('container "labtest-host-web" is there already. It is not this lab\'s (of no lab)');
      expect(up.exit).toBe(3);
    } finally {
      await docker("rm", "labtest-host-web");
    }
  });
});

describe("a folder that cannot be written", () => {
  /** Runs `script` in a mount namespace of its own, where `$1` is the project. */
  async function apart(project: TestProject, script: string): ReturnType<typeof run> {
    const mounts = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", project.folder];
    return project.run(mounts);
  }

  const project = new TestProject();
  afterAll(() => project.remove());

  test("since its file system is read-only", async () => {
    const { exit, said } = await apart(
      project,
      'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && exec node bin/lab.js up host',
    );
    expect(said).toMatch(/cannot be written|read-only/);
    expect(said).not.toContain("    at ");
    expect(exit).toBe(3);
  });

  test("since its file system is read-only, while nothing is built yet", async () => {
    const { exit, said } = await apart(
      project,
      'rm -r "$1/dist"; mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && exec node bin/lab.js list',
    );
    expect(said).toMatch(
      /^the project folder \S+ cannot be written: its file system is read-only \(EROFS, \S+dist\)$/m,
    );
    expect(said).not.toContain("    at ");
    expect(exit).toBe(3);
  });

  test("since no space is left", async () => {
    for (const folder of [".lab", "cdktf.out"]) mkdirSync(project.path(folder), { recursive: true });
    const { exit, said } = await apart(
      project,
      'for f in .lab cdktf.out; do mount -t tmpfs -o size=4k none "$1/$f" && head -c 8k /dev/zero > "$1/$f/full" 2>/dev/null; done; cd "$1" && exec node bin/lab.js up host',
    );
    expect(said).toMatch(/no space is left/i);
    expect(said).not.toContain("    at ");
    expect(exit).toBe(3);
  });
});
