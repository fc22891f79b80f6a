import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOOLS } from "../../lib/setup/parts/host-tools";

const SCRIPT = "vagrant/provision.sh";

const shellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
(shellcheck ? test : test.skip)(
  `shellcheck finds nothing${shellcheck ? "" : " (skipped: it is not installed)"}`,
  () => {
    const { stdout, status } = spawnSync("shellcheck", [SCRIPT], { encoding: "utf8" });
    expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
  },
);

/** Real programs that the script may use; all others are stand-ins. */
const REAL = ["bash", "cat", "chmod", "cp", "mktemp", "rm", "sha256sum", "sort", "tail"];

/** A machine of stand-ins: programs that write down how they were called, and that appear when apt brings them. */
class Machine {
  readonly folder = mkdtempSync(join(tmpdir(), "lab-provision-"));
  readonly #log = join(this.folder, "log");
  readonly #programs = join(this.folder, "programs");
  readonly #packages = join(this.folder, "packages");

  constructor() {
    for (const folder of [this.#programs, this.#packages]) mkdirSync(folder);
    // No links: what is written to a link is written to the program that it leads to.
    for (const name of REAL) this.has(name, `exec ${realPath(name)} "$@"`);
    this.has("id", `[ "$1" = -u ] && echo 0 || cat ${this.folder}/groups`);
    this.has("uname", "echo x86_64");
    this.has("systemctl");
    this.has("apt-cache", `[ -d ${this.#packages}/$2 ]`);
    const bring = `for word; do [ ! -d ${this.#packages}/$word ] || cp -r ${this.#packages}/$word/. ${this.#programs}; done`;
    this.acts("apt-get", `[ "$1" = update ] || ${bring}`);
    this.acts("usermod", `echo vagrant docker > ${this.folder}/groups`);
    this.acts("mkdir");
    this.acts("tar");
    // Programs of an archive run from where the links lead to.
    this.acts("ln", `echo "echo v22.22.0" > ${this.#programs}/\${3##*/}; chmod +x ${this.#programs}/\${3##*/}`);
    writeFileSync(join(this.folder, "groups"), "vagrant\n");
  }

  /** A program, with the shell commands that it stands for. */
  has(name: string, body = "exit 0"): this {
    return this.#write(join(this.#programs, name), body);
  }

  /** One whose every call is worth remembering. */
  acts(name: string, body = "exit 0"): this {
    return this.has(name, `echo "${name} $*" >> ${this.#log}\n${body}`);
  }

  /** A package that apt knows, with the programs in it. */
  offers(name: string, ...programs: readonly string[]): this {
    mkdirSync(join(this.#packages, name), { recursive: true });
    for (const program of programs) this.#write(join(this.#packages, name, program), `echo ${program} of ${name}`);
    return this;
  }

  /** What a download does. Whoever downloads has just had apt bring curl. */
  downloads(body: string): this {
    this.offers("curl");
    return this.#write(join(this.#packages, "curl", "curl"), `echo "curl $*" >> ${this.#log}\n${body}`);
  }

  lacks(name: string): this {
    rmSync(join(this.#programs, name));
    return this;
  }

  #write(file: string, body: string): this {
    writeFileSync(file, `#!${realPath("bash")}\n${body}\n`, { mode: 0o755 });
    return this;
  }

  /** How the script ended, what it said, and what it did to the system, in this order. */
  provision(user = "vagrant"): { exit: number | null; said: string; actions: readonly string[] } {
    writeFileSync(this.#log, "");
    const env = { PATH: this.#programs, SUDO_USER: user, TMPDIR: this.folder };
    const { status, stdout, stderr } = spawnSync(realPath("bash"), [SCRIPT], { encoding: "utf8", env });
    const actions = readFileSync(this.#log, "utf8").replaceAll(/\S*\/tmp\.\w+/g, "TEMPORARY");
    return { exit: status, said: stdout + stderr, actions: actions.split("\n").slice(0, -1) };
  }
}

function realPath(name: string): string {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", name], { encoding: "utf8" }).stdout.trim();
}

const machines: Machine[] = [];
afterEach(() => machines.splice(0).forEach(({ folder }) => rmSync(folder, { recursive: true, force: true })));

/** What set-up looks for on a host, by package, and the engine. */
const PACKAGES = Object.entries({ ...TOOLS, dockerd: "docker.io" }).reduce<Record<string, string[]>>(
  (packages, [program, name]) => ({ ...packages, [name]: [...(packages[name] ?? []), program] }),
  {},
);

/** One that has nothing yet, and whose apt has everything. */
function bareMachine(): Machine {
  const machine = new Machine();
  machines.push(machine);
  for (const [name, programs] of Object.entries(PACKAGES)) machine.offers(name, ...programs);
  return machine;
}

function readyMachine(): Machine {
  const machine = bareMachine().has("node", "echo v20.9.0").has("npm");
  for (const program of [...Object.keys(TOOLS), "dockerd"]) machine.has(program, `echo ${program}`);
  writeFileSync(join(machine.folder, "groups"), "vagrant docker\n");
  return machine;
}

const INSTALL = "apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300";

describe("a machine that has everything", () => {
  test("is left as it is", () => {
    const { exit, said, actions } = readyMachine().provision();
    expect(actions).toEqual([]);
    expect(said).toBe("nothing to install: everything is there\nnode v20.9.0, docker, for user vagrant\n");
    expect(exit).toBe(0);
  });

  test("needs no apt-get", () => {
    expect(readyMachine().lacks("apt-get").provision()).toMatchObject({ exit: 0, actions: [] });
  });
});

describe("what is absent", () => {
  test("is brought, and only that", () => {
    const { exit, said, actions } = readyMachine().lacks("netstat").lacks("ifconfig").lacks("ip").provision();
    expect(actions).toEqual(["apt-get update", `${INSTALL} iproute2 net-tools`]);
    expect(said).toContain(`  → ${INSTALL} iproute2 net-tools\n`);
    expect(exit).toBe(0);
  });

  test("is all that set-up looks for, Node and the right to use the engine; then nothing more", () => {
    const machine = bareMachine().offers("ca-certificates").offers("xz-utils");
    // The archive is another one here; that a wrong one is refused is shown below.
    machine.downloads("exit 0").has("sha256sum");
    const first = machine.provision();
    expect(first.actions).toEqual([
      "apt-get update",
      `${INSTALL} ca-certificates curl docker-cli docker.io iproute2 iptables net-tools procps util-linux xz-utils`,
      expect.stringMatching(/^curl .*https:\/\/nodejs\.org\//),
      "mkdir -p /usr/local/lib/nodejs",
      expect.stringMatching(/^tar .*node-v22\.22\.0-linux-x64\.tar\.xz$/),
      ...["node", "npm", "npx"].map(
        (name) => `ln -sfn /usr/local/lib/nodejs/node-v22.22.0-linux-x64/bin/${name} /usr/local/bin/${name}`,
      ),
      "usermod --append --groups docker vagrant",
    ]);
    expect(first).toMatchObject({ exit: 0, said: expect.stringContaining("node v22.22.0, docker of docker-cli") });
    expect(machine.provision()).toMatchObject({ exit: 0, actions: [] });
  });

  test("has the docker command in the engine's package where there is none of its own", () => {
    const machine = readyMachine().lacks("docker").lacks("dockerd").offers("docker.io", "docker", "dockerd");
    rmSync(join(machine.folder, "packages", "docker-cli"), { recursive: true });
    expect(machine.provision()).toMatchObject({ exit: 0, actions: ["apt-get update", `${INSTALL} docker.io`] });
  });

  test.each(["18.19.1", "20.8.1"])("is a Node of version %s too", (version) => {
    const machine = readyMachine().has("node", `echo v${version}`).downloads("exit 0").has("sha256sum");
    const { exit, actions } = machine.provision();
    expect(actions).toContain(
      "curl -fsSL --retry 3 -o TEMPORARY/node-v22.22.0-linux-x64.tar.xz https://nodejs.org/dist/v22.22.0/node-v22.22.0-linux-x64.tar.xz",
    );
    expect(exit).toBe(0);
  });

  test("is not the docker group for root", () => {
    const machine = readyMachine();
    writeFileSync(join(machine.folder, "groups"), "root\n");
    expect(machine.provision("root")).toMatchObject({ exit: 0, actions: [] });
  });
});

describe("what cannot be", () => {
  test("an archive of Node that is not what it should be is not unpacked", () => {
    const machine = readyMachine().lacks("node").downloads('echo tampered > "${@: -2:1}"');
    const { exit, said, actions } = machine.provision();
    expect(said).toContain("node-v22.22.0-linux-x64.tar.xz is not what it should be: its sha256 is not 9aa8e9d2");
    expect(actions.at(-1)).toMatch(/^curl /);
    expect(exit).toBe(3);
  });

  test("a step that fails ends it, with what the program said", () => {
    const machine = readyMachine().lacks("ip").acts("apt-get", "echo E: no network >&2; exit 100");
    expect(machine.provision()).toMatchObject({
      exit: 3,
      said: expect.stringContaining("update failed\nE: no network"),
    });
  });

  test.each([
    [
      "without root",
      (machine: Machine) => machine.has("id", "echo 1000"),
      "provision: needs root\n  sudo bash vagrant",
    ],
    [
      "without apt-get",
      (machine: Machine) => machine.lacks("apt-get").lacks("ip"),
      "iproute2: absent, and this system",
    ],
    ["elsewhere", (machine: Machine) => machine.lacks("node").has("uname", "echo riscv64"), "brings none for riscv64"],
  ])("%s it says so", (_name, change, message) => {
    const { exit, said } = change(readyMachine()).provision();
    expect(said).toContain(message);
    expect(exit).toBe(3);
  });
});
