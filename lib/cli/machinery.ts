import { look, machine } from "../setup";
import type { Terraform } from "../terraform/terraform";
import { Unfit } from "../topology/refusal";
import type { Session } from "./session";
import { REGISTRY } from "./registry";
import { serveStages } from "./stage-server";
import type { ProviderSource } from "./prepare-stack-folders";

/** What set-up found to drive the labs with. */
export interface Machinery {
  readonly terraform: Terraform;
  readonly source: ProviderSource;
  /** The registry's host, as the program knows it: Terraform and OpenTofu have one each. */
  readonly registry: string;
}

/**
 * Looks whether everything is there (brings nothing), and drives `work` with it. While it lasts, the embedded
 * providers and the stages are served from this process: Terraform then starts neither.
 * @throws Unfit naming what is missing, with the command that brings it
 */
export async function withMachinery<T>(session: Session, work: (machinery: Machinery) => Promise<T>): Promise<T> {
  const { project, environment, timeline } = session;
  const report = await timeline.step("set-up", () => look(machine({ project: project.folder, environment })));
  const { terraform, providers } = report;
  if (terraform === undefined || providers === undefined) throw new Unfit(missing(report), "npx lab setup brings it");
  session.say(`providers: ${providers.sentence}`);
  const [hosted, stages] = await timeline.step("serve providers and stages", async () =>
    Promise.all([
      providers.kind === "embedded" ? (await import("../provider")).hostProviders() : undefined,
      serveStages(session),
    ]),
  );
  try {
    return await work({
      terraform: { program: terraform.path, environment: { ...hosted?.environment, ...stages.environment } },
      source: providers,
      registry: REGISTRY[terraform.name],
    });
  } finally {
    await stages.close();
    await hosted?.close();
  }
}

function missing({
  parts,
}: {
  readonly parts: readonly { name: string; verdict: string; detail: string; remedy?: string }[];
}): string {
  const refused = parts.filter((part) => part.verdict === "refused");
  return refused
    .map(({ name, detail, remedy }) => `${name}: ${detail}${remedy === undefined ? "" : ` (${remedy})`}`)
    .join("\n");
}
