import { existsSync } from "node:fs";
import { join } from "node:path";
import { explainFolder, projectFolder } from "../../lib/setup/parts/project-folder";
import { fakeMachine, plain, removeFakes } from "./fake";

afterEach(removeFakes);

const failing = (code: string) => async (): Promise<never> => {
  throw Object.assign(new Error(code), { code });
};

describe("the project folder", () => {
  it("is found when it takes files, and .lab/ is made in it", async () => {
    const machine = fakeMachine();
    expect(await projectFolder(machine.context)).toMatchObject({ verdict: "found" });
    expect(existsSync(join(machine.project, ".lab"))).toBe(true);
  });

  it("is only looked at under LAB_SETUP=check", async () => {
    const machine = fakeMachine({ mayBring: false });
    expect(await projectFolder(machine.context)).toMatchObject({ verdict: "found" });
    expect(existsSync(join(machine.project, ".lab"))).toBe(false);
  });

  it.each([
    [
      "EROFS",
      "/project cannot be written: its file system is read-only (EROFS)",
      'git clone /project "$HOME/docker-network-labs"',
    ],
    ["EACCES", "/project cannot be written: this user may not write there (EACCES)", "sudo chown -R ada /project"],
    ["ENOSPC", "/project cannot be written: no space is left on its device (ENOSPC)", "df -h /project"],
  ])("is refused with the reason: %s", async (code, detail, remedy) => {
    const machine = fakeMachine({ files: { assertWritable: failing(code) } });
    const outcome = await projectFolder(machine.context);
    expect(outcome.verdict).toBe("refused");
    expect(plain(machine, outcome.detail)).toBe(detail);
    expect(plain(machine, "remedy" in outcome ? outcome.remedy : "")).toBe(remedy);
  });

  it("is read-only where Node says of a new folder that its parent is missing", () => {
    const missing = (syscall: string): Error => Object.assign(new Error("ENOENT"), { code: "ENOENT", syscall });
    expect(explainFolder("/project", missing("mkdir"))).toBe(
      "/project cannot be written: its file system is read-only (EROFS)",
    );
    expect(explainFolder("/project", missing("open"))).toBeUndefined();
  });

  it("is refused when hardly any space is left", async () => {
    const machine = fakeMachine({ files: { freeBytes: async () => 3 * 1024 * 1024 } });
    const outcome = await projectFolder(machine.context);
    expect(plain(machine, outcome.detail)).toBe("/project has 3 MB left on its device; labs need 20 MB");
  });

  it("does not explain what it does not understand", async () => {
    const machine = fakeMachine({ files: { assertWritable: failing("EIO") } });
    await expect(projectFolder(machine.context)).rejects.toThrow("EIO");
  });
});
