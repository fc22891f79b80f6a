import { execFileSync } from "node:child_process";

const TAG = "nginx:local";
const SERVER_IMAGE = "docker-network-labs/nginx:local";

/** The image the cases run: an nginx without labels, exposed ports and health check of its own. */
export function ensurePlainImage(): void {
  if (isPlain()) return;
  const container = docker("create", SERVER_IMAGE);
  try {
    // What goes through an export loses everything but its files.
    const change = ["-c", 'CMD ["nginx","-g","daemon off;"]'];
    execFileSync("sh", [
      "-c",
      'docker export "$1" | docker import "$2" "$3" - "$4" > /dev/null',
      "sh",
      container,
      ...change,
      TAG,
    ]);
  } finally {
    docker("rm", "-f", container);
  }
}

function isPlain(): boolean {
  try {
    const { Labels, ExposedPorts, Healthcheck } = JSON.parse(
      docker("image", "inspect", TAG, "--format", "{{json .Config}}"),
    ) as Record<string, object | null | undefined>;
    return [Labels, ExposedPorts, Healthcheck].every((entry) => Object.keys(entry ?? {}).length === 0);
  } catch {
    return false;
  }
}

function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}
