import { spawn } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { Agent } from "node:http";
import { homedir } from "node:os";
import path from "node:path";
import { Duplex } from "node:stream";
import type Docker from "dockerode";
import { Engine } from "./engine";
import { whyUnread } from "./unread";

/** How to reach an engine, as the provider block says it. */
export interface ConnectionSettings {
  host: string;
  sshOptions: string[];
  ca: string;
  cert: string;
  key: string;
  /** A folder with ca.pem, cert.pem and key.pem. */
  certPath: string;
}

export function openEngine(settings: ConnectionSettings): Engine {
  const wrong = wrongAddress(settings.host) ?? wrongMaterial(settings);
  if (wrong !== undefined) throw new Error(`Error initializing Docker client: ${wrong}`);
  return new Engine(settings.host, () => connectTo(settings));
}

/** That a folder of certificates can be read is told at once, and not only when the engine is needed. */
export async function checkCertPath({ cert, certPath }: ConnectionSettings): Promise<void> {
  if (certPath !== "" && cert === "") await readMaterial(certPath);
}

/** What is wrong with an address before anything is sent there, worded as the real provider words it. */
function wrongAddress(host: string): string | undefined {
  if (host.startsWith("ssh:")) return wrongSsh(host);
  return /^[^:]+:\/\/./.test(host) ? undefined : `unable to parse docker host \`${host}\``;
}

function wrongSsh(host: string): string | undefined {
  if (!/^ssh:\/\/[^/?#]/.test(host)) return "ssh host connection is not valid: no host specified";
  const { password, search, hash } = new URL(host);
  if (password !== "") return "ssh host connection is not valid: plain-text password is not supported";
  if (search !== "") return `ssh host connection is not valid: extra query after the host: "${search.slice(1)}"`;
  if (hash !== "") return `ssh host connection is not valid: extra fragment after the host: "${hash.slice(1)}"`;
  return undefined;
}

function wrongMaterial({ ca, cert, key, certPath }: ConnectionSettings): string | undefined {
  if ((cert === "") !== (key === "")) return "cert_material, and key_material must be specified";
  if (cert === "") return undefined;
  if (certPath !== "") return "cert_path must not be specified";
  if (!isPem(cert)) return "tls: failed to find any PEM data in certificate input";
  if (!isPem(key)) return "tls: failed to find any PEM data in key input";
  return ca === "" || isPem(ca) ? undefined : "could not add RootCA pem";
}

function isPem(material: string): boolean {
  return /-----BEGIN [^-]+-----/.test(material);
}

/** The Docker client is loaded only when an engine is needed: validating must not wait for it. */
async function connectTo(settings: ConnectionSettings): Promise<Docker> {
  const { host } = settings;
  const ssh = /^ssh:\/\/(.+)$/.exec(host)?.[1];
  if (ssh !== undefined) return overSsh(ssh, settings.sshOptions);
  const tls = settings.cert !== "" || settings.certPath !== "";
  if (tls && !host.startsWith("unix:")) return overTls(settings);
  const { connect } = await import("../../engine/connection");
  return connect(host);
}

async function overTls(settings: ConnectionSettings): Promise<Docker> {
  const { hostname, port } = new URL(settings.host.replace(/^(tcp|https):/, "https:"));
  const { default: Client } = await import("dockerode");
  const material = settings.certPath === "" ? settings : await readMaterial(settings.certPath);
  return new Client({
    protocol: "https",
    host: hostname,
    port: Number(port || 2376),
    cert: material.cert,
    key: material.key,
    // Without an authority nothing is verified, as with the real provider.
    ...(material.ca === "" ? { agent: await unverifyingAgent(material) } : { ca: material.ca }),
  } as Docker.DockerOptions);
}

interface Material {
  ca: string;
  cert: string;
  key: string;
}

async function readMaterial(folder: string): Promise<Material> {
  const read = (name: string, what: string) => {
    const file = path.join(folder, name);
    return readFile(file, "utf8").catch((problem: unknown) => {
      const why = `could not read ${what} "${file}": ${whyUnread(file, problem)}`;
      throw new Error(`failed to create tls config: ${why}`, { cause: problem });
    });
  };
  const [ca, cert, key] = await Promise.all([
    read("ca.pem", "CA certificate"),
    read("cert.pem", "X509 certificate"),
    read("key.pem", "X509 key"),
  ]);
  return { ca, cert, key };
}

async function unverifyingAgent({ cert, key }: Material): Promise<Agent> {
  const https = await import("node:https");
  return new https.Agent({ cert, key, rejectUnauthorized: false });
}

/** Docker's own way over ssh: the user's ssh program, and Docker on the far side passes on to its engine. */
async function overSsh(target: string, options: string[]): Promise<Docker> {
  const { hostname, port, username, pathname } = new URL(`ssh://${target}`);
  const argv = [
    ...options,
    "-o",
    "ConnectTimeout=30",
    "-T",
    ...(username === "" ? [] : ["-l", decodeURIComponent(username)]),
    ...(port === "" ? [] : ["-p", port]),
    "--",
    hostname,
    "docker",
    // A path is that of the engine's socket on the far side.
    ...(pathname === "" ? [] : ["--host", `unix://${decodeURIComponent(pathname)}`]),
    "system",
    "dial-stdio",
  ];
  const { default: Client } = await import("dockerode");
  return new Client({ protocol: "http", host: "docker", port: 80, agent: new SshAgent(argv) } as Docker.DockerOptions);
}

class SshAgent extends Agent {
  constructor(private readonly argv: string[]) {
    super({ keepAlive: true });
  }

  override createConnection(): Duplex {
    return new ProgramStream("ssh", this.argv);
  }
}

/** What a program reads and writes, as a connection. It ends with the program, and fails with what that complained of. */
class ProgramStream extends Duplex {
  private readonly child;
  private complaint = "";

  constructor(
    private readonly program: string,
    private readonly argv: string[],
  ) {
    super();
    this.child = spawn(program, argv, { stdio: ["pipe", "pipe", "pipe"], env: process.env });
    this.child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) this.child.stdout.pause();
    });
    this.child.stderr.on("data", (chunk: Buffer) => (this.complaint += chunk.toString()));
    // A broken pipe is followed by the end of the program, which says more.
    this.child.stdin.on("error", () => undefined);
    this.child.on("error", (problem) => this.destroy(problem));
    this.child.on("close", (code) => {
      if (code === 0) this.push(null);
      else this.destroy(new Error(this.whyEnded(code)));
    });
  }

  private whyEnded(code: number | null): string {
    return (
      `command [${[this.program, ...this.argv].join(" ")}] has exited with exit status ${String(code)}, ` +
      "make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: " +
      `stderr=${this.complaint.trim()}`
    );
  }

  override _read(): void {
    this.child.stdout.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (problem?: Error | null) => void): void {
    this.child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.child.stdin.end(done);
  }

  override _destroy(problem: Error | null, done: (problem?: Error | null) => void): void {
    this.child.kill();
    done(problem);
  }

  // Node's HTTP client expects a few methods of a network socket that mean nothing on a pipe.
  setTimeout = (): this => this;
  setNoDelay = (): this => this;
  setKeepAlive = (): this => this;

  /** A connection that is kept for later must not keep this program from ending; the other one ends with it. */
  ref = (): this => this.held("ref");
  unref = (): this => this.held("unref");

  private held(how: "ref" | "unref"): this {
    const { stdin, stdout, stderr } = this.child;
    // Pipes to a program are sockets, whatever their types say.
    for (const one of [this.child, stdin, stdout, stderr] as unknown as Record<typeof how, () => void>[]) one[how]();
    return this;
  }
}

/** The host that a context of the Docker command line names. Only its address counts, not its certificates. */
export async function contextHost(name: string, home = homedir()): Promise<string> {
  const folder = path.join(home, ".docker", "contexts", "meta");
  const entries = await readdir(folder).catch((problem: unknown) => {
    throw new Error(`could not read contexts directory: ${whyUnread(folder, problem)}`, { cause: problem });
  });
  for (const entry of entries) {
    const host = await hostOf(path.join(folder, entry, "meta.json"), name);
    if (host !== undefined) return host;
  }
  throw new Error(`context '${name}' not found`);
}

async function hostOf(file: string, name: string): Promise<string | undefined> {
  try {
    const meta = JSON.parse(await readFile(file, "utf8")) as {
      Name?: unknown;
      Endpoints?: { docker?: { Host?: unknown } };
    };
    const host = meta.Endpoints?.docker?.Host;
    return meta.Name === name && typeof host === "string" ? host : undefined;
  } catch {
    return undefined; // a context of another kind, or a broken one: not the one that was named
  }
}
