import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { hostProviders, type HostedProviders } from "../../lib/provider";
import { eventually, Workspace } from "../provider/workspace";
import { describeWithEngines, ENGINE_IMAGE, ENGINE_RIGHTS, engineReady } from "./engine-image";

const SERVER_IMAGE = "docker-network-labs/nginx:local";
const ENGINE = "lab-test-restarted";
const CONTAINER = "waiting";
const READY_MS = 60_000;

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** An engine that others live on is no test's to restart: a throw-away one is. */
describeWithEngines("an engine that is restarted while Terraform works on it", () => {
  let folder: string;
  let socket: string;
  let hosted: HostedProviders;
  let workspace: Workspace;

  const onEngine = (...args: string[]): string => docker("--host", `unix://${socket}`, ...args);
  const states = (): string[] => {
    const list = ["ps", "--all", "--filter", `name=^/${CONTAINER}$`, "--format", "{{.State}}"];
    return onEngine(...list)
      .split("\n")
      .filter(Boolean);
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "lab-test-engine-"));
    socket = path.join(folder, "engine/docker.sock");
    mkdirSync(path.dirname(socket));
    mkdirSync(path.join(folder, "images"));
    chmodSync(folder, 0o700);
    docker("save", "--output", path.join(folder, "images/server.tar"), SERVER_IMAGE);
    const given = [`--volume=${folder}/engine:/engine`, `--volume=${folder}/images:/images:ro`];
    docker("run", "--detach", `--name=${ENGINE}`, "--network=none", ...ENGINE_RIGHTS, ...given, ENGINE_IMAGE);
    await engineReady(ENGINE, READY_MS);
    hosted = await hostProviders();
    workspace = new Workspace(hosted.environment);
  });
  afterAll(async () => {
    docker("rm", "--force", "--volumes", ENGINE);
    workspace.remove();
    await hosted.close();
    rmSync(folder, { recursive: true });
  });

  test("is named; the state stays true, and the next apply makes it good", async () => {
    const never = ["CMD", "false"];
    const container = {
      name: CONTAINER,
      image: SERVER_IMAGE,
      command: ["sleep", "600"],
      healthcheck: [{ test: never, interval: "1s", timeout: "5s", retries: 1000 }],
      wait: true,
      wait_timeout: 300,
    };
    const provider = { docker: { host: `unix://${socket}` } };
    workspace.write({ provider, resource: { docker_container: { a: container } } });
    await workspace.succeed("init", "-input=false");
    const running = workspace.start("apply", "-auto-approve", "-input=false", "-no-color");
    await eventually("the container is up", () => states().includes("running"));
    docker("restart", ENGINE);
    const { code, output } = await running.finished;
    expect(code).toBe(1);
    expect(output).toContain(socket);
    expect(workspace.state()).toEqual([expect.objectContaining({ name: "a", status: "tainted" })]);
    await engineReady(ENGINE, READY_MS);
    workspace.write({ provider, resource: { docker_container: { a: { ...container, wait: false } } } });
    expect(await workspace.apply()).toMatchObject({ code: 0 });
    expect(states()).toEqual(["running"]);
    expect(await workspace.plan()).toEqual({});
    expect(await workspace.destroy()).toMatchObject({ code: 0 });
    expect(states()).toEqual([]);
  });
});
