import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FILE = "vagrant/Vagrantfile";

/**
 * VMware's and Parallels' plugins are not free, or not for Linux. What their documentation names is told to Vagrant as
 * plugins that can do nothing else, from a home folder's Vagrantfile.
 */
const STAND_INS = `
class StandIns < Vagrant.plugin("2")
  name "stand-ins"
  usable = Class.new(Vagrant.plugin("2", :provider)) do
    def self.usable?(raise_error = false) = true
    def state = Vagrant::MachineState.new(:not_created, "not created", "not created")
  end
  provider(:vmware_desktop) { usable }
  provider(:parallels) { usable }
  config(:vmware_desktop, :provider) do
    Class.new(Vagrant.plugin("2", :config)) do
      attr_reader :vmx
      def initialize = @vmx = {}
    end
  end
  config(:parallels, :provider) { Class.new(Vagrant.plugin("2", :config)) { attr_accessor :memory, :cpus } }
end
`;

/** Vagrant says what is missing on this machine, or nothing. */
const lacking = ((): string | undefined => {
  const { status } = spawnSync("vagrant", ["--version"]);
  if (status !== 0) return "vagrant is not installed";
  const { stdout } = spawnSync("dpkg-query", ["--show", "vagrant-libvirt"], { encoding: "utf8" });
  return stdout === null || stdout === "" ? "vagrant-libvirt is not installed" : undefined;
})();

const PROVIDERS = ["virtualbox", "libvirt", "vmware_desktop", "parallels"];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lab-vagrant-"));
  writeFileSync(join(folder, "Vagrantfile"), STAND_INS);
  // Enough of VirtualBox for Vagrant to take it for one.
  writeFileSync(join(folder, "VBoxManage"), "#!/bin/sh\necho 7.0.20r163906\n");
  chmodSync(join(folder, "VBoxManage"), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Validated {
  readonly status: number | null;
  readonly said: string;
}

function validate(provider: string, environment: Readonly<Record<string, string>> = {}, file = FILE): Validated {
  const { status, stdout, stderr } = spawnSync("vagrant", ["validate", "--no-color", "--no-tty"], {
    encoding: "utf8",
    env: {
      PATH: `${folder}:${process.env["PATH"] ?? ""}`,
      HOME: folder,
      VAGRANT_CWD: join(file, ".."),
      VAGRANT_HOME: folder,
      VAGRANT_DOTFILE_PATH: join(folder, "machine"),
      VAGRANT_CHECKPOINT_DISABLE: "1",
      VAGRANT_DEFAULT_PROVIDER: provider,
      ...environment,
    },
  });
  return { status, said: `${stdout}${stderr}` };
}

const title = lacking === undefined ? "the Vagrantfile" : `the Vagrantfile (skipped: ${lacking})`;
(lacking === undefined ? describe : describe.skip)(title, () => {
  jest.setTimeout(120_000);

  // Vagrant looks at the chosen provider's settings only.
  test.each(PROVIDERS)("is valid for %s", (provider) => {
    expect(validate(provider)).toEqual({ status: 0, said: "Vagrantfile validated successfully.\n" });
  });

  test.each(PROVIDERS)("with a setting that %s does not know is not", (provider) => {
    const wrong = join(folder, provider, "Vagrantfile");
    cpSync("vagrant", join(wrong, ".."), { recursive: true });
    const text = readFileSync(FILE, "utf8");
    const block = text.indexOf(`config.vm.provider "${provider}"`);
    const setting = /machine\.(?:memory =|vmx\[)/;
    expect(text.slice(block)).toMatch(setting);
    writeFileSync(
      wrong,
      text.slice(0, block) + text.slice(block).replace(setting, (found) => found.replace(/memory|vmx/, "memroy")),
    );
    const { status, said } = validate(provider, {}, wrong);
    expect(said).toContain("memroy");
    expect(status).not.toBe(0);
  });

  test("takes box, memory and processors from the environment; what is empty counts as not set", () => {
    const settings = { LAB_BOX: "my-box", LAB_MEMORY: "4096", LAB_CPUS: "" };
    expect(validate("libvirt", settings)).toMatchObject({ status: 0 });
  });

  test.each([
    [{ LAB_MEMORY: "2G" }, 'LAB_MEMORY: "2G" is not a number of MiB; it is a whole number from 1024 to 1048576: 2048'],
    [
      { LAB_MEMORY: "512" },
      'LAB_MEMORY: "512" is not a number of MiB; it is a whole number from 1024 to 1048576: 1024',
    ],
    [{ LAB_CPUS: "0" }, 'LAB_CPUS: "0" is not a number of processors; it is a whole number from 1 to 256: 1'],
    [
      { LAB_BOX: "https://example.com/a.box" },
      'LAB_BOX: "https://example.com/a.box" is not the name of a box; a name is OWNER/BOX, or what `vagrant box add --name` gave it: bento/ubuntu-24.04',
    ],
  ])("refuses %j", (environment, message) => {
    const { status, said } = validate("libvirt", environment);
    expect(said).toContain(message);
    expect(said).not.toContain("Vagrantfile:");
    expect(status).not.toBe(0);
  });
});

test("the machine is not given what git does not keep, and its own is not deleted by a copy", () => {
  const ignored = readFileSync(".gitignore", "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const [, list = ""] = /rsync__exclude: \[(.*?)\]/s.exec(readFileSync(FILE, "utf8")) ?? [];
  expect([...list.matchAll(/"(.*?)"/g)].map(([, pattern]) => pattern).sort()).toEqual(ignored.sort());
});

test("ports of the machine are reached from this computer only", () => {
  const ports = readFileSync(FILE, "utf8").match(/"forwarded_port"[^\n]*/g) ?? [];
  expect(ports.length).toBeGreaterThan(1);
  for (const port of ports) expect(port).toContain('host_ip: "127.0.0.1"');
});
