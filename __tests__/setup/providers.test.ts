import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { providers } from "../../lib/setup/parts/providers";
import { fakeMachine, plain, removeFakes, type FakeMachine, type FakeOptions } from "./fake";

afterEach(removeFakes);

const TERRAFORM_REGISTRY = "https://registry.terraform.io/.well-known/terraform.json";
const TOFU_REGISTRY = "https://registry.opentofu.org/.well-known/terraform.json";
const reachable: FakeOptions = { statuses: { [TERRAFORM_REGISTRY]: 200, [TOFU_REGISTRY]: 200 } };

function fill(machine: FakeMachine, ...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(machine.project, "mirror", file)), { recursive: true });
    writeFileSync(join(machine.project, "mirror", file), "");
  }
}
const UNPACKED = "registry.terraform.io/kreuzwerker/docker/3.6.2/linux_amd64/terraform-provider-docker_v3.6.2";
const PACKED = "registry.terraform.io/hashicorp/null/terraform-provider-null_3.2.4_linux_amd64.zip";

describe("the providers", () => {
  it("come from the registry when it answers, which is asked once a day", async () => {
    const machine = fakeMachine(reachable);
    for (let time = 0; time < 2; time++) {
      expect(await providers(machine.context, "terraform")).toMatchObject({
        verdict: "found",
        fact: { kind: "registry", sentence: "registry (registry.terraform.io)" },
      });
    }
    expect(machine.ran).toEqual([`HTTP ${TERRAFORM_REGISTRY}`]);
    machine.passTime(25 * 60 * 60 * 1000);
    await providers(machine.context, "terraform");
    expect(machine.ran).toHaveLength(2);
  });

  it("come from OpenTofu's own registry with OpenTofu", async () => {
    const machine = fakeMachine(reachable);
    expect(await providers(machine.context, "tofu")).toMatchObject({ detail: "registry (registry.opentofu.org)" });
    expect(machine.ran).toEqual([`HTTP ${TOFU_REGISTRY}`]);
  });

  it("are the embedded one when no registry answers, and that is remembered too", async () => {
    const machine = fakeMachine();
    expect(await providers(machine.context, "terraform")).toMatchObject({
      detail: "embedded (the Terraform registry does not answer)",
      fact: { kind: "embedded" },
    });
    expect(await providers(machine.context, "tofu")).toMatchObject({
      detail: "embedded (the OpenTofu registry does not answer)",
    });
    machine.ran.length = 0;
    await providers(machine.context, "terraform");
    expect(machine.ran).toEqual([]);
  });

  it("come from a mirror when no registry answers and one is named", async () => {
    const machine = fakeMachine({ environment: { LAB_PROVIDER_MIRROR: "mirror" } });
    fill(machine, UNPACKED, PACKED);
    const outcome = await providers(machine.context, "terraform");
    expect(outcome).toMatchObject({ fact: { kind: "mirror", folder: join(machine.project, "mirror") } });
    expect(plain(machine, outcome.detail)).toBe("mirror /project/mirror (the Terraform registry does not answer)");
  });

  it("are refused when the mirror lacks one", async () => {
    const machine = fakeMachine({ environment: { LAB_PROVIDER_MIRROR: "mirror" } });
    fill(machine, UNPACKED);
    const outcome = await providers(machine.context, "terraform");
    expect(plain(machine, outcome.detail)).toBe(
      "LAB_PROVIDER_MIRROR=/project/mirror lacks hashicorp/null 3.2.4 for linux_amd64 (below registry.terraform.io/)",
    );
    expect(plain(machine, outcome.verdict === "refused" ? outcome.remedy : "")).toBe(
      "terraform providers mirror -platform=linux_amd64 /project/mirror",
    );
    expect((await providers(machine.context, "tofu")).detail).toContain(
      "lacks kreuzwerker/docker 3.6.2 and hashicorp/null 3.2.4 for linux_amd64 (below registry.opentofu.org/)",
    );
  });

  it("are forced by LAB_PROVIDERS", async () => {
    const embedded = fakeMachine({ ...reachable, environment: { LAB_PROVIDERS: "embedded" } });
    expect(await providers(embedded.context, "terraform")).toMatchObject({
      detail: "embedded (forced by LAB_PROVIDERS)",
    });
    expect(embedded.ran).toEqual([]);
    const mirror = fakeMachine({
      ...reachable,
      environment: { LAB_PROVIDERS: "mirror", LAB_PROVIDER_MIRROR: "mirror" },
    });
    fill(mirror, UNPACKED, PACKED);
    expect(await providers(mirror.context, "terraform")).toMatchObject({ fact: { kind: "mirror" } });
    const registry = fakeMachine({ environment: { LAB_PROVIDERS: "registry" } });
    expect(await providers(registry.context, "terraform")).toEqual({
      verdict: "refused",
      detail: "LAB_PROVIDERS=registry, but the Terraform registry does not answer within 2 s",
      remedy: "unset LAB_PROVIDERS",
    });
  });

  it.each([
    [
      { LAB_PROVIDERS: "embeded" },
      'LAB_PROVIDERS: "embeded" is none of registry, mirror, embedded; the nearest is: embedded',
    ],
    [
      { LAB_PROVIDERS: "regsitry" },
      'LAB_PROVIDERS: "regsitry" is none of registry, mirror, embedded; the nearest is: registry',
    ],
    [
      { LAB_PROVIDERS: "mirror" },
      'LAB_PROVIDERS: "mirror" needs LAB_PROVIDER_MIRROR to name the folder it lies in; without one it is: embedded',
    ],
  ])("refuses %j", async (environment, message) => {
    await expect(providers(fakeMachine({ environment }).context, "terraform")).rejects.toThrow(message);
  });
});
