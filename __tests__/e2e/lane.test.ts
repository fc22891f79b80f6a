import { spawn } from "child_process";
import { existsSync } from "fs";
import { join } from "path";
import { setTimeout } from "timers/promises";
import { type Lane, openLanes, whyNoLanes } from "../../bin/lane";
import { run } from "./project";
import { type Snapshot, settled, snapshot } from "./surroundings";

const LANES = join(__dirname, "../../bin/lane.js");
const describeWithLanes = whyNoLanes() === undefined ? describe : describe.skip;
if (whyNoLanes() !== undefined) process.stderr.write(`lanes are skipped: ${whyNoLanes() ?? ""}\n`);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(100);
}

describeWithLanes("a lane for tests", () => {
  let before: Snapshot;
  let lane: Lane | undefined;
  beforeAll(async () => {
    before = await snapshot();
    [lane] = await openLanes(1);
  });
  afterAll(() => lane?.close());

  const inside = async (...argv: string[]): Promise<string> => {
    const { exit, stdout, said } = await run(lane?.inside(argv) ?? ["false"], "/");
    expect({ exit, said }).toMatchObject({ exit: 0 });
    return stdout.trim();
  };

  test("has an engine of its own, with the labs' images", async () => {
    expect(await inside("docker", "images", "--quiet", "docker-network-labs/nginx")).not.toBe("");
    await inside("docker", "network", "create", "labtest-lane");
    expect(await inside("docker", "network", "ls", "--format", "{{.Name}}")).toContain("labtest-lane");
  });

  test("is seen by nobody outside: no network, interface, listener, or rule", async () => {
    expect(await settled(before)).toEqual(before);
  });

  test("has no way out", async () => {
    expect(await inside("ip", "route", "show", "default")).toBe("");
  });

  test("tells how its commands end", async () => {
    const [program = "", ...args] = lane?.inside(["sh", "-c", "exit 7"]) ?? [];
    expect((await run([program, ...args], "/")).exit).toBe(7);
  });

  test("ends when whoever opened it is killed, and leaves nothing", async () => {
    const script = `require(${JSON.stringify(LANES)}).openLanes(1).then(([lane]) => console.log(lane.folder))`;
    const opener = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const folder = await new Promise<string>((settle) => {
      opener.stdout.once("data", (line: Buffer) => {
        settle(line.toString().trim());
      });
    });
    expect(existsSync(folder)).toBe(true);
    opener.kill("SIGKILL");
    await until(() => !existsSync(folder));
    expect(await settled(before)).toEqual(before);
  });

  test("is gone with its folder when it is closed", async () => {
    await lane?.close();
    expect(existsSync(lane?.folder ?? "/")).toBe(false);
    expect(await settled(before)).toEqual(before);
  });
});
