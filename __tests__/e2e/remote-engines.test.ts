import { execFileSync } from "child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { describeWithSsh, ENGINE_IMAGE, ENGINE_RIGHTS, engineReady } from "./engine-image";
import { docker, run, TestProject } from "./project";
import { type Snapshot, snapshot } from "./surroundings";

const MACHINES = [
  { name: "labtest-machine-a", address: "10.213.74.10" },
  { name: "labtest-machine-b", address: "10.213.74.11" },
] as const;
const [A, B] = MACHINES;
const LAN = "labtest-machines";
const ENGINES = MACHINES.map(({ address }) => `ssh://root@${address}`).join(",");

/** Machines that are there already, as far as the lab is concerned: it knows their addresses, and enters by ssh. */
class Machines {
  readonly folder = mkdtempSync(join(tmpdir(), "lab-ssh-"));
  private readonly knownHosts = join(this.folder, "known_hosts");

  async start(): Promise<void> {
    this.configureSsh();
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
    await docker(
      ...["run", "--detach", "--name", name, "--hostname", name, "--network", LAN, "--ip", address],
      ...[...ENGINE_RIGHTS, ENGINE_IMAGE],
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
    expect(await snapshot()).toEqual(empty);
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
    expect(await snapshot()).toEqual(before);
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
    expect(await snapshot()).toEqual(before);
  });

  test("uses a swarm that is there, changes nothing of it and never leaves it, not even by force", async () => {
    await on(A, "swarm", "init");
    const half = await project.lab(["up", "overlay", "--engines", ENGINES]);
    expect(half.said).toContain("a swarm that is there is not changed");
    expect(half.exit).toBe(3);
    const token = await on(A, "swarm", "join-token", "--quiet", "worker");
    await on(B, "swarm", "join", "--token", token, `${A.address}:2377`);
    const members = await Promise.all(MACHINES.map(swarm));
    expect((await project.lab(["up", "overlay", "--engines", ENGINES])).exit).toBe(0);
    const down = await project.lab(["down", "overlay", "--force"]);
    expect(down.said).toContain("overlay is gone");
    expect(await containers()).toEqual(["", ""]);
    expect(await on(A, "network", "ls", "--quiet", "--filter", "name=labtest-")).toBe("");
    expect(await Promise.all(MACHINES.map(swarm))).toEqual(members);
  });
});
