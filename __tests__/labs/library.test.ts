import { name } from "cdktf/package.json";

declare const CDKTF: string;

test("the labs are synthesized with the library that this jest project names", () => {
  expect(name).toBe(CDKTF);
});
