import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { engineAt, machine, machineFiles, outputTo, runProgram } from "../../lib/setup/machine";
import { askEngine } from "../../lib/setup/engine-facts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lab-machine-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("running a program", () => {
  it("gives what it said, tells its lines as they come, and how it ended", async () => {
    const lines: string[] = [];
    const script =
      "console.log('a'); process.stdout.write('b\\rc\\n'); console.error(process.env.WORD); process.exit(7)";
    const result = await runProgram([process.execPath, "-e", script], process.env, {
      environment: { WORD: "hello" },
      onLine: (line) => void lines.push(line),
    });
    expect(result).toEqual({ exit: 7, stdout: "a\nb\rc\n", stderr: "hello\n" });
    expect(lines.sort()).toEqual(["a", "b", "c", "hello"]);
  });

  it("is below zero for a program that is not there, or that takes too long", async () => {
    expect(await runProgram(["/nonexistent/program"], {})).toMatchObject({ exit: -1 });
    expect(await runProgram(["sleep", "60"], process.env, { deadline: 50 })).toMatchObject({ exit: -1 });
  });
});

test("what is found where a user's PATH does not lead also runs, and is seen by a process of its own", async () => {
  const { run, processes } = machine({ project: folder, environment: { PATH: "/usr/bin:/bin" } });
  const path = "/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin\n";
  expect((await run(["sh", "-c", "echo $PATH"])).stdout).toBe(path);
  const log = join(folder, "log");
  await processes.launch(["sh", "-c", "echo $PATH"], log);
  for (let tries = 0; tries < 100 && readFileSync(log, "utf8") === ""; tries++) await pause(20);
  expect(readFileSync(log, "utf8")).toBe(path);
});

describe("files", () => {
  it("are replaced in one step, with their mode", async () => {
    const file = join(folder, "deep/er/file");
    await machineFiles.write(file, "one", 0o755);
    await machineFiles.write(file, "two", 0o600);
    expect(readFileSync(file, "utf8")).toBe("two");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await machineFiles.list(join(folder, "deep/er"))).toEqual(["file"]);
  });

  it("are undefined where absent", async () => {
    expect(await machineFiles.read(join(folder, "nothing"))).toBeUndefined();
    expect(await machineFiles.stamp(join(folder, "nothing"))).toBeUndefined();
    expect(await machineFiles.list(join(folder, "nothing"))).toEqual([]);
    expect(await machineFiles.executable(folder)).toBe(false);
  });
});

describe("a process of its own", () => {
  it("outlives the one that started it, writes to its log and is known by its start", async () => {
    const { processes, clock } = machine({ project: folder });
    const log = join(folder, "log");
    const pid = await processes.launch(["sh", "-c", "echo started; exec sleep 60"], log);
    try {
      const end = clock.now() + 5000;
      while (processes.commandLine(pid)?.[0] !== "sleep" && clock.now() < end) await clock.pause(20);
      expect(processes.commandLine(pid)).toEqual(["sleep", "60"]);
      expect(processes.startTime(pid)).toMatch(/^\d+$/);
      expect(readFileSync(log, "utf8")).toBe("started\n");
    } finally {
      processes.end(pid);
    }
    expect(machine({ project: folder }).processes.startTime(2 ** 22 + 1)).toBeUndefined();
  });
});

describe("an engine", () => {
  it("that accepts and says nothing does not answer within two seconds", async () => {
    const socket = join(folder, "docker.sock");
    const server = createServer().listen(socket);
    try {
      expect(await askEngine(machine({ project: folder }), `unix://${socket}`)).toEqual({
        reason: "it does not answer within 2 s",
        forbidden: false,
      });
    } finally {
      server.close();
    }
  });

  it("that never says whether it has an image is not waited for", async () => {
    const socket = join(folder, "docker.sock");
    const server = createServer().listen(socket);
    try {
      await expect(engineAt(`unix://${socket}`, 100).image("nginx:local")).rejects.toThrow(
        "the engine did not say within 0.1 s whether it has nginx:local",
      );
    } finally {
      server.close();
    }
  });

  it("that is not there says why", async () => {
    const context = machine({ project: folder });
    expect(await askEngine(context, `unix://${folder}/nothing.sock`)).toMatchObject({
      reason: "there is no such socket",
    });
    const dead = join(folder, "dead.sock");
    writeFileSync(dead, "");
    expect(await askEngine(context, `unix://${dead}`)).toMatchObject({ reason: "nothing listens there" });
  });
});

describe("the output", () => {
  function stream(terminal: boolean): { said: string[]; stream: NodeJS.WriteStream } {
    const said: string[] = [];
    const write = (text: string): boolean => said.push(text) > 0;
    return { said, stream: { isTTY: terminal, columns: 20, write } as unknown as NodeJS.WriteStream };
  }

  it("moves on a terminal and is gone before the next line", () => {
    const { said, stream: terminal } = stream(true);
    const output = outputTo(terminal);
    output.moving("unpacking a very long name");
    output.moving("more");
    output.line("done");
    expect(said).toEqual(["    unpacking a ver", "\r\x1b[K", "    more", "\r\x1b[K", "done\n"]);
  });

  it("is plain and rare elsewhere", () => {
    const { said, stream: file } = stream(false);
    const now = jest.spyOn(Date, "now").mockReturnValue(0);
    const output = outputTo(file);
    output.line("→ begin");
    output.moving("one");
    now.mockReturnValue(11_000);
    output.moving("two");
    output.moving("three");
    now.mockRestore();
    expect(said).toEqual(["→ begin\n", "    … two\n"]);
  });
});
