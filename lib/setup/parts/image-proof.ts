import { z } from "zod";
import type { SetupContext } from "../context";
import { until } from "../programs";

/** A server that does not answer by then never will. */
const ANSWERING = 10_000;
/** A server that knows its stop signal ends at once; one that does not is killed after this many seconds. */
const STOPPING_SECONDS = "5";

const State = z.object({ ExitCode: z.number() });

/**
 * Runs the image once and throws unless it serves its page, logs to the container's output and stops cleanly. In no
 * network at all, so that the proof needs no port and leaves none.
 */
export async function proveServer(context: SetupContext, image: string): Promise<void> {
  const name = `docker-network-labs-proof-${process.pid}`;
  context.output.line(`  → docker run --network none ${image}  (to prove that it answers, logs and stops)`);
  try {
    await docker(context, image, "run", "--detach", "--name", name, "--network", "none", image);
    const page = await until(context, ANSWERING, async () => {
      const { exit, stdout } = await context.run(["docker", "exec", name, "curl", "-fsS", "http://127.0.0.1/"]);
      return exit === 0 ? stdout : undefined;
    });
    const logs = await docker(context, image, "logs", name);
    if (page?.includes("nginx") !== true) throw new Error(`${image} does not answer on port 80 within 10 s\n${logs}`);
    if (!logs.includes('"GET / HTTP/1.1" 200'))
      throw new Error(`${image} does not log requests to its output\n${logs}`);
    await docker(context, image, "stop", "--time", STOPPING_SECONDS, name);
    const state = State.parse(JSON.parse(await docker(context, image, "inspect", "--format", "{{json .State}}", name)));
    if (state.ExitCode !== 0) throw new Error(`${image} does not stop cleanly (exit ${state.ExitCode})\n${logs}`);
  } finally {
    await context.run(["docker", "rm", "--force", "--volumes", name]);
  }
}

async function docker(context: SetupContext, image: string, ...argv: readonly string[]): Promise<string> {
  const { exit, stdout, stderr } = await context.run(["docker", ...argv]);
  if (exit !== 0) throw new Error(`${image} does not do as a server should: docker ${argv[0]} failed\n${stderr}`);
  return stdout + stderr;
}
