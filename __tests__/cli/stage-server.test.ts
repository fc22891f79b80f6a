import { spawn } from "child_process";
import { once } from "events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "fs";
import { request } from "http";
import { connect } from "net";
import { tmpdir } from "os";
import { dirname, join, resolve } from "path";
import type { runStage } from "../../lib/cli/commands/stage";
import type { Session } from "../../lib/cli/session";
import { serveStages, type ServedStages } from "../../lib/cli/stage-server";
import { Unfit } from "../../lib/topology/refusal";

const session = { project: { folder: "/nowhere" } } as Session;
const STAGE = resolve(__dirname, "../../bin/stage");
const VARIABLE = "LAB_STAGE_SOCKET";

/** Serves while `work` runs, with `run` in the place of the real stages. */
async function serving<T>(
  run: typeof runStage,
  work: (served: ServedStages, socket: string) => Promise<T>,
): Promise<T> {
  const served = await serveStages(session, run);
  try {
    return await work(served, served.environment[VARIABLE] ?? "");
  } finally {
    await served.close();
  }
}

interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** As Terraform runs it. */
function stage(environment: Readonly<Record<string, string>>, name = "checks"): Promise<Ran> {
  const child = spawn("sh", [STAGE, name], {
    cwd: __dirname,
    env: { ...process.env, ...environment },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((settle) => child.on("close", (exit) => settle({ exit, stdout, stderr })));
}

test("a stage is done by who serves it: what it is, where it runs, what is said and the exit code", async () => {
  const asked: string[] = [];
  const run: typeof runStage = (heard, name, folder) => {
    asked.push(name, folder);
    heard.print("a result\nof two lines");
    heard.say("a remark");
    return Promise.resolve(2);
  };
  const ran = await serving(run, ({ environment }) => stage(environment));
  expect(ran).toEqual({ exit: 2, stdout: "a result\nof two lines\na remark\n", stderr: "" });
  expect(asked).toEqual(["checks", __dirname]);
});

test("what goes wrong is explained to who runs the stage, with its exit code", async () => {
  const unfit = await serving(
    () => Promise.reject(new Unfit("port 80 is taken")),
    ({ environment }) => stage(environment),
  );
  expect(unfit).toEqual({ exit: 3, stdout: "port 80 is taken\n", stderr: "" });
  const defect = await serving(
    () => Promise.reject(new TypeError("a defect")),
    ({ environment }) => stage(environment),
  );
  expect(defect).toMatchObject({ exit: 1, stdout: expect.stringContaining("TypeError: a defect") as string });
});

test("two stages at once", async () => {
  const run: typeof runStage = (_, name) => Promise.resolve(name === "checks" ? 1 : 0);
  const both = await serving(run, ({ environment }) =>
    Promise.all([stage(environment, "checks"), stage(environment, "preflight")]),
  );
  expect(both.map(({ exit }) => exit)).toEqual([1, 0]);
});

/** A stage that waits until it is told to end, and says so. */
function waiting(): { run: typeof runStage; begun: Promise<void>; ended: Promise<void> } {
  let [begin, end] = [(): void => undefined, (): void => undefined];
  const begun = new Promise<void>((settle) => (begin = settle));
  const ended = new Promise<void>((settle) => (end = settle));
  const run: typeof runStage = (_session, _name, _folder, signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => {
        end();
        reject(new Error(String(signal.reason)));
      });
      begin();
    });
  return { run, begun, ended };
}

test("a stage ends when who asked for it is killed, as Terraform does on Ctrl-C", async () => {
  const { run, begun, ended } = waiting();
  await serving(run, async (_, socket) => {
    const asking = request({ socketPath: socket, path: "/checks", method: "POST" }).on("error", () => undefined);
    asking.end(`folder=${__dirname}`);
    await begun;
    asking.destroy();
    await ended;
  });
});

test("when the command ends in the middle, nothing hangs: the stage counts as not done", async () => {
  const { run, begun, ended } = waiting();
  const served = await serveStages(session, run);
  const running = stage(served.environment);
  await begun;
  await served.close();
  await ended;
  expect(await running).toEqual({
    exit: 3,
    stdout: "",
    stderr: "the lab command that was to do stage checks has ended in the middle of it\n",
  });
});

test("a client that says nothing, or nonsense, holds nobody up", async () => {
  await serving(
    () => Promise.resolve(0),
    async (_, socket) => {
      connect(socket).on("error", () => undefined);
      const nonsense = connect(socket).on("error", () => undefined);
      nonsense.end("no JSON\n");
      nonsense.resume();
      await new Promise((settle) => nonsense.on("close", settle));
    },
  );
});

test("only this user can reach it, and nothing is left of it", async () => {
  const folder = await serving(
    () => Promise.resolve(0),
    (_, socket) => {
      expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
      return Promise.resolve(dirname(socket));
    },
  );
  expect(existsSync(folder)).toBe(false);
});

/** A socket that nobody listens at any more: whoever did was killed. */
async function abandonedSocket(folder: string): Promise<string> {
  const socket = join(folder, "stages");
  const listening = spawn(process.execPath, [
    "-e",
    "net.createServer().listen(process.argv[1], () => console.log())",
    socket,
  ]);
  await once(listening.stdout, "data");
  listening.kill("SIGKILL");
  await once(listening, "close");
  return socket;
}

test("where nobody serves, the stage is done by a program of its own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lab-stage-"));
  try {
    writeFileSync(join(folder, "node"), `#!/bin/sh\necho "node $*"\nexit 5\n`, { mode: 0o755 });
    const PATH = `${folder}:${process.env["PATH"] ?? ""}`;
    const own = { exit: 5, stdout: `node ${dirname(STAGE)}/lab.js stage checks\n`, stderr: "" };
    expect(await stage({ PATH, [VARIABLE]: "" })).toEqual(own);
    expect(await stage({ PATH, [VARIABLE]: join(folder, "no-socket") })).toEqual(own);
    expect(await stage({ PATH, [VARIABLE]: await abandonedSocket(folder) })).toEqual(own);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a person's settings of curl have no say", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lab-stage-"));
  try {
    writeFileSync(join(folder, ".curlrc"), "fail\noutput = /dev/null\n");
    const environment = { HOME: folder, http_proxy: "http://127.0.0.1:1", ALL_PROXY: "http://127.0.0.1:1" };
    const ran = await serving(
      () => Promise.resolve(4),
      (served) => stage({ ...served.environment, ...environment }),
    );
    expect(ran).toEqual({ exit: 4, stdout: "", stderr: "" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
