import { networkInterfaces } from "os";
import { interfaceNames } from "../../lib/checks/world";

test("the host's interfaces are named, those without an address among them", async () => {
  const names = await interfaceNames();
  expect(names).toContain("lo");
  expect(names).toEqual(expect.arrayContaining(Object.keys(networkInterfaces())));
  expect(names.filter((name) => !/^[^\s:/]{1,15}$/.test(name))).toEqual([]);
});
