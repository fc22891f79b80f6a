import path from "node:path";
import type { ConnectionHandler, Method } from "./protocol/grpc";
import { serve, startedByTerraform } from "./protocol/handshake";
import { log } from "./protocol/log";
import { removeSocketFolder } from "./protocol/socket-folder";
import { PROVIDERS, type Servable } from "./providers";

/** The provider as an executable that Terraform starts. Which of the two it is, its file name says. */
async function main(program: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const name = path.basename(program);
  const provider = PROVIDERS.find(({ type }) => name.startsWith(`terraform-provider-${type}`));
  if (provider === undefined || !startedByTerraform(environment)) {
    process.stderr.write(
      `This is a Terraform provider (${PROVIDERS.map(({ source }) => source).join(", ")}), embedded in the network labs.\n` +
        "Terraform starts it under the name terraform-provider-docker or terraform-provider-null; it does nothing alone.\n",
    );
    process.exitCode = 1;
    return;
  }
  await run(provider, environment);
}

const PARENT_CHECK_MILLISECONDS = 500;

async function run(provider: Servable, environment: NodeJS.ProcessEnv): Promise<void> {
  const parent = process.ppid;
  const connections = new Set<ReturnType<Servable["open"]>>();
  let ending: Promise<void> | undefined;

  const open = (): ConnectionHandler => {
    // Terraform starts its providers in its own folder.
    const connection = provider.open(process.cwd());
    connections.add(connection);
    return {
      methods: { ...connection.methods, "/plugin.GRPCController/Shutdown": shutdownMethod(() => void end()) },
      closed: () => connection.closed(),
    };
  };
  const { server, folder, handshake } = await serve(open, environment);

  /** What is under way gives up and tidies up after itself first. */
  const end = (): Promise<void> => {
    ending ??= (async () => {
      for (const connection of connections) connection.closed();
      await Promise.all([...connections].map((connection) => connection.settled()));
      await server.close();
      removeSocketFolder(folder);
      process.exit(0);
    })();
    return ending;
  };

  // Ctrl-C reaches the whole process group. Terraform decides what comes of it, and calls Stop.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => void end());
  // A Terraform that was killed can say nothing: its child is then adopted by another process.
  setInterval(() => {
    if (process.ppid !== parent) void end();
  }, PARENT_CHECK_MILLISECONDS).unref();

  process.stdout.write(`${handshake}\n`);
  log("info", `embedded provider ${provider.source} ${provider.version} on ${folder}`);
}

function shutdownMethod(end: () => void): Method {
  return {
    request: {},
    response: {},
    handle: async () => {
      // The answer goes out first.
      setImmediate(end);
      return {};
    },
  };
}

main(process.argv[1] ?? "", process.env).catch((problem: unknown) => {
  log("error", problem instanceof Error ? (problem.stack ?? problem.message) : String(problem));
  process.exit(1);
});
