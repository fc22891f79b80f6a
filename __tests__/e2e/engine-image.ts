import { execFileSync } from "child_process";

import { setTimeout } from "timers/promises";
import { run } from "./project";

export const ENGINE_IMAGE = "docker-network-labs/engine:local";

/** With what a container of it is run by hand; the labs' own are declared so (lib/constructs/engine.ts). */
export const ENGINE_RIGHTS = [
  ...["--cap-add", "NET_ADMIN", "--cap-add", "SYS_ADMIN", "--cgroupns", "private"],
  ...["--security-opt", "apparmor=unconfined", "--security-opt", "seccomp=unconfined"],
];

const PAUSE_MS = 200;

/** Waits until the engine in a container has its images, and answers. */
export async function engineReady(container: string, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while ((await run(["docker", "exec", container, "test", "-f", "/run/ready"], "/")).exit !== 0) {
    if (performance.now() > deadline) throw new Error(`engine ${container} does not get ready`);
    await setTimeout(PAUSE_MS);
  }
}

function isThere(): boolean {
  try {
    execFileSync("docker", ["image", "inspect", ENGINE_IMAGE], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * Tests of labs that run engines of their own: skipped where their image is not there. It is built by
 * `npx lab setup overlay`, which needs apt and root.
 */
export const describeWithEngines: jest.Describe = isThere() ? describe : describe.skip;

if (!isThere()) {
  process.stderr.write(
    `labs of several hosts are skipped: no image ${ENGINE_IMAGE} (npx lab setup overlay builds it)\n`,
  );
}

function hasSsh(): boolean {
  const test = ["run", "--rm", "--network", "none", "--entrypoint", "test", ENGINE_IMAGE, "-x", "/usr/sbin/sshd"];
  try {
    execFileSync("docker", test, { stdio: "ignore" });
    execFileSync("ssh", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Tests of engines that are reached by ssh: skipped where there is no client, or an image of before sshd was in it. */
export const describeWithSsh: jest.Describe = isThere() && hasSsh() ? describe : describe.skip;

if (isThere() && !hasSsh()) {
  process.stderr.write(
    `engines by ssh are skipped: no ssh here, or no sshd in ${ENGINE_IMAGE} (npx lab setup overlay)\n`,
  );
}

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What makes the certificates of engines that are reached by TLS: without it, their tests are skipped. */
export const HAS_OPENSSL = hasOpenssl();

if (!HAS_OPENSSL) process.stderr.write("engines by TLS are skipped: no openssl here to make certificates\n");
