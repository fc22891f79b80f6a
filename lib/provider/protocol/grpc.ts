import { messageOf } from "./diagnostic";
import http2 from "node:http2";
import { decodeMessage, encodeMessage, type Fields, type Message } from "./wire";

/**
 * A server for unary gRPC calls, on Node's own HTTP/2. A full gRPC library is no help here: the configuration of a
 * provider belongs to the connection it came by (several aliased providers share one process when it is hosted), and
 * @grpc/grpc-js does not say which connection a call came by. It would also double the start time.
 */
export interface Method {
  request: Message;
  response: Message;
  handle(request: Fields, signal: AbortSignal): Promise<Fields>;
}

/** What answers on one connection: full method paths, such as `/tfplugin5.Provider/Configure`. */
export interface ConnectionHandler {
  methods: Record<string, Method>;
  /** The other side has gone; what still runs should come to an end. */
  closed(): void;
}

export interface TlsMaterial {
  key: string;
  cert: string;
  /** The only client that may connect, by its certificate. */
  clientCertificate: string;
}

const STATUS_OK = "0";
const STATUS_UNIMPLEMENTED = "12";
const STATUS_INTERNAL = "13";
const FRAME_HEADER = 5;
/** States can be large; node's own limit of 10 MB per connection is not meant for them. */
const SESSION_MEMORY_MB = 512;

export class GrpcServer {
  private readonly server: http2.Http2Server | http2.Http2SecureServer;
  private readonly sessions = new Set<http2.Http2Session>();

  constructor(open: () => ConnectionHandler, tls?: TlsMaterial) {
    this.server =
      tls === undefined
        ? http2.createServer({ maxSessionMemory: SESSION_MEMORY_MB })
        : http2.createSecureServer({
            maxSessionMemory: SESSION_MEMORY_MB,
            key: tls.key,
            cert: tls.cert,
            ca: tls.clientCertificate,
            requestCert: true,
            rejectUnauthorized: true,
          });
    this.server.on("session", (session: http2.ServerHttp2Session) => this.serve(session, open()));
  }

  private serve(session: http2.ServerHttp2Session, handler: ConnectionHandler): void {
    this.sessions.add(session);
    session.on("close", () => {
      this.sessions.delete(session);
      handler.closed();
    });
    // A client that was killed ends the connection in the middle; "close" follows and says all there is to say.
    session.on("error", () => undefined);
    session.on("stream", (stream, headers) => {
      stream.on("error", () => undefined);
      void this.answer(stream, String(headers[":path"]), handler);
    });
  }

  private async answer(stream: http2.ServerHttp2Stream, path: string, handler: ConnectionHandler): Promise<void> {
    const method = handler.methods[path];
    if (method === undefined) return refuse(stream, STATUS_UNIMPLEMENTED, `${path} is not implemented`);
    const cancelled = new AbortController();
    stream.on("aborted", () => cancelled.abort(new Error("the call was cancelled")));
    try {
      const request = decodeMessage(method.request, await readFrame(stream));
      const response = await method.handle(request, cancelled.signal);
      send(stream, encodeMessage(method.response, response));
    } catch (problem) {
      refuse(stream, STATUS_INTERNAL, messageOf(problem));
    }
  }

  listen(socket: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(socket, () => {
        this.server.off("error", reject);
        resolve();
      });
    });
  }

  /** Ends every connection and removes the socket. */
  close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

async function readFrame(stream: http2.ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  if (all.length < FRAME_HEADER) throw new Error("the request is empty");
  if (all.readUInt8(0) !== 0) throw new Error("compressed requests are not supported");
  return all.subarray(FRAME_HEADER, FRAME_HEADER + all.readUInt32BE(1));
}

function send(stream: http2.ServerHttp2Stream, body: Buffer): void {
  if (stream.destroyed || stream.closed) return;
  const header = Buffer.alloc(FRAME_HEADER);
  header.writeUInt32BE(body.length, 1);
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": STATUS_OK }));
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.end(Buffer.concat([header, body]));
}

function refuse(stream: http2.ServerHttp2Stream, status: string, message: string): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond(
    {
      ":status": 200,
      "content-type": "application/grpc",
      "grpc-status": status,
      "grpc-message": encodeURIComponent(message),
    },
    { endStream: true },
  );
}
