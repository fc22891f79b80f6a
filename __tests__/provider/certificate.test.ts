import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import http2 from "node:http2";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect as connectTls } from "node:tls";
import { issueCertificate } from "../../lib/provider/protocol/certificate";
import { GrpcServer } from "../../lib/provider/protocol/grpc";

describe("the certificate of a connection", () => {
  const issued = issueCertificate();
  const certificate = new X509Certificate(issued.cert);

  test("is signed by itself, for localhost, now", () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.ca).toBe(true);
    expect(certificate.subjectAltName).toBe("DNS:localhost");
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now());
  });

  test("serves and authenticates: extended key usage for both", () => {
    // Node lists the identifiers of serverAuth and clientAuth.
    expect([...(certificate.keyUsage as unknown as string[])].sort()).toEqual([
      "1.3.6.1.5.5.7.3.1",
      "1.3.6.1.5.5.7.3.2",
    ]);
  });

  test("goes into the handshake line without padding", () => {
    expect(issued.handshake).not.toContain("=");
    expect(Buffer.from(issued.handshake, "base64").equals(certificate.raw)).toBe(true);
  });
});

describe("a server for one client", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lab-test-tls-"));
  const socket = path.join(folder, "s");
  const client = issueCertificate();
  const own = issueCertificate();
  const server = new GrpcServer(() => ({ methods: {}, closed: () => undefined }), {
    key: own.key,
    cert: own.cert,
    clientCertificate: client.cert,
  });
  beforeAll(() => server.listen(socket));
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  async function ask(key: string, cert: string): Promise<string> {
    const transport = connectTls({
      socket: connectSocket(socket),
      ca: own.cert,
      servername: "localhost",
      key,
      cert,
      ALPNProtocols: ["h2"],
    });
    const session = http2.connect("https://localhost", { createConnection: () => transport });
    try {
      return await new Promise((resolve, reject) => {
        session.on("error", reject);
        const stream = session.request({ ":method": "POST", ":path": "/nothing", "content-type": "application/grpc" });
        stream.on("response", (headers) => resolve(String(headers["grpc-status"])));
        stream.on("error", reject);
        stream.on("close", () => reject(new Error("closed without an answer")));
        stream.end();
      });
    } finally {
      session.destroy();
    }
  }

  test("answers the client whose certificate it was given", async () => {
    await expect(ask(client.key, client.cert)).resolves.toBe("12");
  });

  test("does not answer another", async () => {
    const stranger = issueCertificate();
    await expect(ask(stranger.key, stranger.cert)).rejects.toThrow();
  });
});
