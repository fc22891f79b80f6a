import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "fs";
import { join } from "path";
import { z } from "zod";
import { readIfThere, readOwn, writeWhole } from "../../lib/terraform/files";
import { temporaryFolders } from "./temporary";

const newFolder = temporaryFolders();

test("a file is written with its folders, replaced whole, and nothing is left beside it", async () => {
  const folder = newFolder();
  const file = join(folder, "a/b/c.json");
  await writeWhole(file, "first, and long");
  await writeWhole(file, "second");
  expect(readFileSync(file, "utf8")).toBe("second");
  expect(readdirSync(join(folder, "a/b"))).toEqual(["c.json"]);
});

test("a file that cannot be written leaves the old one as it was", async () => {
  const file = join(newFolder(), "taken");
  mkdirSync(join(file, "inside"), { recursive: true });
  await expect(writeWhole(file, "text")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(file)).toEqual(["inside"]);
});

test("what is not there is nothing; what cannot be read is a problem", async () => {
  const folder = newFolder();
  expect(await readIfThere(join(folder, "none"))).toBeUndefined();
  expect(await readIfThere(join(folder, "none/deeper"))).toBeUndefined();
  await expect(readIfThere(folder)).rejects.toMatchObject({ code: "EISDIR" });
});

test("what the program wrote itself is read back, or given up", async () => {
  const file = join(newFolder(), "own.json");
  const schema = z.array(z.string());
  expect(await readOwn(file, schema)).toBeUndefined();
  for (const [text, expected] of [
    ['["lo","eth0"]', ["lo", "eth0"]],
    ['["lo",1]', undefined],
    ['["lo"', undefined],
    ["", undefined],
  ] as const) {
    writeFileSync(file, text);
    expect(await readOwn(file, schema)).toEqual(expected);
  }
});
