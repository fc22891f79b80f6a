import { existsSync, readdirSync, symlinkSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { look, partLine, providerChoice, setUp, terraformProgram } from "../../lib/setup";
import type { EngineApi } from "../../lib/setup/context";
import { RECIPE_LABEL, recipeVersion } from "../../lib/setup/parts/image-recipe";
import { Unfit } from "../../lib/topology/refusal";
import { aliveEngine, fakeMachine, plain, removeFakes, type FakeMachine, type FakeOptions } from "./fake";

afterEach(removeFakes);

const TOOLS = ["docker", "curl", "ip", "ss", "netstat", "ifconfig", "nsenter", "iptables", "ps"];

/** A machine on which everything is there. */
function ready(options: FakeOptions = {}): FakeMachine {
  const image = { Id: "sha256:1", Config: { Labels: { [RECIPE_LABEL]: recipeVersion } } };
  const machine = fakeMachine({
    engine: { ...aliveEngine(), image: async () => image },
    script: (command) => (command.endsWith("terraform version") ? { stdout: "Terraform v1.11.4\n" } : undefined),
    ...options,
  });
  machine.install(...TOOLS, "terraform");
  return machine;
}

describe("setUp", () => {
  it("says of each part where it comes from, and gives what the program needs", async () => {
    const machine = ready();
    const report = await setUp(machine.context);
    expect(plain(machine, machine.printed.join("\n"))).toBe(
      [
        "set-up",
        "  ✓ project folder          /project (writable)",
        "  ✓ Docker engine           20.10.24 (unix:///var/run/docker.sock)",
        "  ✓ host tools              docker, curl, ip, ss, netstat, ifconfig, nsenter, iptables, ps",
        "  ✓ Terraform               1.11.4 (/usr/bin/terraform)",
        "  ✓ providers               embedded (the Terraform registry does not answer)",
        "  ✓ nginx image             docker-network-labs/nginx:local, built from Debian packages",
        "  ✓ toolbox image           docker-network-labs/toolbox:local, built from Debian packages",
      ].join("\n"),
    );
    expect(report).toMatchObject({
      ready: true,
      hostMode: { possible: true },
      terraform: { name: "terraform", version: "1.11.4" },
      providers: { kind: "embedded" },
      images: { server: "docker-network-labs/nginx:local", toolbox: "docker-network-labs/toolbox:local" },
    });
    expect(readdirSync(join(machine.project, ".lab"))).toEqual(["remembered.json"]);
  });

  it("does nothing the second time", async () => {
    const machine = ready();
    await setUp(machine.context);
    machine.ran.length = 0;
    expect((await setUp(machine.context)).ready).toBe(true);
    expect(machine.ran).toEqual([]);
  });

  it("goes on after a part that is refused, so that one run tells all", async () => {
    const machine = ready({ engine: {}, system: { userId: 1000 } });
    const report = await setUp(machine.context);
    expect(report.ready).toBe(false);
    expect(report.hostMode).toEqual({ possible: false, reason: "no Docker engine answers" });
    expect(report.parts.map(({ name, verdict }) => `${name}: ${verdict}`)).toEqual([
      "project folder: found",
      "Docker engine: refused",
      "host tools: found",
      "Terraform: found",
      "providers: found",
      "nginx image: refused",
      "toolbox image: refused",
    ]);
  });

  it("is ready without the toolbox, which no lab needs, and still says that it is refused", async () => {
    // No apt to build one with, and an official image for the servers.
    const official = {
      Id: "sha256:1",
      RepoDigests: ["nginx@sha256:6784fb0834aa7dbbe12e3d7471e69c290df3e6ba810dc38b34ae33d3c1c05f7d"],
    };
    const image: EngineApi["image"] = async (name) => (name.includes("toolbox") ? undefined : official);
    const report = await setUp(ready({ engine: { ...aliveEngine(), image } }).context);
    expect(report.parts.filter(({ verdict }) => verdict === "refused").map(({ name }) => name)).toEqual([
      "toolbox image",
    ]);
    expect(report.ready).toBe(true);
  });

  it("makes of a failed action that part's refusal", async () => {
    const machine = ready({
      script: (command) =>
        command.startsWith("apt-get") ? { exit: 100, stderr: "E: broken" } : { stdout: "Terraform v1.11.4" },
      engine: {},
    });
    machine.install("apt-get");
    const report = await setUp(machine.context);
    expect(report.parts[1]).toEqual({
      name: "Docker engine",
      verdict: "refused",
      detail: "apt-get update failed (exit 100)\nE: broken",
    });
  });

  it("ends at bad input", async () => {
    const machine = ready({ environment: { LAB_PROVIDERS: "none" } });
    await expect(setUp(machine.context)).rejects.toThrow('LAB_PROVIDERS: "none" is none of registry, mirror, embedded');
    expect(readdirSync(join(machine.project, ".lab"))).toEqual(["remembered.json"]);
  });

  it("brings nothing where nothing can be written", async () => {
    const machine = ready({
      engine: {},
      files: { assertWritable: () => Promise.reject(Object.assign(new Error("EROFS"), { code: "EROFS" })) },
    });
    machine.install("apt-get");
    const report = await setUp(machine.context);
    expect(report.parts[0]?.verdict).toBe("refused");
    expect(machine.ran.some((command) => command.startsWith("apt-get"))).toBe(false);
  });

  it("takes over from a set-up that was killed", async () => {
    const machine = ready();
    mkdirSync(join(machine.project, ".lab"));
    symlinkSync("4194999 1", join(machine.project, ".lab/set-up.lock"));
    expect((await setUp(machine.context)).ready).toBe(true);
  });
});

describe("look", () => {
  it("prints nothing and brings nothing, whatever is missing", async () => {
    const machine = fakeMachine();
    machine.install("apt-get");
    const report = await look(machine.context);
    expect(report.ready).toBe(false);
    expect(machine.printed).toEqual([]);
    expect(machine.ran.every((command) => command.startsWith("HTTP") || command.startsWith("apt-cache show"))).toBe(
      true,
    );
    expect(existsSync(join(machine.project, ".lab/dockerd.pid"))).toBe(false);
  });

  it("is what LAB_SETUP=check makes of set-up", async () => {
    const machine = fakeMachine({ mayBring: false });
    machine.install("apt-get");
    await setUp(machine.context);
    expect(machine.printed.filter((line) => line.includes("→"))).toEqual([]);
  });
});

describe("single answers", () => {
  it("are typed", async () => {
    const machine = ready();
    expect(await terraformProgram(machine.context)).toMatchObject({ name: "terraform", version: "1.11.4" });
    expect(await providerChoice(machine.context)).toMatchObject({ kind: "embedded" });
  });

  it("say what would bring what is missing", async () => {
    await expect(terraformProgram(fakeMachine().context)).rejects.toThrow(Unfit);
    await expect(terraformProgram(fakeMachine().context)).rejects.toThrow(
      "export TERRAFORM_BINARY_NAME=/path/to/terraform",
    );
  });
});

test("a refused part's line has the command below it", () => {
  expect(
    partLine({
      name: "host tools",
      verdict: "refused",
      detail: "curl not found on PATH",
      remedy: "apt-get install curl",
    }),
  ).toBe("  ✗ host tools              curl not found on PATH\n      apt-get install curl");
});
