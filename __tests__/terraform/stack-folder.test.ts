import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "fs";
import { join } from "path";
import { prepareStackFolder } from "../../lib/terraform/stack-folder";
import { temporaryFolders } from "./temporary";

const newFolder = temporaryFolders();
const LOCK = 'provider "registry.terraform.io/kreuzwerker/docker" {\n  version = "3.6.2"\n}\n';
const FOREIGN = '# This file is maintained automatically by "terraform init".\n';

/** A stack's folder, and two folders with providers in them. */
function folders() {
  const root = newFolder();
  const [stack, one, two] = [join(root, "stack"), join(root, "one"), join(root, "two")];
  for (const folder of [stack, one, two]) mkdirSync(folder);
  for (const mirror of [one, two]) writeFileSync(join(mirror, "provider"), mirror);
  const link = join(stack, "terraform.d/plugins");
  const lock = join(stack, ".terraform.lock.hcl");
  const remembered = join(stack, ".terraform/providers");
  const init = (): void => {
    mkdirSync(join(remembered, "registry.terraform.io"), { recursive: true });
  };
  return { stack, one, two, link, lock, remembered, init };
}
const lockOf = (file: string): string => readFileSync(file, "utf8");

test("a mirror is linked, and locked to what it holds", async () => {
  const { stack, one, link, lock } = folders();
  await prepareStackFolder(stack, one, LOCK);
  expect(readlinkSync(link)).toBe(one);
  expect(readFileSync(join(link, "provider"), "utf8")).toBe(one);
  expect(lockOf(lock)).toBe(`# Written by docker-network-labs for the providers of a local mirror.\n${LOCK}`);
});

test("a second time changes nothing, and keeps what init remembers", async () => {
  const { stack, one, lock, remembered, init } = folders();
  await prepareStackFolder(stack, one, LOCK);
  init();
  const before = statSync(lock).ino;
  await prepareStackFolder(stack, one, LOCK);
  expect(statSync(lock).ino).toBe(before);
  expect(existsSync(remembered)).toBe(true);
});

test("another mirror replaces the link; the first one keeps its files", async () => {
  const { stack, one, two, link } = folders();
  await prepareStackFolder(stack, one, LOCK);
  await prepareStackFolder(stack, two, LOCK);
  expect(readlinkSync(link)).toBe(two);
  expect(readdirSync(one)).toEqual(["provider"]);
});

test("another content of the mirror makes init forget", async () => {
  const { stack, one, lock, remembered, init } = folders();
  await prepareStackFolder(stack, one, LOCK);
  init();
  await prepareStackFolder(stack, one, LOCK.replace("3.6.2", "3.6.3"));
  expect(lockOf(lock)).toContain("3.6.3");
  expect(existsSync(remembered)).toBe(false);
});

test("with the registry again, link and lock go, and the mirror stays", async () => {
  const { stack, one, link, lock } = folders();
  await prepareStackFolder(stack, one, LOCK);
  await prepareStackFolder(stack, undefined, "");
  expect(existsSync(lock)).toBe(false);
  expect(() => lstatSync(link)).toThrow(/ENOENT/);
  expect(readdirSync(one)).toEqual(["provider"]);
});

test("a link to a mirror that is gone is removed too", async () => {
  const { stack, one, link } = folders();
  await prepareStackFolder(stack, join(one, "gone"), LOCK);
  expect(existsSync(link)).toBe(false);
  await prepareStackFolder(stack, undefined, "");
  expect(() => lstatSync(link)).toThrow(/ENOENT/);
});

describe("what is not ours", () => {
  test("a lock of the registry's stays with the registry", async () => {
    const { stack, lock } = folders();
    writeFileSync(lock, FOREIGN + LOCK);
    await prepareStackFolder(stack, undefined, "");
    expect(lockOf(lock)).toBe(FOREIGN + LOCK);
  });

  test("a folder of plugins stays with the registry", async () => {
    const { stack, link } = folders();
    mkdirSync(join(link, "mine"), { recursive: true });
    await prepareStackFolder(stack, undefined, "");
    expect(readdirSync(link)).toEqual(["mine"]);
  });

  test("a lock that does not fit the mirror gives way, since init would fail with it", async () => {
    const { stack, one, lock } = folders();
    writeFileSync(lock, FOREIGN + LOCK);
    await prepareStackFolder(stack, one, LOCK);
    expect(lockOf(lock)).toMatch(/^# Written by docker-network-labs/);
  });
});

test("where there is nothing to do, nothing is made", async () => {
  const { stack } = folders();
  await prepareStackFolder(stack, undefined, "");
  expect(readdirSync(stack)).toEqual([]);
});
