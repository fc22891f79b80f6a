import { spawn } from "child_process";
import { readdirSync } from "fs";
import { tmpdir } from "os";
import { resolve } from "path";
import { docker, run } from "./project";

const CHECKOUT = resolve(__dirname, "../..");
const bench = (...args: string[]): ReturnType<typeof run> =>
  run([process.execPath, "bench/run.js", ...args], CHECKOUT, { FORCE_COLOR: "0" });
const left = async (): Promise<string[]> => [
  ...(await docker("ps", "--all", "--format", "{{.Names}}")).split("\n").filter((name) => name.startsWith("labbench-")),
  ...readdirSync(tmpdir()).filter((name) => name.startsWith("lab-bench-")),
];

/** Only that it runs: what it measures on a machine that does other things too proves nothing. */
test("the benchmark runs, and leaves nothing behind", async () => {
  const { exit, said } = await bench("--quick", "--rounds", "1", "--only", "many");
  expect({ exit, said }).toMatchObject({ exit: 0, said: expect.stringMatching(/lab +up +\d+\.\d+/) as string });
  expect(await left()).toEqual([]);
}, 120_000);

test("what is there already is neither measured nor touched", async () => {
  const name = "labbench-by-hand-10.213.78.3";
  await docker("create", "--name", name, "docker-network-labs/nginx:local");
  try {
    const { exit, said } = await bench("--quick", "--only", "many");
    expect({ exit, said }).toMatchObject({
      exit: 3,
      said: expect.stringContaining(`${name} is there already`) as string,
    });
    expect(await left()).toEqual([name]);
  } finally {
    await docker("rm", name);
  }
}, 120_000);

test("interrupted, it leaves nothing behind", async () => {
  const child = spawn(process.execPath, ["bench/run.js", "--quick", "--only", "many"], {
    cwd: CHECKOUT,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.on("data", (text: Buffer) => {
    if (text.includes("round 1")) child.kill("SIGINT");
  });
  expect(await new Promise((settle) => child.on("close", settle))).toBe(130);
  expect(await left()).toEqual([]);
}, 120_000);
