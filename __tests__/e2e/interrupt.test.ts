import { spawn } from "child_process";
import { APART, TestProject } from "./project";
import { settled, snapshot } from "./surroundings";

/** Starts `lab up`, and interrupts it as soon as it has said `words`. */
function interrupted(project: TestProject, words: string): Promise<{ exit: number | null; said: string }> {
  const environment = { ...process.env, ...APART };
  const child = spawn(process.execPath, ["bin/lab.js", "up", "bridge"], { cwd: project.folder, env: environment });
  let said = "";
  let sent = false;
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
    if (sent || !said.includes(words)) return;
    sent = true;
    child.kill("SIGINT");
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return new Promise((resolve) => child.on("close", (exit) => resolve({ exit, said })));
}

test("Ctrl-C in the middle of a deploy: Terraform ends in order, the exit code says so, and the way back is open", async () => {
  const project = new TestProject();
  const before = await snapshot();
  try {
    const { exit, said } = await interrupted(project, "docker_network.lan");
    expect(said).not.toContain("checks:");
    expect(exit).toBe(130);
    expect((await project.lab(["up", "bridge"])).exit).toBe(0);
    expect((await project.lab(["down", "bridge"])).exit).toBe(0);
    expect(await settled(before)).toEqual(before);
  } finally {
    await project.remove();
  }
});
