import { release } from "os";
import { kernelAbilities } from "../../lib/engine/kernel";
import { describeWithEngines } from "./engine-image";
import { TestProject } from "./project";
import { settled, snapshot } from "./surroundings";

/* Lab macvlan comes up, plans nothing more, is broken and vanishes in mutants.test.ts. */

describeWithEngines("labs on the LAN of their hosts", () => {
  const project = new TestProject();
  afterAll(() => project.remove());

  test("ipvlan is proven where the kernel has it, and else refused with the reason before anything is created", async () => {
    const before = await snapshot();
    const up = await project.lab(["up", "ipvlan"]);
    if ((await kernelAbilities(release())).ipvlan === false) {
      expect(up.stderr).toContain("lab ipvlan cannot be here: the kernel lacks ipvlan");
      expect(up.exit).toBe(3);
    } else {
      expect(up.said).not.toContain("✗");
      expect(up.exit).toBe(0);
      expect((await project.lab(["down", "ipvlan"])).exit).toBe(0);
    }
    expect(await settled(before)).toEqual(before);
  });

  test("a mode that keeps nobody apart is refused", async () => {
    const up = await project.lab(["up", "macvlan", "--macvlan-mode", "bridge"]);
    expect(up.stderr).toContain('"bridge" keeps no containers apart; the modes that do are private and vepa: private');
    expect(up.exit).toBe(64);
  });
});
