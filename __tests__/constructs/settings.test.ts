import { App } from "cdktf";
import { existsSync } from "fs";
import { join, resolve } from "path";
import { packageFolder, setSettings, type Settings, settingsFrom, settingsOf } from "../../lib/constructs/settings";
import { instanceOf } from "../../lib/topology/identity";

test("a checkout has settings of its own", () => {
  expect(settingsFrom({}, "/home/ada/labs")).toMatchObject({
    instance: instanceOf("/home/ada/labs"),
    prefix: "lab",
    image: "docker-network-labs/nginx:local",
  });
  expect(settingsFrom({}, "/home/ada/labs")).not.toHaveProperty("dns");
});

test("variables come before them, empty ones do not", () => {
  const environment = {
    LAB_INSTANCE: "ci",
    LAB_PREFIX: "ci",
    LAB_IMAGE: "nginx:1.27",
    LAB_DNS: "192.0.2.53",
    LAB_REMOTE_RANGE: "203.0.113.0/24",
  };
  expect(settingsFrom(environment, "/home/ada/labs")).toMatchObject({
    instance: "ci",
    prefix: "ci",
    image: "nginx:1.27",
    dns: "192.0.2.53",
    remoteRange: "203.0.113.0/24",
  });
  expect(settingsFrom({ LAB_PREFIX: "", LAB_IMAGE: "", LAB_DNS: "", LAB_REMOTE_RANGE: "" }, "/home/ada/labs")).toEqual(
    settingsFrom({}, "/home/ada/labs"),
  );
});

test("the program is found from a stack's folder", () => {
  const project = packageFolder(__dirname);
  const { program } = settingsFrom({}, project);
  expect(program).toBe("../../../bin/stage");
  expect(existsSync(resolve(join(project, "cdktf.out/stacks/host"), program))).toBe(true);
});

test("an app's settings hold for everything in it, else this process's", () => {
  const settings: Settings = { instance: "i1", prefix: "p", image: "nginx", version: "1.2.3", program: "x" };
  const [given, bare] = [new App(), new App()];
  setSettings(given, settings);
  expect(settingsOf(given)).toEqual(settings);
  expect(settingsOf(bare)).toEqual(settingsFrom(process.env, process.cwd()));
});
