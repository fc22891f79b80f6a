import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { buildSync } from "esbuild";
import { machine, setUp, stopEngine } from "../../lib/setup";
import { startTime } from "../../bin/alone";
import { SERVER_TAG, TOOLBOX_TAG } from "../../lib/setup/parts/images";

/** Set-up against the real engine and the real machine, both left as they were found. */
const run = promisify(execFile);
const docker = async (...argv: string[]): Promise<string> => {
  const { stdout, stderr } = await run("docker", argv);
  return stdout + stderr;
};
/** Every image and its names. The engine lists the names of one image in no order, and its age moves on. */
const images = async (): Promise<readonly string[]> => {
  const format = "{{.ID}} {{.Repository}}:{{.Tag}}";
  return (await docker("images", "--no-trunc", "--format", format)).split("\n").sort();
};
const silent = { line: () => undefined, moving: () => undefined };

let project = "";
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "lab-setup-e2e-"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("set-up on this machine", () => {
  it("finds everything the second time, in less than half a second", async () => {
    const context = machine({ project, output: silent });
    const first = await setUp(context);
    expect(first.parts.filter(({ verdict }) => verdict === "refused")).toEqual([]);
    const before = await images();
    const began = Date.now();
    const second = await setUp(context);
    expect(Date.now() - began).toBeLessThan(500);
    expect(second.parts.map(({ verdict }) => verdict)).toEqual(second.parts.map(() => "found"));
    expect(await images()).toEqual(before);
  }, 240_000);
});

describe("the server's image", () => {
  const name = `lab-setup-e2e-${process.pid}`;
  beforeAll(() => docker("run", "--detach", "--name", name, "--network", "none", SERVER_TAG), 60_000);
  afterAll(() => docker("rm", "--force", "--volumes", name), 60_000);

  const inside = (...argv: string[]): Promise<string> => docker("exec", name, ...argv);
  const page = (): Promise<string> =>
    inside("curl", "-fsS", "--retry", "20", "--retry-connrefused", "http://127.0.0.1/");

  it("serves the page of /usr/share/nginx/html by /etc/nginx/conf.d/default.conf", async () => {
    expect(await page()).toContain("Welcome to nginx!");
    await inside("sh", "-c", "echo another > /usr/share/nginx/html/index.html");
    expect(await page()).toBe("another\n");
    expect(await inside("cat", "/etc/nginx/conf.d/default.conf")).toContain("root   /usr/share/nginx/html;");
    expect(await inside("cat", "/etc/nginx/nginx.conf")).toContain("include /etc/nginx/conf.d/*.conf;");
  });

  it("is nginx itself as process 1, with workers of user nginx", async () => {
    expect(await inside("cat", "/proc/1/comm")).toBe("nginx\n");
    expect(
      await inside("sh", "-c", "cat /proc/[0-9]*/status | grep -A20 '^Name:.nginx' | grep '^Uid' | sort -u"),
    ).toMatch(/^Uid:\t0\t0\t0\t0\nUid:\t101\t101\t101\t101\n$/);
  });

  it("logs to the container's output", async () => {
    await page();
    expect(await docker("logs", name)).toContain('"GET / HTTP/1.1" 200');
  });

  it("exposes no port when it is built here", async () => {
    const { Config } = JSON.parse((await docker("image", "inspect", SERVER_TAG)).trim().slice(1, -1)) as {
      Config: { Labels: Record<string, string> | null; ExposedPorts?: object };
    };
    if (Config.Labels?.["docker-network-labs.recipe"] !== undefined) expect(Config.ExposedPorts).toBeUndefined();
  });

  it("stops within a second, by SIGQUIT, with exit code 0", async () => {
    const began = Date.now();
    await docker("stop", "--time", "10", name);
    expect(Date.now() - began).toBeLessThan(1500);
    expect(await docker("inspect", "--format", "{{.State.ExitCode}}", name)).toBe("0\n");
    expect(await docker("logs", name)).toMatch(/signal 3 \(SIGQUIT\) received/);
  });

  it("does not touch a configuration that was changed", async () => {
    const own = "server { listen 8081; }";
    const script = `echo '${own}' > /etc/nginx/conf.d/default.conf; /docker-entrypoint.sh nginx -v; cat /etc/nginx/conf.d/default.conf`;
    expect(await docker("run", "--rm", "--network", "none", "--entrypoint", "sh", SERVER_TAG, "-c", script)).toContain(
      own,
    );
  });
});

describe("the toolbox", () => {
  it.each(["curl", "ip", "ss", "netstat", "ifconfig", "ping", "dig", "iperf3", "iptables", "ps", "nc", "tcpdump"])(
    "has %s, and it runs",
    async (tool) => {
      const script = `command -v ${tool} && ldd "$(command -v ${tool})" | grep 'not found' && exit 1; exit 0`;
      expect(
        await docker("run", "--rm", "--network", "none", "--entrypoint", "sh", TOOLBOX_TAG, "-c", script),
      ).toContain(tool);
    },
    30_000,
  );

  it("reaches an address with ping and a name with its resolver", async () => {
    const inside = (...argv: string[]): Promise<string> =>
      docker("run", "--rm", "--network", "none", "--entrypoint", argv[0] ?? "", TOOLBOX_TAG, ...argv.slice(1));
    expect(await inside("ping", "-c", "1", "127.0.0.1")).toContain("1 received");
    expect(await inside("getent", "hosts", "localhost")).toContain("localhost");
  }, 30_000);
});

describe("stopping the engine", () => {
  let other: ChildProcess | undefined;
  afterEach(() => other?.kill());

  it("ends no process that it did not start, whatever its file says", async () => {
    const sleeper = spawn("sleep", ["60"], { stdio: "ignore" });
    other = sleeper;
    const pid = sleeper.pid ?? 0;
    mkdirSync(join(project, ".lab"), { recursive: true });
    writeFileSync(join(project, ".lab/dockerd.pid"), JSON.stringify({ pid, started: startTime(pid) }));
    expect(await stopEngine(machine({ project, output: silent }))).toMatchObject({ stopped: false });
    expect(sleeper.exitCode).toBeNull();
    expect(startTime(pid)).not.toBe("");
  });
});

/**
 * An engine of its own, in namespaces of its own: /run and the engine's data are empty there and nothing it does to
 * networks is seen outside. Everything in it ends with it.
 */
const ISOLATED = `set -e
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib/docker
ip link set lo up
exec "$@"`;

const DRIVER = `
import { readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { machine } from "${resolve(__dirname, "../../lib/setup/machine")}";
import { engine } from "${resolve(__dirname, "../../lib/setup/parts/engine")}";
import { stopEngine } from "${resolve(__dirname, "../../lib/setup/own-engine")}";
async function main() {
  const [project, answer] = process.argv.slice(2);
  const environment = { ...process.env, DOCKER_HOST: "", HOME: project, XDG_RUNTIME_DIR: "" };
  const context = machine({ project, environment, output: { line: () => {}, moving: () => {} } });
  const looking = await engine({ ...context, mayBring: false });
  const first = await engine(context);
  const again = await engine(context);
  // The engine is killed, and its ids become another process's.
  process.kill(Number(readFileSync("/run/docker.pid", "utf8")), "SIGKILL");
  const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
  for (const file of ["/run/docker.pid", "/run/docker/containerd/containerd.pid"]) writeFileSync(file, String(stranger.pid));
  const afterKill = await engine(context);
  const stopped = await stopEngine(context);
  const afterStop = await engine({ ...context, mayBring: false });
  writeFileSync(answer, JSON.stringify({ looking, first, again, afterKill, stopped, afterStop, stranger: stranger.exitCode }));
  stranger.kill();
}
void main();
`;

const isRoot = process.getuid?.() === 0;

(isRoot ? describe : describe.skip)("bringing an engine, in namespaces of its own", () => {
  it("starts one, finds it, starts it again after it was killed, and stops it", async () => {
    const bundle = join(project, "driver.js");
    buildSync({
      stdin: { contents: DRIVER, resolveDir: __dirname, loader: "ts" },
      bundle: true,
      platform: "node",
      outfile: bundle,
      nodePaths: [resolve(__dirname, "../../node_modules")],
      external: ["ssh2", "cpu-features"],
      logLevel: "silent",
    });
    const answer = join(project, "answer.json");
    const isolation = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const driver = ["node", bundle, project, answer];
    await run("unshare", [...isolation, "sh", "-c", ISOLATED, "isolated", ...driver], {
      env: { ...process.env, NODE_PATH: resolve(__dirname, "../../node_modules") },
    });
    const said: unknown = JSON.parse(readFileSync(answer, "utf8"));
    expect(said).toMatchObject({
      looking: { verdict: "refused", remedy: "node bin/lab.js setup" },
      first: { verdict: "brought", fact: { hostMode: { possible: true } } },
      again: { verdict: "found", detail: expect.stringMatching(/started by set-up, pid \d+, log \.lab\/dockerd\.log/) },
      afterKill: { verdict: "brought" },
      stopped: { stopped: true },
      afterStop: { verdict: "refused" },
      stranger: null,
    });
  }, 180_000);
});
