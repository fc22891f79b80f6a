import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { terraform } from "../../lib/setup/parts/terraform";
import { fakeMachine, plain, removeFakes, type FakeMachine, type FakeOptions } from "./fake";

afterEach(removeFakes);

const RELEASES = "https://releases.hashicorp.com";

/** Programs that say these versions. */
function machineWith(versions: Readonly<Record<string, string>>, options: FakeOptions = {}): FakeMachine {
  const machine = fakeMachine({
    script: (command) => {
      const program = Object.keys(versions).find((name) => command === `/usr/bin/${name} version`);
      return program === undefined ? undefined : { stdout: `${versions[program]}\non linux_amd64\n` };
    },
    ...options,
  });
  machine.install(...Object.keys(versions));
  return machine;
}

const outcomeOf = async (machine: FakeMachine): Promise<string> => {
  const outcome = await terraform(machine.context);
  const remedy = outcome.verdict === "refused" && outcome.remedy !== undefined ? ` | ${outcome.remedy}` : "";
  return `${outcome.verdict}: ${plain(machine, outcome.detail)}${remedy}`;
};

describe("Terraform", () => {
  it("is found on PATH; its version is asked once", async () => {
    const machine = machineWith({ terraform: "Terraform v1.11.4" });
    expect(await outcomeOf(machine)).toBe("found: 1.11.4 (/usr/bin/terraform)");
    expect(await outcomeOf(machine)).toBe("found: 1.11.4 (/usr/bin/terraform)");
    expect(machine.ran).toEqual(["/usr/bin/terraform version"]);
  });

  it("is asked again when the program changes", async () => {
    const machine = machineWith({ terraform: "Terraform v1.11.4" });
    await terraform(machine.context);
    machine.put("usr/bin/terraform", "#!/bin/sh\n# another\n", 0o755);
    await terraform(machine.context);
    expect(machine.ran).toHaveLength(2);
  });

  it("may be OpenTofu, whatever the file is called", async () => {
    expect(await outcomeOf(machineWith({ tofu: "OpenTofu v1.8.2" }))).toBe("found: OpenTofu 1.8.2 (/usr/bin/tofu)");
    const renamed = machineWith({ terraform: "OpenTofu v1.6.0" });
    expect(await terraform(renamed.context)).toMatchObject({ fact: { name: "tofu", version: "1.6.0" } });
  });

  it("passes over one that is too old", async () => {
    expect(await outcomeOf(machineWith({ terraform: "Terraform v1.3.9", tofu: "OpenTofu v1.6.0" }))).toBe(
      "found: OpenTofu 1.6.0 (/usr/bin/tofu)",
    );
  });

  it("is the one that TERRAFORM_BINARY_NAME names", async () => {
    const environment = (machine: FakeMachine): FakeMachine => ({
      ...machine,
      context: { ...machine.context, environment: { ...machine.context.environment, TERRAFORM_BINARY_NAME: "tofu" } },
    });
    const both = machineWith({ terraform: "Terraform v1.11.4", tofu: "OpenTofu v1.8.2" });
    expect(await outcomeOf(environment(both))).toBe("found: OpenTofu 1.8.2 (/usr/bin/tofu)");
    const one = machineWith({ terraform: "Terraform v1.11.4" });
    expect(await outcomeOf(environment(one))).toBe(
      "refused: TERRAFORM_BINARY_NAME=tofu: there is no such program on PATH | unset TERRAFORM_BINARY_NAME",
    );
    const old = machineWith({ tofu: "OpenTofu v1.5.0" });
    expect(await outcomeOf(environment(old))).toBe(
      "refused: TERRAFORM_BINARY_NAME=tofu: /usr/bin/tofu is OpenTofu 1.5.0; labs need Terraform 1.5 or newer, or OpenTofu 1.6 or newer | unset TERRAFORM_BINARY_NAME",
    );
  });

  it("is refused where there is none and the release site does not answer", async () => {
    const machine = machineWith({ terraform: "Terraform v1.3.9" });
    expect(await outcomeOf(machine)).toBe(
      "refused: /usr/bin/terraform is Terraform 1.3.9; labs need Terraform 1.5 or newer, or OpenTofu 1.6 or newer. None was downloaded: https://releases.hashicorp.com does not answer. Put a terraform program on PATH, or name one | export TERRAFORM_BINARY_NAME=/path/to/terraform",
    );
    machine.ran.length = 0;
    await terraform(machine.context);
    expect(machine.ran).toEqual([]);
  });

  it("is refused for a platform that none is pinned for", async () => {
    const machine = machineWith({}, { system: { architecture: "riscv64" } });
    expect(await outcomeOf(machine)).toBe(
      "refused: neither terraform nor tofu is on PATH; labs need Terraform 1.5 or newer, or OpenTofu 1.6 or newer, and set-up brings none for linux_riscv64 | https://developer.hashicorp.com/terraform/install",
    );
  });

  it("is not downloaded under LAB_SETUP=check", async () => {
    const machine = machineWith({}, { mayBring: false, statuses: { [RELEASES]: 200 } });
    expect(await outcomeOf(machine)).toBe(
      "refused: neither terraform nor tofu is on PATH; labs need Terraform 1.5 or newer, or OpenTofu 1.6 or newer | node bin/lab.js setup",
    );
    expect(machine.ran).toEqual([`HTTP ${RELEASES}`]);
  });

  it("throws away a download whose checksum is another", async () => {
    const machine = machineWith(
      {},
      { statuses: { [RELEASES]: 200 }, download: (to) => writeFileSync(to, "not a release") },
    );
    expect(await outcomeOf(machine)).toMatch(
      /^refused: https:\/\/releases\.hashicorp\.com\/terraform\/1\.11\.4\/terraform_1\.11\.4_linux_amd64\.zip is not what it should be: sha256 [0-9a-f]{64} instead of 1ce99425/,
    );
    expect(existsSync(join(machine.project, ".lab/bin/terraform"))).toBe(false);
    await expect(machine.context.files.list(join(machine.project, ".lab/bin"))).resolves.toEqual([]);
  });

  it("is found in .lab/bin once it was brought", async () => {
    const machine = fakeMachine({ script: () => ({ stdout: "Terraform v1.11.4\n" }) });
    const own = join(machine.project, ".lab/bin/terraform");
    mkdirSync(join(machine.project, ".lab/bin"), { recursive: true });
    writeFileSync(own, "", { mode: 0o755 });
    expect(statSync(own).isFile()).toBe(true);
    expect(await outcomeOf(machine)).toBe("found: 1.11.4 (/project/.lab/bin/terraform)");
  });
});
