import { spawnSync } from "child_process";
import { join } from "path";

/** What it boots takes minutes, root and a package: docs/capable-kernel.md says what came of it. */
const asked = (...options: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync("bash", [join(__dirname, "../scripts/capable-kernel.sh"), ...options], { encoding: "utf8" });

test("npm run capable-kernel says what it is for", () => {
  const { status, stdout } = asked("--help");
  expect(status).toBe(0);
  for (const one of ["ipvlan", "vlan", "overlay-services", "overlay-encrypted"]) expect(stdout).toContain(one);
});

test("an option that it does not have boots nothing", () => {
  expect(asked("--boot")).toMatchObject({ status: 64, stdout: "", stderr: expect.stringContaining("usage: ") });
});
