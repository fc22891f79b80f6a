import { Refusal } from "../topology/refusal";
import type { Check } from "./check";

/**
 * The checks that a pattern means: a claim (`A4`), or an id with `*` for anything (`host/*`, `*answers*`).
 * @throws Refusal when it means none: a run that looks at nothing proves nothing
 */
export function selected(checks: readonly Check[], pattern: string): Check[] {
  const id = new RegExp(`^${pattern.split("*").map(literally).join(".*")}$`);
  const found = checks.filter((check) => id.test(check.id) || check.claims.includes(pattern.toUpperCase()));
  if (found.length > 0) return found;
  const some = checks.slice(0, 3).map((check) => check.id);
  throw new Refusal("--only", `${JSON.stringify(pattern)} means no check of these labs; ids are like`, some.join(", "));
}

function literally(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
