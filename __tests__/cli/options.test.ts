import { Command } from "commander";
import fc from "fast-check";
import { flagOf, option, variableOf, withExamples } from "../../lib/cli/options";
import { LABS } from "../../lib/labs/catalogue";

test.each([
  ["--http-port <port>", "LAB_HTTP_PORT"],
  ["--json", "LAB_JSON"],
  ["-v, --verbose", "LAB_VERBOSE"],
  ["--no-wait", "LAB_NO_WAIT"],
  ["--ipv6 <subnet>", "LAB_IPV6"],
])("%s is %s", (flag, variable) => {
  expect(variableOf(flag)).toBe(variable);
});

test("the rule goes both ways", () => {
  const flag = fc.stringMatching(/^--[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,3}$/);
  fc.assert(fc.property(flag, (one) => flagOf(variableOf(one)) === one));
});

test("every option of a lab follows the rule", () => {
  for (const { variable } of LABS.flatMap((lab) => lab.options)) {
    expect(variableOf(flagOf(variable))).toBe(variable);
  }
});

describe("an option", () => {
  const parsed = (args: string[], environment: Record<string, string> = {}): Record<string, unknown> => {
    const replaced = jest.replaceProperty(process, "env", environment);
    try {
      return new Command()
        .addOption(option("--http-port <port>", "a port").default("80"))
        .addOption(option("--no-wait", "do not wait"))
        .parse(args, { from: "user" })
        .opts();
    } finally {
      replaced.restore();
    }
  };

  test("comes from the flag, else from the variable, else it is the default", () => {
    expect(parsed([])).toEqual({ httpPort: "80", wait: true });
    expect(parsed([], { LAB_HTTP_PORT: "8081" })).toMatchObject({ httpPort: "8081" });
    expect(parsed(["--http-port", "8082"], { LAB_HTTP_PORT: "8081" })).toMatchObject({ httpPort: "8082" });
  });

  test("that takes something away has a variable too", () => {
    expect(parsed([], { LAB_NO_WAIT: "1" })).toMatchObject({ wait: false });
  });

  test("names its variable in the help", () => {
    const help = new Command().addOption(option("--http-port <port>", "a port")).helpInformation();
    expect(help).toContain("(env: LAB_HTTP_PORT)");
  });
});

test("examples stand below the help, one under the other", () => {
  let written = "";
  const command = new Command("up").configureOutput({ writeOut: (text) => (written += text) });
  withExamples(command, [
    ["npx lab up host", "one"],
    ["npx lab up", "all"],
  ]).outputHelp();
  expect(written).toMatch(/\nExamples:\n {2}\$ npx lab up host {3}one\n {2}\$ npx lab up {8}all\n$/);
});
