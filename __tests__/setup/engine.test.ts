import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { engine } from "../../lib/setup/parts/engine";
import { stopEngine } from "../../lib/setup/own-engine";
import { aliveEngine, fakeMachine, plain, removeFakes, silentEngine, type FakeMachine, type FakeOptions } from "./fake";

afterEach(removeFakes);

/** A machine whose engine answers from the moment that `awake` becomes true. */
function sleeping(options: FakeOptions = {}): { machine: FakeMachine; wake: () => void } {
  let awake = false;
  const machine: FakeMachine = fakeMachine({
    engine: { information: () => (awake ? aliveEngine() : silentEngine).information() },
    processes: {
      launch: async (argv) => {
        machine.ran.push(`launch ${plain(machine, argv.join(" "))}`);
        awake = true;
        return 4711;
      },
      startTime: () => "12345",
      commandLine: () => (awake ? ["/usr/sbin/dockerd"] : ["sleep", "1000"]),
    },
    script: (command) => {
      if (command.startsWith("apt-get install")) machine.install("dockerd", "docker");
      if (command === "systemctl start docker") awake = true;
      return { exit: command === "apt-cache show docker-cli" ? 100 : 0 };
    },
    ...options,
  });
  machine.put("sys/fs/cgroup/memory/tasks", "");
  return { machine, wake: () => (awake = true) };
}

const forbidden = (): Promise<never> => Promise.reject(Object.assign(new Error("EACCES"), { code: "EACCES" }));

describe("the Docker engine", () => {
  it("is found when it answers", async () => {
    const machine = fakeMachine({ engine: aliveEngine() });
    expect(await engine(machine.context)).toMatchObject({
      verdict: "found",
      detail: "20.10.24 (unix:///var/run/docker.sock)",
      fact: { version: "20.10.24", hostMode: { possible: true } },
    });
    expect(machine.ran).toEqual([]);
  });

  it.each([
    [
      { OperatingSystem: "Docker Desktop" },
      "this is Docker Desktop: its host is a hidden virtual machine, not the machine you type on",
    ],
    [{ OSType: "windows" }, "this engine runs windows containers: host mode is a thing of Linux"],
    [
      { SecurityOptions: ["name=seccomp,profile=default", "name=rootless"] },
      "this engine is rootless: its host mode is a network namespace of its own, not the machine's",
    ],
  ])("says why host mode is not possible: %j", async (information, reason) => {
    const machine = fakeMachine({ engine: aliveEngine(information) });
    expect(await engine(machine.context)).toMatchObject({ fact: { hostMode: { possible: false, reason } } });
  });

  it("says that a remote engine's host cannot be seen", async () => {
    const machine = fakeMachine({ engine: aliveEngine(), environment: { DOCKER_HOST: "tcp://far.example:2375" } });
    expect(await engine(machine.context)).toMatchObject({
      fact: {
        hostMode: {
          possible: false,
          reason: "this engine runs on far.example: what its host looks like cannot be seen from here",
        },
      },
    });
  });

  it("is installed and started as a process of its own", async () => {
    const { machine } = sleeping();
    machine.install("apt-get");
    expect(await engine(machine.context)).toMatchObject({
      verdict: "brought",
      detail: "20.10.24, installed with apt and started (pid 4711, log .lab/dockerd.log)",
    });
    expect(machine.ran.filter((command) => !command.startsWith("apt-cache"))).toEqual([
      "apt-get update",
      "apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=180 docker.io",
      "unshare --net iptables --table nat --new-chain probe",
      "launch /usr/bin/dockerd",
    ]);
    expect(JSON.parse(readFileSync(join(machine.project, ".lab/dockerd.pid"), "utf8"))).toEqual({
      pid: 4711,
      started: "12345",
    });
    machine.ran.length = 0;
    expect(await engine(machine.context)).toMatchObject({
      verdict: "found",
      detail: "20.10.24 (started by set-up, pid 4711, log .lab/dockerd.log)",
    });
    expect(machine.ran).toEqual([]);
  });

  it("brings the docker command too where it is a package of its own", async () => {
    const { machine } = sleeping();
    const ran: string[] = [];
    const context: typeof machine.context = {
      ...machine.context,
      run: async (argv) => {
        ran.push(argv.join(" "));
        return machine.context.run(argv[0] === "apt-cache" ? ["apt-cache", "known"] : argv);
      },
    };
    machine.install("apt-get");
    await engine(context);
    expect(ran).toContain("apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=180 docker.io docker-cli");
  });

  it("is started with systemd where that runs", async () => {
    const { machine } = sleeping();
    machine.install("dockerd");
    machine.put("run/systemd/system/.keep", "");
    expect(await engine(machine.context)).toMatchObject({
      verdict: "brought",
      detail: "20.10.24, started with systemd",
    });
    expect(machine.ran).toEqual(["systemctl start docker"]);
  });

  it("starts after one that was killed: its id may be another process's now", async () => {
    const { machine } = sleeping();
    machine.install("dockerd");
    machine.put("var/run/docker.pid", "308\n");
    machine.put("var/run/docker/containerd/containerd.pid", "309\n");
    expect(await engine(machine.context)).toMatchObject({ verdict: "brought" });
    expect(machine.printed.slice(0, 2)).toEqual([
      "  → rm /var/run/docker.pid  (left by an engine that was killed: 308 is no dockerd)",
      "  → rm /var/run/docker/containerd/containerd.pid  (left by an engine that was killed: 309 is no containerd)",
    ]);
    expect(existsSync(join(machine.root, "var/run/docker.pid"))).toBe(false);
  });

  it("waits for a daemon that another has just started", async () => {
    let asked = 0;
    const machine = fakeMachine({
      engine: { information: () => (++asked > 5 ? aliveEngine() : silentEngine).information() },
      processes: { commandLine: (pid) => (pid === 308 ? ["dockerd"] : undefined) },
    });
    machine.install("dockerd");
    machine.put("var/run/docker.pid", "308");
    expect(await engine(machine.context)).toMatchObject({
      verdict: "brought",
      detail: "20.10.24, was running already",
    });
    expect(machine.ran).toEqual([]);
  });

  it("mounts control groups where nothing has", async () => {
    const { machine } = sleeping();
    machine.install("dockerd");
    machine.put("sys/fs/cgroup/.gone", "");
    const context = { ...machine.context, files: { ...machine.context.files, list: async () => [] } };
    await engine(context);
    expect(machine.ran[0]).toBe("mount -t cgroup2 cgroup2 /sys/fs/cgroup");
  });

  it("turns to legacy iptables where the kernel has no nftables", async () => {
    const { machine } = sleeping();
    machine.install("dockerd");
    const ran: string[] = [];
    const context: typeof machine.context = {
      ...machine.context,
      run: async (argv) => {
        ran.push(argv.join(" "));
        return { exit: argv[0] === "unshare" && argv[2] === "iptables" ? 4 : 0, stdout: "", stderr: "" };
      },
    };
    await engine(context);
    expect(ran).toContain("update-alternatives --set iptables /usr/sbin/iptables-legacy");
    expect(ran).toContain("update-alternatives --set ip6tables /usr/sbin/ip6tables-legacy");
  });

  it("shows what the log complains of when it does not start", async () => {
    const machine: FakeMachine = fakeMachine({
      processes: {
        launch: async (_argv, log) => {
          writeFileSync(log, 'time="x" level=info msg="Starting up"\nfailed to start daemon: driver not supported\n');
          return 4711;
        },
      },
      script: () => ({}),
    });
    machine.install("dockerd");
    machine.put("sys/fs/cgroup/memory/tasks", "");
    mkdirSync(join(machine.project, ".lab"));
    expect(await engine(machine.context)).toEqual({
      verdict: "refused",
      detail: "dockerd (pid 4711) ended at once\nfailed to start daemon: driver not supported",
      remedy: "cat .lab/dockerd.log",
    });
  });

  it.each<[string, FakeOptions, readonly string[], { detail: string; remedy: string }]>([
    [
      "an address that does not answer",
      { environment: { DOCKER_HOST: "tcp://far.example:2375" } },
      [],
      {
        detail: "DOCKER_HOST=tcp://far.example:2375 does not answer: there is no such socket",
        remedy: "unset DOCKER_HOST",
      },
    ],
    [
      "one that this user may not use",
      { engine: { information: forbidden }, system: { userId: 1000 } },
      [],
      {
        detail: "the engine at unix:///var/run/docker.sock is there, but ada may not use it",
        remedy: "sudo usermod -aG docker ada && newgrp docker",
      },
    ],
    [
      "none, on Debian, without root",
      { system: { userId: 1000 } },
      ["apt-get"],
      {
        detail: "no engine answers at unix:///var/run/docker.sock: there is no such socket",
        remedy: "sudo node bin/lab.js setup",
      },
    ],
    [
      "none, where set-up only looks",
      { mayBring: false },
      ["apt-get"],
      {
        detail: "no engine answers at unix:///var/run/docker.sock: there is no such socket",
        remedy: "node bin/lab.js setup",
      },
    ],
    [
      "none, on a system without apt",
      {},
      [],
      {
        detail: "no engine answers at unix:///var/run/docker.sock: there is no such socket",
        remedy: "https://docs.docker.com/engine/install/",
      },
    ],
    [
      "none, on a Mac",
      { system: { platform: "darwin" } },
      [],
      {
        detail: "no engine answers at unix:///var/run/docker.sock: there is no such socket",
        remedy: "open -a Docker",
      },
    ],
  ])("refuses %s", async (_, options, programs, expected) => {
    const machine = fakeMachine(options);
    machine.install(...programs);
    expect(await engine(machine.context)).toEqual({ verdict: "refused", ...expected });
    expect(machine.ran).toEqual([]);
  });

  it("names a single user's engine that listens elsewhere", async () => {
    const machine = fakeMachine({ environment: { XDG_RUNTIME_DIR: "/nowhere" } });
    const socket = join(machine.root, "docker.sock");
    machine.put("docker.sock", "");
    const context: typeof machine.context = {
      ...machine.context,
      environment: { ...machine.context.environment, XDG_RUNTIME_DIR: machine.root },
      engine: (host) => (host === `unix://${socket}` ? aliveEngine() : silentEngine),
    };
    expect(await engine(context)).toMatchObject({ verdict: "refused", remedy: `export DOCKER_HOST=unix://${socket}` });
  });
});

describe("stopping the engine", () => {
  function withPidFile(processes: FakeOptions["processes"], content: string): FakeMachine {
    const machine = fakeMachine(processes === undefined ? {} : { processes });
    mkdirSync(join(machine.project, ".lab"));
    writeFileSync(join(machine.project, ".lab/dockerd.pid"), content);
    return machine;
  }
  const own = JSON.stringify({ pid: 4711, started: "12345" });

  it("ends exactly the one that set-up started", async () => {
    const ended: number[] = [];
    const machine = withPidFile(
      {
        startTime: () => (ended.length > 0 ? undefined : "12345"),
        commandLine: () => ["/usr/sbin/dockerd"],
        end: (pid) => void ended.push(pid),
      },
      own,
    );
    expect(await stopEngine(machine.context)).toEqual({
      stopped: true,
      sentence: "the engine that set-up started (pid 4711) has ended",
    });
    expect(ended).toEqual([4711]);
    expect(existsSync(join(machine.project, ".lab/dockerd.pid"))).toBe(false);
  });

  it.each<[string, FakeOptions["processes"]]>([
    ["started at another time", { startTime: () => "99999", commandLine: () => ["/usr/sbin/dockerd"] }],
    ["is another program", { startTime: () => "12345", commandLine: () => ["/usr/bin/postgres"] }],
    ["is gone", { startTime: () => undefined, commandLine: () => undefined }],
  ])("ends nothing when the process of that id %s", async (_, processes) => {
    const machine = withPidFile(processes, own);
    expect(await stopEngine(machine.context)).toEqual({
      stopped: false,
      sentence: "the engine that set-up started (pid 4711) is already gone; nothing was ended",
    });
    expect(machine.ran).toEqual([]);
  });

  it.each([["nothing"], ["1"], [JSON.stringify({ pid: -1, started: "1" })]])(
    "ends nothing by a file that says %s",
    async (content) => {
      const machine = withPidFile(undefined, content);
      expect(await stopEngine(machine.context)).toMatchObject({ stopped: false });
      expect(machine.ran).toEqual([]);
    },
  );

  it("says so when the engine does not end", async () => {
    const machine = withPidFile({ startTime: () => "12345", commandLine: () => ["dockerd"] }, own);
    expect((await stopEngine(machine.context)).sentence).toBe(
      "the engine (pid 4711) was asked to end and still runs after 60 s; see .lab/dockerd.log",
    );
  });
});
