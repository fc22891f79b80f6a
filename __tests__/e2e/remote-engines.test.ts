import { execFileSync } from "child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "fs";
import { createServer } from "http";
import type { AddressInfo } from "net";
import { tmpdir } from "os";
import { join } from "path";
import type { CheckRecord } from "../../lib/checks/record";
import { describeWithSsh, HAS_OPENSSL, ENGINE_IMAGE, ENGINE_RIGHTS, engineReady } from "./engine-image";
import { docker, type Ran, run, TestProject } from "./project";
import { type Snapshot, settled, snapshot } from "./surroundings";

const MACHINES = [
  { name: "labtest-machine-a", address: "10.213.74.10" },
  { name: "labtest-machine-b", address: "10.213.74.11" },
] as const;
const [A, B] = MACHINES;
const LAN = "labtest-machines";
const ENGINES = MACHINES.map(({ address }) => `ssh://root@${address}`).join(",");
const ENGINES_BY_TLS = MACHINES.map(({ address }) => `tcp://${address}:2376`).join(",");
/** One that machine A has beside its own, and that its certificate does not name. */
const ALIAS = "10.213.74.20";

const BY_TLS = [
  ...["--host", "tcp://0.0.0.0:2376", "--tlsverify", "--tlscacert", "/tls/ca.pem"],
  ...["--tlscert", "/tls/cert.pem", "--tlskey", "/tls/key.pem"],
];

/** An authority, and the certificates that it gives: to the machines for their addresses, and to who asks them. */
class Authority {
  /** What Docker's own command finds by DOCKER_CERT_PATH. */
  readonly client: string;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.openssl(
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=authority"],
      ...["-keyout", this.path("ca-key.pem"), "-out", this.path("ca.pem")],
    );
    this.client = this.issue("client", "extendedKeyUsage=clientAuth");
  }

  /** @returns the folder with ca.pem, cert.pem and key.pem */
  issue(name: string, extensions: string): string {
    const folder = this.path(name);
    mkdirSync(folder);
    const [key, request] = [join(folder, "key.pem"), this.path(`${name}.csr`)];
    writeFileSync(this.path(`${name}.extensions`), `${extensions}\n`);
    this.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${name}`, "-keyout", key, "-out", request);
    this.openssl(
      ...["x509", "-req", "-in", request, "-days", "2", "-extfile", this.path(`${name}.extensions`)],
      ...["-CA", this.path("ca.pem"), "-CAkey", this.path("ca-key.pem"), "-CAcreateserial"],
      ...["-out", join(folder, "cert.pem")],
    );
    cpSync(this.path("ca.pem"), join(folder, "ca.pem"));
    return folder;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  private openssl(...args: string[]): void {
    execFileSync("openssl", args, { stdio: "pipe" });
  }
}

/**
 * Machines that are there already, as far as the lab is concerned: it knows their addresses, enters by ssh, and asks their
 * engines by TLS.
 */
class Machines {
  readonly folder = mkdtempSync(join(tmpdir(), "lab-ssh-"));
  private authority: Authority | undefined;
  private readonly knownHosts = join(this.folder, "known_hosts");

  async start(): Promise<void> {
    this.configureSsh();
    if (HAS_OPENSSL) this.authority = new Authority(join(this.folder, "tls"));
    await docker("network", "create", "--internal", "--subnet", "10.213.74.0/24", LAN);
    for (const machine of MACHINES) await this.startOne(machine);
    writeFileSync(this.knownHosts, await this.keys());
  }

  /** A person's own configuration is not read, nor an agent asked. */
  private configureSsh(): void {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(this.folder, "key")]);
    const lines = [
      ...[`IdentityFile ${join(this.folder, "key")}`, "IdentitiesOnly yes", "IdentityAgent none"],
      ...[`UserKnownHostsFile ${this.knownHosts}`, "GlobalKnownHostsFile /dev/null"],
    ];
    writeFileSync(join(this.folder, "config"), `${lines.join("\n")}\n`);
    const ssh = execFileSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
    mkdirSync(join(this.folder, "bin"));
    writeFileSync(join(this.folder, "bin/ssh"), `#!/bin/sh\nexec ${ssh} -F ${this.folder}/config "$@"\n`);
    chmodSync(join(this.folder, "bin/ssh"), 0o755);
  }

  private async startOne({ name, address }: (typeof MACHINES)[number]): Promise<void> {
    const extensions = `subjectAltName=IP:${address}\nextendedKeyUsage=serverAuth`;
    const certificates = this.authority?.issue(name, extensions);
    await docker(
      ...["run", "--detach", "--name", name, "--hostname", name, "--network", LAN, "--ip", address],
      ...(certificates === undefined ? [] : ["--volume", `${certificates}:/tls:ro`]),
      ...[...ENGINE_RIGHTS, ENGINE_IMAGE],
      ...(certificates === undefined ? [] : BY_TLS),
    );
    await engineReady(name, 120_000);
    await docker("exec", name, "mkdir", "-p", "-m", "700", "/run/sshd", "/root/.ssh");
    await docker("cp", join(this.folder, "key.pub"), `${name}:/root/.ssh/authorized_keys`);
    await docker("exec", name, "chown", "root:root", "/root/.ssh/authorized_keys");
    await docker("exec", name, "ssh-keygen", "-A");
    await docker(
      "exec",
      name,
      "/usr/sbin/sshd",
      "-f",
      "/dev/null",
      "-o",
      "UsePAM=no",
      "-o",
      "PasswordAuthentication=no",
    );
  }

  private async keys(): Promise<string> {
    const keys = MACHINES.map(async ({ name, address }) => {
      const key = await docker("exec", name, "cat", "/etc/ssh/ssh_host_ed25519_key.pub");
      return `${address} ${key.split(" ").slice(0, 2).join(" ")}\n`;
    });
    return (await Promise.all(keys)).join("");
  }

  /**
   * The folder of those who ask the engines by TLS.
   * @param foreign files in it that are another authority's
   */
  certificates(...foreign: string[]): string {
    const own = this.authority?.client ?? "";
    if (foreign.length === 0) return own;
    const mixed = join(this.folder, `foreign-${foreign.join("-")}`);
    const other = new Authority(join(this.folder, `other-${foreign.join("-")}`));
    cpSync(own, mixed, { recursive: true });
    for (const file of foreign) cpSync(join(other.client, file), join(mixed, file));
    return mixed;
  }

  get environment(): Record<string, string> {
    return { PATH: `${join(this.folder, "bin")}:${process.env["PATH"] ?? ""}`, SSH_AUTH_SOCK: "" };
  }

  /** Does some work while no host's key is known. */
  async strange<T>(work: () => Promise<T>): Promise<T> {
    const known = readFileSync(this.knownHosts, "utf8");
    writeFileSync(this.knownHosts, "");
    return work().finally(() => writeFileSync(this.knownHosts, known));
  }

  async remove(): Promise<void> {
    await run(["docker", "rm", "--force", "--volumes", A.name, B.name], "/");
    await run(["docker", "network", "rm", LAN], "/");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const on = ({ name }: (typeof MACHINES)[number], ...args: string[]): Promise<string> =>
  docker("exec", name, "docker", ...args);
const swarm = (machine: (typeof MACHINES)[number]): Promise<string> =>
  on(machine, "info", "--format", "{{.Swarm.LocalNodeState}} {{.Swarm.NodeID}}");
const containers = async (): Promise<string[]> =>
  Promise.all(MACHINES.map((machine) => on(machine, "ps", "--all", "--format", "{{.Names}}")));

describeWithSsh("lab overlay, on two machines that are there already", () => {
  const machines = new Machines();
  const project = new TestProject(machines.environment);
  let before: Snapshot;
  let empty: Snapshot;

  beforeAll(async () => {
    empty = await snapshot();
    await machines.start();
    before = await snapshot();
  });
  afterAll(async () => {
    await project.remove();
    await machines.remove();
    expect(await settled(empty)).toEqual(empty);
  });

  test("is refused where a host's key is not known, before anything is done", async () => {
    const up = await machines.strange(() => project.lab(["up", "overlay", "--engines", ENGINES]));
    expect(up.exit).toBe(3);
    expect(up.said).toContain(`ssh://root@${A.address} cannot be entered: Host key verification failed.`);
    expect(up.said).toContain("Its key is not known here");
    expect(await containers()).toEqual(["", ""]);
  });

  test("comes up, proven, by a swarm that it forms; and has nothing on the local engine", async () => {
    const up = await project.lab(["up", "overlay", "--engines", ENGINES]);
    expect(up.said).not.toContain("✗");
    expect(up.exit).toBe(0);
    expect(up.stdout).toContain("VXLAN packets between the hosts");
    expect(up.stdout).toContain(`ssh -o BatchMode=yes`);
    expect(await containers()).toEqual([
      "labtest-overlay-web-3\nlabtest-overlay-web-1",
      "labtest-overlay-web-4\nlabtest-overlay-web-2",
    ]);
    expect(await settled(before)).toEqual(before);
  });

  test("plans nothing more, and is checked and told of without the option", async () => {
    const folder = project.path("cdktf.out/stacks/overlay");
    const terraform = (...args: string[]) => run(["terraform", ...args], folder, machines.environment);
    expect((await terraform("init", "-no-color")).exit).toBe(0);
    expect((await terraform("plan", "-detailed-exitcode", "-no-color")).said).toContain("No changes.");
    await on(A, "stop", "--time", "2", "labtest-overlay-web-1");
    expect((await project.lab(["check", "overlay", "--no-wait"])).exit).toBe(1);
    const { stdout } = await project.lab(["status"]);
    expect(stdout).toMatch(/labtest-overlay-web-1 +exited/);
    expect(stdout).toMatch(/labtest-overlay-web-2 +running/);
  });

  test("goes, and leaves the swarm that it has formed", async () => {
    const down = await project.lab(["down", "overlay"]);
    expect(down.said).toContain("overlay is gone");
    expect(down.exit).toBe(0);
    expect(await containers()).toEqual(["", ""]);
    expect(await Promise.all(MACHINES.map(swarm))).toEqual(["inactive", "inactive"]);
    expect(await settled(before)).toEqual(before);
  });

  test("are refused where only one is in a swarm", async () => {
    await on(A, "swarm", "init", "--advertise-addr", A.address);
    const half = await project.lab(["up", "overlay", "--engines", ENGINES]);
    expect(half.said).toContain("a swarm that is there is not changed");
    expect(half.exit).toBe(3);
  });

  (HAS_OPENSSL ? describe : describe.skip)("by TCP, with TLS", () => {
    const up = (engines: string, certificates = machines.certificates()): Promise<Ran> =>
      project.lab(["up", "overlay", "--engines", engines], { DOCKER_CERT_PATH: certificates });

    beforeAll(() => docker("exec", A.name, "ip", "address", "add", `${ALIAS}/24`, "dev", "eth0"));

    test.each([
      ["certificates that are not there", () => "/nowhere", "/nowhere/ca.pem cannot be read. DOCKER_CERT_PATH names"],
      [
        "an authority that gave the engines none",
        () => machines.certificates("ca.pem"),
        "shows a certificate of another authority than ca.pem",
      ],
      [
        "a certificate of another authority",
        () => machines.certificates("cert.pem", "key.pem"),
        "does not accept cert.pem",
      ],
    ])("are refused with %s", async (_, folder, said) => {
      const refused = await up(ENGINES_BY_TLS, folder());
      expect(refused.stderr).toContain(said);
      expect(refused.exit).toBe(3);
    });

    test("are refused by a name that their certificate does not have", async () => {
      const refused = await up(`tcp://${ALIAS}:2376,tcp://${B.address}:2376`);
      expect(refused.stderr).toContain(`tcp://${ALIAS}:2376 shows a certificate that is for other names than this`);
      expect(refused.exit).toBe(3);
    });

    test("are refused without TLS: by its port as bad input, by what answers as unfit", async () => {
      const bad = await up(`tcp://${A.address}:2375,tcp://${B.address}:2376`);
      expect(bad.stderr).toContain(`With TLS (dockerd --tlsverify) it is: tcp://${A.address}:2376`);
      expect(bad.exit).toBe(64);
      const plain = createServer((_, response) => response.end("OK")).listen(0, "127.0.0.1");
      await new Promise((listening) => plain.once("listening", listening));
      try {
        const address = `tcp://127.0.0.1:${String((plain.address() as AddressInfo).port)}`;
        const refused = await up(`${address},tcp://${B.address}:2376`);
        expect(refused.stderr).toContain(`${address} does not speak TLS: whoever reaches that port is root`);
        expect(refused.exit).toBe(3);
      } finally {
        plain.close();
      }
    });

    test("prove the same, in a swarm that is there; it is not changed, and not left even by force", async () => {
      const token = await on(A, "swarm", "join-token", "--quiet", "worker");
      await on(B, "swarm", "join", "--token", token, `${A.address}:2377`);
      const members = await Promise.all(MACHINES.map(swarm));
      const byTls = { DOCKER_CERT_PATH: machines.certificates() };
      const made = await up(ENGINES_BY_TLS);
      expect(made.said).not.toContain("✗");
      expect(made.exit).toBe(0);
      const { stdout } = await project.lab(["check", "overlay", "--json"], byTls);
      const records = JSON.parse(stdout) as CheckRecord[];
      expect(records.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
      const commands = records.flatMap(({ evidence }) => evidence.map(({ command }) => command.slice(0, 4).join(" ")));
      expect(new Set(commands)).toEqual(
        new Set(ENGINES_BY_TLS.split(",").map((address) => `docker --host ${address} --tlsverify`)),
      );
      const again = await up(ENGINES_BY_TLS);
      expect(again.stdout).not.toMatch(/docker_|null_resource/);
      expect(again.exit).toBe(0);
      const down = await project.lab(["down", "overlay", "--force"], byTls);
      expect(down.said).toContain("overlay is gone");
      // What looked at the hosts is gone too.
      expect(await containers()).toEqual(["", ""]);
      expect(await on(A, "network", "ls", "--quiet", "--filter", "name=labtest-")).toBe("");
      expect(await Promise.all(MACHINES.map(swarm))).toEqual(members);
    });
  });
});
