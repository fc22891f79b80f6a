import { execute } from "../../lib/engine/execute";

test("ends a program that takes too long, also where a part of a millisecond is left", async () => {
  expect(await execute(["sleep", "60"], 20.5)).toMatchObject({ exit: -1, missing: "sleep did not end within 0.021 s" });
});
