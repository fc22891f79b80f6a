import { z } from "zod";
import { Action, commandOf } from "./action";
import { Check } from "./check";
import { toShell } from "./command";

/** One step of a lab's scenario: what is done, and what must hold after it. Plain data, like a check. */
export const Step = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, "a step's name is of lower-case letters, digits and hyphens"),
  /** What is done, in one short sentence. */
  what: z.string().min(1, "what is done is said in one short sentence"),
  /** What there is to learn from it. */
  why: z.string().min(1, "why it is done is said for someone who learns"),
  actions: z.array(Action).min(1, "a step does something: it has at least one action"),
  /** A step that nobody looks at proves nothing. */
  checks: z.array(Check).min(1, "what a step leads to is looked at: it has at least one check"),
});
export type Step = z.infer<typeof Step>;

/** The command lines that a person can type to do the same. */
export function actionLines({ actions }: Pick<Step, "actions">): string[] {
  return actions.map((action) => toShell(commandOf(action)));
}

/** What brings into being what Terraform knows nothing of. */
export function throwAwaysOf(steps: readonly Pick<Step, "actions">[]): Action[] {
  return steps.flatMap(({ actions }) => actions).filter(({ do: what }) => what === "run" || what === "create-service");
}
