import { poll } from "../engine";
import type { DockerOperation } from "../meta";
import { inspect } from "./inspect";

const NO_CHECK =
  "you have supplied a 'wait' argument, but the container does not have a healthcheck defined. " +
  "Please remove the 'wait' argument or add a 'healthcheck' attribute";

/** An unhealthy container may still become healthy; one that has ended does not. */
export async function waitUntilHealthy(id: string, seconds: number, operation: DockerOperation): Promise<void> {
  let last = "";
  const healthy = await poll(
    async () => {
      const found = await inspect(id, operation);
      if (found === undefined) throw new Error("error inspecting container state: it is gone");
      const { Health: health, Running: running, ExitCode: code } = found.State;
      if (health === undefined || health === null || health.Status === "none") throw new Error(NO_CHECK);
      last = health.Log?.at(-1)?.Output.trim() ?? "";
      if (health.Status === "healthy") return true;
      if (!running) throw new Error(`${FAILED}: it ended with exit code ${code}`);
      return undefined;
    },
    { every: 100, within: seconds * 1000, signal: operation.signal },
  );
  if (healthy !== true) {
    throw new Error(`${FAILED} within ${seconds} s${last === "" ? "" : `; its check said: ${last}`}`);
  }
}

const FAILED = "container failed to be in healthy state";
