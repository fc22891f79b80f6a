import { z } from "zod";

/** The lines of `terraform apply -json` that the program looks at; all others are `other`. */
const Line = z.object({
  type: z.string(),
  hook: z
    .object({
      resource: z.object({ addr: z.string() }).optional(),
      action: z.string().optional(),
      elapsed_seconds: z.number().optional(),
    })
    .optional(),
  diagnostic: z
    .object({
      severity: z.string(),
      summary: z.string(),
      detail: z.string().default(""),
      address: z.string().optional(),
    })
    .optional(),
  changes: z.object({ operation: z.string().optional() }).optional(),
});

export type Event =
  | {
      readonly kind: "start" | "done" | "failed";
      readonly address: string;
      readonly action: string;
      readonly seconds: number;
    }
  | { readonly kind: "error"; readonly summary: string; readonly detail: string; readonly address: string | undefined }
  /** All is planned; what follows changes things. */
  | { readonly kind: "planned" }
  | { readonly kind: "other" };

const OTHER: Event = { kind: "other" };
const HOOKS: ReadonlyMap<string, "start" | "done" | "failed"> = new Map([
  ["apply_start", "start"],
  ["apply_complete", "done"],
  ["apply_errored", "failed"],
]);

/** One line of Terraform's JSON output. What is none (a provider's stray print) is `other`. */
export function parseEvent(text: string): Event {
  const line = parsed(text);
  if (line === undefined) return OTHER;
  if (line.type === "diagnostic" && line.diagnostic?.severity === "error") {
    const { summary, detail, address } = line.diagnostic;
    return { kind: "error", summary, detail, address };
  }
  if (line.type === "change_summary" && line.changes?.operation === "plan") return { kind: "planned" };
  const kind = HOOKS.get(line.type);
  const address = line.hook?.resource?.addr;
  if (kind === undefined || address === undefined) return OTHER;
  return { kind, address, action: line.hook?.action ?? "", seconds: line.hook?.elapsed_seconds ?? 0 };
}

function parsed(text: string): z.infer<typeof Line> | undefined {
  try {
    return Line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
