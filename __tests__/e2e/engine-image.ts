import { execFileSync } from "child_process";

export const ENGINE_IMAGE = "docker-network-labs/engine:local";

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
