import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { hostProviders, type HostedProviders } from "../../lib/provider";
import { builtMirror, type BuiltMirror } from "../provider/mirror-fixture";
import { eventually, Workspace } from "../provider/workspace";

/** The embedded provider on the real engine: what is made is there, faults leave nothing behind. */

const IMAGE = "docker-network-labs/nginx:local";
const PREFIX = "lab-test-p-";
const SLEEP = ["sleep", "600"];

const NEVER_HEALTHY = {
  image: IMAGE,
  command: SLEEP,
  healthcheck: [{ test: ["CMD", "false"], interval: "1s", timeout: "1s", retries: 100 }],
  wait: true,
  wait_timeout: 90,
};

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

function containers(name: string): string[] {
  return docker("ps", "-a", "--filter", `name=^/${name}$`, "--format", "{{.State}}").split("\n").filter(Boolean);
}

function sweep(): void {
  const left = (...args: string[]) =>
    docker(...args, "--filter", `name=${PREFIX}`, "-q")
      .split("\n")
      .filter(Boolean);
  for (const id of left("ps", "-a")) docker("rm", "-fv", id);
  for (const id of left("network", "ls")) docker("network", "rm", id);
  for (const id of left("volume", "ls")) docker("volume", "rm", id);
}

beforeAll(sweep);
afterAll(sweep);

describe("hosted", () => {
  let hosted: HostedProviders;
  let workspace: Workspace;
  beforeAll(async () => (hosted = await hostProviders()));
  afterAll(() => hosted.close());
  beforeEach(() => (workspace = new Workspace(hosted.environment)));
  afterEach(async () => {
    await workspace.destroy();
    workspace.remove();
  });

  const init = () => workspace.succeed("init", "-input=false");

  test("image, network, volume, containers and a check: made, stable, gone", async () => {
    workspace.write({
      resource: {
        docker_image: { a: { name: IMAGE, keep_locally: true } },
        docker_network: {
          a: { name: `${PREFIX}n`, ipam_config: [{ subnet: "10.210.240.0/24", gateway: "10.210.240.1" }] },
        },
        docker_volume: { a: { name: `${PREFIX}v`, labels: [{ label: "lab", value: "x" }] } },
        docker_container: {
          a: {
            name: `${PREFIX}a`,
            image: "${docker_image.a.name}",
            networks_advanced: [{ name: "${docker_network.a.name}", ipv4_address: "10.210.240.9", aliases: ["web"] }],
            ports: [{ internal: 80, external: 19201, ip: "127.0.0.1" }],
            volumes: [{ volume_name: "${docker_volume.a.name}", container_path: "/data" }],
            upload: [{ file: "/usr/share/nginx/html/index.html", content: "made by the embedded provider\n" }],
            healthcheck: [
              { test: ["CMD", "curl", "-fs", "http://127.0.0.1/"], interval: "1s", timeout: "1s", retries: 3 },
            ],
            wait: true,
          },
        },
        null_resource: { a: { triggers: { id: "${docker_container.a.id}" } } },
      },
    });
    await init();
    expect(await workspace.apply()).toMatchObject({ code: 0 });
    expect(execFileSync("curl", ["-fsS", "http://127.0.0.1:19201/"], { encoding: "utf8" })).toBe(
      "made by the embedded provider\n",
    );
    expect(await workspace.plan()).toEqual({});
    expect(await workspace.destroy()).toMatchObject({ code: 0 });
    expect(containers(`${PREFIX}a`)).toEqual([]);
    expect(docker("volume", "ls", "-q", "--filter", `name=${PREFIX}v`)).toBe("");
    expect(docker("network", "ls", "-q", "--filter", `name=${PREFIX}n`)).toBe("");
    expect(docker("image", "inspect", IMAGE, "--format", "{{.Id}}")).toContain("sha256:");
  });

  test("what was made by hand can be imported", async () => {
    const id = docker("run", "-d", "--name", `${PREFIX}i`, IMAGE, ...SLEEP);
    workspace.write({ resource: { docker_container: { a: { name: `${PREFIX}i`, image: IMAGE, command: SLEEP } } } });
    await init();
    await workspace.succeed("import", "-input=false", "docker_container.a", id);
    expect(workspace.state()[0]?.attributes).toMatchObject({ id, name: `${PREFIX}i`, command: SLEEP });
  });

  test("a container that ends at once says its last words", async () => {
    const command = ["sh", "-c", "echo the reason is this; exit 3"];
    workspace.write({
      resource: { docker_container: { a: { name: `${PREFIX}e`, image: IMAGE, command, entrypoint: [] } } },
    });
    await init();
    const { code, output } = await workspace.apply();
    expect(code).toBe(1);
    expect(output).toContain("container exited immediately");
    expect(output).toContain("exit code 3");
    expect(output).toContain("the reason is this");
    expect(containers(`${PREFIX}e`)).toEqual([]);
    expect(workspace.state()).toEqual([]);
  });

  test("a plan does not remove a container that was stopped; the apply replaces it", async () => {
    workspace.write({ resource: { docker_container: { a: { name: `${PREFIX}s`, image: IMAGE, command: SLEEP } } } });
    await init();
    expect(await workspace.apply()).toMatchObject({ code: 0 });
    docker("stop", "-t", "0", `${PREFIX}s`);
    expect(await workspace.plan()).toEqual({ "docker_container.a": ["delete", "create"] });
    expect(containers(`${PREFIX}s`)).toEqual(["exited"]);
    // Also when what was found has been saved in between.
    await workspace.succeed("apply", "-refresh-only", "-auto-approve", "-input=false");
    expect(await workspace.plan()).toEqual({ "docker_container.a": ["delete", "create"] });
    docker("start", `${PREFIX}s`);
    expect(await workspace.plan()).toEqual({});
    docker("stop", "-t", "0", `${PREFIX}s`);
    expect(await workspace.apply()).toMatchObject({ code: 0 });
    expect(containers(`${PREFIX}s`)).toEqual(["running"]);
    expect(await workspace.plan()).toEqual({});
  });

  test("what is gone already is destroyed without complaint", async () => {
    workspace.write({ resource: { docker_container: { a: { name: `${PREFIX}g`, image: IMAGE, command: SLEEP } } } });
    await init();
    expect(await workspace.apply()).toMatchObject({ code: 0 });
    docker("rm", "-f", `${PREFIX}g`);
    const finished = await workspace.run("destroy", "-auto-approve", "-refresh=false", "-no-color");
    expect(finished).toMatchObject({ code: 0 });
  });

  test("a wait ends with the container", async () => {
    const dying = { ...NEVER_HEALTHY, name: `${PREFIX}w`, entrypoint: ["sh", "-c"], command: ["sleep 1; exit 5"] };
    workspace.write({ resource: { docker_container: { a: dying } } });
    await init();
    const { code, output } = await workspace.apply();
    expect(code).toBe(1);
    expect(output).toContain("container failed to be in healthy state: it ended with exit code 5");
  });

  test("an image is built, used and removed; a build that fails says where", async () => {
    const context = path.join(workspace.folder, "context");
    mkdirSync(context);
    writeFileSync(
      path.join(context, "Dockerfile"),
      `FROM ${IMAGE}\nARG WORD\nRUN echo "$WORD" > /word\nCOPY kept* /\n`,
    );
    writeFileSync(path.join(context, "kept"), "kept");
    const build = { context, build_args: { WORD: "built" }, labels: { lab: "x" }, tag: [`${PREFIX}image:two`] };
    const name = `${PREFIX}image:one`;
    const container = { name: `${PREFIX}b`, image: "${docker_image.a.image_id}", command: SLEEP };
    workspace.write({ resource: { docker_image: { a: { name, build } }, docker_container: { a: container } } });
    await init();
    const { code, output } = await workspace.apply();
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(docker("exec", `${PREFIX}b`, "cat", "/word", "/kept")).toBe("built\nkept");
    expect(await workspace.plan()).toEqual({});
    expect(await workspace.destroy()).toMatchObject({ code: 0 });
    docker("rmi", `${PREFIX}image:two`);

    writeFileSync(path.join(context, "Dockerfile"), `FROM ${IMAGE}\nRUN echo about to fail; exit 7\n`);
    workspace.write({ resource: { docker_image: { a: { name, build: { context, force_remove: true } } } } });
    const failed = await workspace.apply();
    expect(failed.code).toBe(1);
    expect(failed.output).toContain("Error running legacy build: unable to build image");
    expect(failed.output).toContain("about to fail");
    expect(failed.output).toContain("returned a non-zero code: 7");
  });

  test("processors are limited as asked for", async () => {
    const limited = { name: `${PREFIX}c`, image: IMAGE, command: SLEEP, cpus: "0.5" };
    workspace.write({ resource: { docker_container: { a: limited } } });
    await init();
    expect(await workspace.apply()).toMatchObject({ code: 0 });
    const format = "{{.HostConfig.CpuPeriod}} {{.HostConfig.CpuQuota}}";
    expect(docker("inspect", `${PREFIX}c`, "--format", format)).toBe("100000 50000");
    expect(await workspace.plan()).toEqual({});
  });

  test("a volume mount takes options on any engine", async () => {
    const options = { driver_name: "local", labels: [{ label: "lab", value: "x" }] };
    const mounts = [{ type: "volume", source: `${PREFIX}mv`, target: "/data", volume_options: [options] }];
    workspace.write({
      resource: { docker_container: { a: { name: `${PREFIX}mo`, image: IMAGE, command: SLEEP, mounts } } },
    });
    await init();
    expect(await workspace.apply()).toMatchObject({ code: 0 });
    expect(docker("volume", "inspect", `${PREFIX}mv`, "--format", "{{.Labels.lab}}")).toBe("x");
    expect(await workspace.plan()).toEqual({});
    expect(await workspace.destroy()).toMatchObject({ code: 0 });
    docker("volume", "rm", `${PREFIX}mv`);
  });
});

/** A way to the engine that counts who takes it. */
async function detour(): Promise<{ socket: string; taken(): number; close(): void }> {
  const folder = mkdtempSync(path.join(tmpdir(), "lab-test-detour-"));
  const socket = path.join(folder, "docker.sock");
  let taken = 0;
  const open = new Set<Socket>();
  const server: Server = createServer((near) => {
    taken += 1;
    open.add(near);
    const far = connect("/var/run/docker.sock");
    near.pipe(far).pipe(near);
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const side of [near, far]) side.on("error", end).on("close", end);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const close = () => {
    server.close();
    for (const near of open) near.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  return { socket, taken: () => taken, close };
}

test("several provider blocks at once each keep to their own engine", async () => {
  const hosted = await hostProviders();
  const other = await detour();
  const workspace = new Workspace(hosted.environment);
  try {
    const container = (name: string, provider: string) => ({
      name: `${PREFIX}${name}`,
      image: IMAGE,
      command: SLEEP,
      provider,
    });
    workspace.write({
      provider: {
        docker: [
          {},
          { alias: "detour", host: `unix://${other.socket}` },
          { alias: "nowhere", host: "unix:///nonexistent/docker.sock", disable_docker_daemon_check: true },
        ],
      },
      resource: {
        docker_container: { a: container("x", "docker"), b: container("y", "docker.detour") },
        docker_network: { c: { name: `${PREFIX}z`, provider: "docker.nowhere" } },
      },
    });
    await workspace.succeed("init", "-input=false");
    const { code, output } = await workspace.apply();
    expect(code).toBe(1);
    expect(output).toContain("Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock");
    expect([containers(`${PREFIX}x`), containers(`${PREFIX}y`)]).toEqual([["running"], ["running"]]);
    expect(other.taken()).toBeGreaterThan(0);
    expect(workspace.state().map(({ name }) => name)).toEqual(["a", "b"]);
    // With the second engine out of reach, the first one's container is still refreshed by the first engine.
    other.close();
    const only = await workspace.run("plan", "-target=docker_container.a", "-no-color", "-detailed-exitcode");
    expect(only).toMatchObject({ code: 0 });
  } finally {
    other.close();
    sweep();
    workspace.remove();
    await hosted.close();
  }
});

test("an engine that goes away in the middle is named, and the state stays true", async () => {
  const hosted = await hostProviders();
  const way = await detour();
  const workspace = new Workspace(hosted.environment);
  const name = `${PREFIX}lost`;
  try {
    const resource = { docker_container: { a: { ...NEVER_HEALTHY, name } } };
    workspace.write({ provider: { docker: { host: `unix://${way.socket}` } }, resource });
    await workspace.succeed("init", "-input=false");
    const running = workspace.start("apply", "-auto-approve", "-input=false", "-no-color");
    await eventually("the container is up", () => containers(name).includes("running"));
    way.close();
    const { code, output } = await running.finished;
    expect(code).toBe(1);
    expect(output).toMatch(/Cannot connect to the Docker daemon at unix:|error during connect to unix:/);
    expect(workspace.state()).toEqual([expect.objectContaining({ name: "a", status: "tainted" })]);
    // Back on the direct way, what was half made can be taken away.
    workspace.write({ resource });
    expect(await workspace.destroy()).toMatchObject({ code: 0 });
    expect(containers(name)).toEqual([]);
  } finally {
    way.close();
    sweep();
    workspace.remove();
    await hosted.close();
  }
});

test("of two Terraforms that want the same container one gets it, and the other is told", async () => {
  const hosted = await hostProviders();
  const workspaces = [new Workspace(hosted.environment), new Workspace(hosted.environment)];
  const name = `${PREFIX}both`;
  try {
    for (const workspace of workspaces) {
      workspace.write({ resource: { docker_container: { a: { name, image: IMAGE, command: SLEEP } } } });
      await workspace.succeed("init", "-input=false");
    }
    const outcomes = await Promise.all(workspaces.map((workspace) => workspace.apply()));
    expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(outcomes.find(({ code }) => code === 1)?.output).toContain(
      `The container name "/${name}" is already in use`,
    );
    for (const workspace of workspaces) expect(await workspace.destroy()).toMatchObject({ code: 0 });
    expect(containers(name)).toEqual([]);
  } finally {
    sweep();
    for (const workspace of workspaces) workspace.remove();
    await hosted.close();
  }
});

function providerProcesses(mirror: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(mirror));
}

function commandLine(pid: string): string {
  try {
    return execFileSync("cat", [`/proc/${pid}/cmdline`], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}

function socketFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("tf-provider-"));
}

/** A registry on the loopback address that hears everybody and answers nobody. */
async function silentRegistry(): Promise<{ address: string; asked: () => boolean; close: () => void }> {
  const open = new Set<Socket>();
  const server = createServer((connection) => {
    open.add(connection);
    connection.on("error", () => undefined).on("close", () => open.delete(connection));
    // Otherwise its end is not noticed.
    connection.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    for (const connection of open) connection.destroy();
  };
  return { address: `127.0.0.1:${String(port)}`, asked: () => open.size > 0, close };
}

describe.each(["hosted", "from a mirror"])("faults, %s", (way) => {
  let built: BuiltMirror | undefined;
  let hosted: HostedProviders | undefined;
  let workspace: Workspace;
  const name = `${PREFIX}f-${way.replace(/ /g, "-")}`;

  beforeAll(async () => {
    if (way === "hosted") hosted = await hostProviders();
    else built = await builtMirror();
  });
  afterAll(async () => {
    await hosted?.close();
    built?.remove();
  });
  beforeEach(async () => {
    workspace = new Workspace({ ...hosted?.environment, ...built?.environment });
    workspace.write({ resource: { docker_container: { a: { ...NEVER_HEALTHY, name } } } });
    await workspace.succeed("init", "-input=false");
  });
  afterEach(() => {
    sweep();
    workspace.remove();
  });

  test("Terraform killed in the middle of a create leaves no container, process or folder", async () => {
    const before = socketFolders();
    const running = workspace.start("apply", "-auto-approve", "-input=false");
    await eventually("the container is up", () => containers(name).includes("running"));
    running.kill("SIGKILL");
    await running.finished;
    await eventually("the container is gone", () => containers(name).length === 0);
    if (built !== undefined) {
      const { mirror } = built;
      await eventually("the provider's process is gone", () => providerProcesses(mirror).length === 0);
      await eventually("its folder is gone", () => socketFolders().every((folder) => before.includes(folder)));
    }
    expect(workspace.state()).toEqual([]);
  });

  test("Ctrl-C during a pull ends it, also for the engine, and the state knows nothing", async () => {
    const registry = await silentRegistry();
    try {
      workspace.write({ resource: { docker_image: { a: { name: `${registry.address}/lab-test-p/never:1` } } } });
      const running = workspace.start("apply", "-auto-approve", "-input=false", "-no-color");
      await eventually("the engine asks the registry", () => registry.asked());
      running.kill("SIGINT");
      const { code, output } = await running.finished;
      expect(code).toBe(1);
      expect(output).toContain("stopped at the user's request");
      expect(workspace.state()).toEqual([]);
      await eventually("the engine asks no longer", () => !registry.asked());
    } finally {
      registry.close();
    }
  });

  test("Ctrl-C during a wait ends it, and the state knows the container", async () => {
    const running = workspace.start("apply", "-auto-approve", "-input=false", "-no-color");
    await eventually("the container is up", () => containers(name).includes("running"));
    running.kill("SIGINT");
    const { code, output } = await running.finished;
    expect(code).toBe(1);
    expect(output).toContain("stopped at the user's request");
    expect(workspace.state()).toEqual([expect.objectContaining({ name: "a", status: "tainted" })]);
    expect(await workspace.destroy()).toMatchObject({ code: 0 });
    expect(containers(name)).toEqual([]);
  });
});
