import { hostLabAsHcl } from "../../bench/hcl";

test("what nginx reads of its configuration is no template of Terraform", () => {
  const label = { name: "a.label", value: "1" };
  const text = hostLabAsHcl({ name: "web", image: "nginx:local", port: 18580, label, site: 'return 200 "${x}\\n";\n' });
  expect(text).toContain('content = "return 200 \\"$${x}\\\\n\\";\\n"');
  expect(text).toContain("http://127.0.0.1:18580/; do :; done");
});
