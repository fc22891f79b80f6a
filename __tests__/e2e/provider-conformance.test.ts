import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { hostProviders, type HostedProviders } from "../../lib/provider";
import { caseNames, readCase } from "../provider/conformance/case";
import { ensurePlainImage } from "../provider/conformance/image";
import { comparable, runCase } from "../provider/conformance/runner";
import { Workspace } from "../provider/workspace";

/**
 * The embedded provider does what the real ones were recorded to do. A fixed selection runs with every test run;
 * `npm run test:conformance` (LAB_CONFORMANCE=all) runs all. With LAB_CONFORMANCE_REAL=1 and LAB_PROVIDER_MIRROR the
 * real providers themselves are held to the records.
 */

const SELECTION = [
  "container-address-outside",
  "container-attach",
  "container-env-unknown",
  "container-exits-later-allowed",
  "container-health-changed",
  "container-labels-changed",
  "container-list-null",
  "container-limits",
  "container-mode-host",
  "container-mode-joined-by-name",
  "container-name-taken",
  "container-process",
  "container-static-address",
  "container-stopped-allowed-ports",
  "container-upload",
  "container-upload-onto-folder",
  "image-data-source",
  "image-kept",
  "lab-whole",
  "network-ip-range",
  "network-ipv6",
  "network-labels",
  "null-triggers-changed",
  "null-triggers-emptied",
  "port-taken-then-free",
  "port-tcp-udp",
  "ports-host-mode",
  "ports-unsorted",
  "provider-check-disabled",
  "provider-unreachable",
];

const all = process.env["LAB_CONFORMANCE"] === "all";
const named = process.env["LAB_CONFORMANCE"];
const names = all ? caseNames() : named === undefined || named === "" ? SELECTION : named.split(",");
const realMirror = process.env["LAB_PROVIDER_MIRROR"];

/** Terraform's configuration for a mirror and nothing else. */
function onlyMirror(folder: string, mirror: string): { TF_CLI_CONFIG_FILE: string } {
  const file = path.join(folder, "terraformrc");
  writeFileSync(file, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
  return { TF_CLI_CONFIG_FILE: file };
}

describe("as recorded from the real providers", () => {
  let hosted: HostedProviders | undefined;
  let environment: Record<string, string> = {};
  const folder = mkdtempSync(path.join(tmpdir(), "lab-test-cf-"));

  beforeAll(async () => {
    ensurePlainImage();
    if (process.env["LAB_CONFORMANCE_REAL"] === "1" && realMirror !== undefined) {
      environment = onlyMirror(folder, realMirror);
    } else {
      hosted = await hostProviders();
      environment = hosted.environment;
    }
  });
  afterAll(async () => {
    await hosted?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(names)("%s", async (name) => {
    const recorded = readCase(name);
    expect(await runCase(recorded, environment)).toEqual(comparable(recorded));
  });
});

/** States go both ways: what the one applied, the other has nothing to change in. */
const exchange = realMirror === undefined || realMirror === "" ? describe.skip : describe;
exchange("states exchanged with the real providers (LAB_PROVIDER_MIRROR)", () => {
  const cases = SELECTION.filter(
    (name) => readCase(name).steps[0]?.second_plan === "empty" && !readCase(name).steps[0]?.between,
  );

  test.each(cases)("%s", async (name) => {
    const [step] = readCase(name).steps;
    const folder = mkdtempSync(path.join(tmpdir(), "lab-test-cf-"));
    const hosted = await hostProviders();
    const real = onlyMirror(folder, realMirror ?? "");
    const config = JSON.parse(JSON.stringify(step?.config).replaceAll("@TMP@", folder)) as object;
    for (const [file, content] of Object.entries(step?.files ?? {})) writeFileSync(path.join(folder, file), content);
    try {
      for (const [first, second] of [
        [hosted.environment, real],
        [real, hosted.environment],
      ] as const) {
        const workspace = new Workspace(first);
        try {
          workspace.write(config);
          await workspace.succeed("init", "-input=false");
          await workspace.succeed("apply", "-auto-approve", "-input=false");
          const other = workspace.with(second);
          await other.succeed("init", "-input=false");
          expect(await other.plan()).toEqual({});
        } finally {
          await workspace.destroy();
          workspace.remove();
        }
      }
    } finally {
      await hosted.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
