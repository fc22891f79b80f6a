import type { Command } from "commander";
import { variableOf } from "../../lib/cli/options";
import { createProgram } from "../../lib/cli/program";
import type { Session } from "../../lib/cli/session";
import { LABS } from "../../lib/labs/catalogue";

const nobody = {} as Session;
const commands = (): Command[] => [...createProgram(nobody).commands];

test("there is a page for every verb", () => {
  const names = commands().map((command) => command.name());
  expect(names).toEqual(
    "up down check step reset status list checks explain commands claims matrix picture setup doctor mirror stage".split(
      " ",
    ),
  );
});

test("every option is an environment variable too, by one rule", () => {
  const options = commands().flatMap((command) => [...command.options]);
  expect(options.length).toBeGreaterThan(10);
  for (const { long, envVar } of options) expect([long, envVar]).toEqual([long, variableOf(long ?? "")]);
});

test("every verb that people type shows examples", () => {
  for (const command of commands().filter((one) => one.name() !== "stage")) {
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) });
    command.outputHelp();
    expect(help).toContain(`Examples:`);
    expect(help).toMatch(new RegExp(`lab ${command.name()}`));
  }
});

test("lab up takes the options of all labs", () => {
  const up = commands().find((command) => command.name() === "up");
  const variables = up?.options.map(({ envVar }) => envVar);
  expect(variables).toEqual(
    expect.arrayContaining(LABS.flatMap(({ options }) => options.map(({ variable }) => variable))),
  );
});
