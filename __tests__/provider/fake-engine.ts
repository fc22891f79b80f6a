import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** Something that answers like an engine, for what a real one cannot be made to do in a test. */
export interface FakeEngine {
  /** As the provider's `host`. */
  host: string;
  socket: string;
  requests: { method: string; url: string; headers: IncomingMessage["headers"] }[];
  close(): Promise<void>;
}

/** By "METHOD /path". One that hangs never answers. */
export type Answers = Record<string, { status?: number; body?: string; hangs?: boolean }>;

function answering(answers: Answers, requests: FakeEngine["requests"]): RequestListener {
  return (request, response) => {
    const [method = "", url = ""] = [request.method, request.url];
    requests.push({ method, url, headers: request.headers });
    const answer = answers[`${method} ${url.split("?")[0] ?? ""}`] ?? {
      status: 404,
      body: '{"message":"page not found"}',
    };
    if (answer.hangs === true) return;
    request.resume().on("end", () => response.writeHead(answer.status ?? 200).end(answer.body ?? ""));
  };
}

export async function fakeEngine(answers: Answers): Promise<FakeEngine> {
  const folder = mkdtempSync(path.join(tmpdir(), "lab-test-engine-"));
  const socket = path.join(folder, "docker.sock");
  const requests: FakeEngine["requests"] = [];
  const server = createServer(answering(answers, requests));
  await listening(server, socket);
  const close = async () => {
    await closed(server);
    rmSync(folder, { recursive: true, force: true });
  };
  return { host: `unix://${socket}`, socket, requests, close };
}

export async function fakeTlsEngine(answers: Answers, options: ServerOptions): Promise<FakeEngine> {
  const requests: FakeEngine["requests"] = [];
  const server = createTlsServer(options, answering(answers, requests));
  await listening(server, 0);
  const { port } = server.address() as AddressInfo;
  return { host: `tcp://localhost:${port}`, socket: "", requests, close: () => closed(server) };
}

function listening(server: Server, where: string | number): Promise<void> {
  return new Promise((resolve) => {
    if (typeof where === "string") server.listen(where, resolve);
    else server.listen(where, "127.0.0.1", resolve);
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
