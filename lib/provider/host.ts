import path from "node:path";
import { GrpcServer } from "./protocol/grpc";
import { makeSocketFolder, removeSocketFolder, sweepSocketFolders } from "./protocol/socket-folder";
import { PROVIDERS, type Servable } from "./providers";

/** Both providers, served by this process: what Terraform must have in its environment, and how to end it. */
export interface HostedProviders {
  environment: { TF_REATTACH_PROVIDERS: string };
  close(): Promise<void>;
}

/** Where Terraform's and OpenTofu's own names for providers begin. */
export const REGISTRIES = ["registry.terraform.io", "registry.opentofu.org"] as const;

export async function hostProviders(): Promise<HostedProviders> {
  await sweepSocketFolders();
  const folder = makeSocketFolder();
  const served = await Promise.all(PROVIDERS.map((provider) => host(provider, path.join(folder, provider.type))));
  const reattach = Object.fromEntries(
    served.flatMap(({ provider, socket }) =>
      REGISTRIES.map((registry) => [`${registry}/${provider.source}`, reattachTo(socket)]),
    ),
  );
  return {
    environment: { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) },
    close: async () => {
      await Promise.all(served.map(({ close }) => close()));
      removeSocketFolder(folder);
    },
  };
}

interface Hosted {
  provider: Servable;
  socket: string;
  close(): Promise<void>;
}

async function host(provider: Servable, socket: string): Promise<Hosted> {
  const connections = new Set<ReturnType<Servable["open"]>>();
  const server = new GrpcServer(() => {
    const connection = provider.open();
    connections.add(connection);
    return {
      methods: connection.methods,
      closed: () => {
        connection.closed();
        void connection.settled().then(() => connections.delete(connection));
      },
    };
  });
  await server.listen(socket);
  const close = async () => {
    const settled = [...connections].map((connection) => {
      connection.closed();
      return connection.settled();
    });
    await Promise.all(settled);
    await server.close();
  };
  return { provider, socket, close };
}

/** With Test, Terraform neither shuts the server down nor kills it. */
function reattachTo(socket: string): object {
  return {
    Protocol: "grpc",
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: "unix", String: socket },
  };
}
