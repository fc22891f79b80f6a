import path from "node:path";
import { issueCertificate } from "./certificate";
import { GrpcServer, type ConnectionHandler, type TlsMaterial } from "./grpc";
import { makeSocketFolder } from "./socket-folder";

/** How Terraform shows that it is Terraform. It is no secret: it keeps people from starting a provider by mistake. */
export const COOKIE = {
  name: "TF_PLUGIN_MAGIC_COOKIE",
  value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
};

export function startedByTerraform(environment: NodeJS.ProcessEnv): boolean {
  return environment[COOKIE.name] === COOKIE.value;
}

export interface Served {
  server: GrpcServer;
  folder: string;
  /** The one line Terraform reads from stdout. */
  handshake: string;
}

/** Serves on a socket of its own, for exactly the client whose certificate is in the environment (AutoMTLS). */
export async function serve(open: () => ConnectionHandler, environment: NodeJS.ProcessEnv): Promise<Served> {
  const clientCertificate = environment["PLUGIN_CLIENT_CERT"];
  const certificate = clientCertificate === undefined || clientCertificate === "" ? undefined : issueCertificate();
  const tls: TlsMaterial | undefined =
    certificate === undefined || clientCertificate === undefined ? undefined : { ...certificate, clientCertificate };
  const folder = makeSocketFolder();
  const socket = path.join(folder, "provider");
  const server = new GrpcServer(open, tls);
  await server.listen(socket);
  const [core, protocol] = [1, 5];
  const handshake = [core, protocol, "unix", socket, "grpc", certificate?.handshake ?? ""].join("|");
  return { server, folder, handshake };
}
