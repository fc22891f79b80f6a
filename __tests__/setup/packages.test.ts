import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { install } from "../../lib/setup/packages";
import { fakeMachine, removeFakes, type FakeMachine } from "./fake";

afterEach(removeFakes);

const policy = (machine: FakeMachine): string => join(machine.root, "usr/sbin/policy-rc.d");

describe("installing packages", () => {
  it("forbids services for the time of the installation where systemd does not run", async () => {
    let during = "";
    const machine: FakeMachine = fakeMachine({
      script: (command) => {
        if (command.startsWith("apt-get install")) during = readFileSync(policy(machine), "utf8");
        return {};
      },
    });
    await install(machine.context, ["docker.io"]);
    expect(during).toContain("exit 101");
    expect(existsSync(policy(machine))).toBe(false);
  });

  it("leaves a policy that is there as it is", async () => {
    const machine = fakeMachine({ script: () => ({}) });
    machine.put("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n", 0o755);
    await install(machine.context, ["docker.io"]);
    expect(readFileSync(policy(machine), "utf8")).toBe("#!/bin/sh\nexit 0\n");
  });

  it("writes none where systemd runs", async () => {
    const machine: FakeMachine = fakeMachine({
      script: () => (existsSync(policy(machine)) ? undefined : {}),
    });
    machine.put("run/systemd/system/.keep", "");
    await install(machine.context, ["docker.io"]);
  });

  it("updates lists that are absent, and takes the policy away when apt fails", async () => {
    const machine: FakeMachine = fakeMachine({
      script: (command) =>
        command === "apt-get update" ? {} : { exit: 100, stderr: "E: Unable to locate package nosuch" },
    });
    await expect(install(machine.context, ["nosuch"])).rejects.toThrow(
      "nosuch failed (exit 100)\nE: Unable to locate package nosuch",
    );
    expect(machine.ran[0]).toBe("apt-get update");
    expect(existsSync(policy(machine))).toBe(false);
  });

  it("does not update lists of today, unless they turn out to be too old", async () => {
    let tries = 0;
    const machine = fakeMachine({
      script: (command) => (command.startsWith("apt-get install") && ++tries === 1 ? { exit: 100, stderr: "404" } : {}),
    });
    machine.put("var/lib/apt/lists/archive.example_main_binary-amd64_Packages", "");
    await install(machine.context, ["curl"]);
    expect(machine.ran.map((command) => command.split(" ", 2).join(" "))).toEqual([
      "apt-get install",
      "apt-get update",
      "apt-get install",
    ]);
  });
});
