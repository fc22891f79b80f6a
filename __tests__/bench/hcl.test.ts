import { hostLabAsHcl, oneContainerAsHcl, type PlainLab } from "../../bench/hcl";

const lab: PlainLab = {
  name: "web",
  image: "nginx:local",
  port: 18580,
  label: { name: "a.label", value: "1a" },
  site: 'return 200 "${x}\\n";\n',
};

test("what nginx reads of its configuration is no template of Terraform", () => {
  const text = oneContainerAsHcl(lab);
  expect(text).toContain('content = "return 200 \\"$${x}\\\\n\\";\\n"');
  expect(text).toContain("http://127.0.0.1:18580/; do :; done");
});

test("the small one has one container, the whole one two, a wire and the lab's fifteen checks", () => {
  const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
  const [small, whole] = [oneContainerAsHcl(lab), hostLabAsHcl(lab)];
  expect(count(small, /resource "docker_container"/g)).toBe(1);
  expect(count(whole, /resource "docker_container"/g)).toBe(2);
  expect(whole).toContain("ip link add labbench-wire type veth peer name eth0 netns $pid");
  expect(whole).toContain('command = "ip link delete labbench-wire"');
  expect(count(whole, / {4}\w+ = <<-EOT\n/g)).toBe(1 + 15);
});
