import { LABS } from "../../lib/labs/catalogue";
import { synthesized } from "./synthesized";

describe.each(LABS.map(({ id }) => id))("the stack of lab %s", (id) => {
  test("is as it was", () => {
    expect(synthesized(id)).toMatchSnapshot();
  });

  test("holds no template that Terraform would read, but for references to its own resources", () => {
    const references =
      /^\$\{(?:(?:docker_(?:image|container|network|volume)|null_resource)\.[\w-]+(?:\.\w+)?|abspath\(\\"[\w./-]+\\"\))\}$/;
    const text = JSON.stringify(synthesized(id));
    const templates = text.match(/(?<!\$)\$\{[^}]*\}|(?<!%)%\{/g) ?? [];
    expect(templates.filter((template) => !references.test(template))).toEqual([]);
    expect(templates.length).toBeGreaterThan(0);
  });

  test("is the same in every folder", () => {
    const folder = process.cwd();
    const here = synthesized(id);
    process.chdir("/");
    try {
      expect(synthesized(id)).toEqual(here);
    } finally {
      process.chdir(folder);
    }
  });

  test("runs every stage without a shell", () => {
    const { resource } = synthesized(id) as { resource: { null_resource: Record<string, { provisioner: unknown[] }> } };
    for (const [name, { provisioner }] of Object.entries(resource.null_resource)) {
      const [own, ...more] = provisioner;
      const stage = (command: string): unknown => ({
        "local-exec": expect.objectContaining({
          interpreter: ["sh", "../../../bin/stage"],
          command,
        }),
      });
      expect(own).toEqual(stage(name));
      expect(more).toEqual([]);
    }
  });
});
