import { Refusal } from "../topology/refusal";
import { type Check, tagsOf } from "./check";

/**
 * The checks that a pattern means: an id with `*` for anything (`host/*`, `*answers*`), a claim (`A4`), or a tag
 * (`http`, `negative`); several with commas between.
 * @throws Refusal when a part means none: a run that does not look at what was asked for proves nothing
 */
export function selected(checks: readonly Check[], pattern: string): Check[] {
  const parts = pattern.split(",").map((part) => part.trim());
  const found = parts.flatMap((part) => meant(checks, part));
  return checks.filter((check) => found.includes(check));
}

function meant(checks: readonly Check[], pattern: string): Check[] {
  const id = new RegExp(`^${pattern.split("*").map(literally).join(".*")}$`);
  const found = checks.filter(
    (check) => id.test(check.id) || check.claims.includes(pattern.toUpperCase()) || tagsOf(check).includes(pattern),
  );
  if (found.length > 0) return found;
  const some = checks.slice(0, 3).map((check) => check.id);
  const tags = [...new Set(checks.flatMap(tagsOf))];
  const problem = `${JSON.stringify(pattern)} means no check of these labs; tags are ${tags.join(", ")}; ids are like`;
  throw new Refusal("--only", problem, some.join(", "));
}

function literally(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
