import { Project } from "../../lib/terraform/project";

test("labs on an engine are a project of their own, which goes with it; what is the checkout's is shared", () => {
  const project = new Project("/checkout");
  const there = project.onEngines("nested");
  expect(there.folder.startsWith(project.engines("nested"))).toBe(true);
  expect(there.state("host")).not.toBe(project.state("host"));
  expect(there.records("host")).not.toBe(project.records("host"));
  expect([there.bundle, there.build, there.providers]).toEqual([project.bundle, project.build, project.providers]);
});
