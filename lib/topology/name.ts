import { Refusal } from "./refusal";

/** Long enough to be telling; `<prefix>-<lab>-<server>` then stays a valid DNS label (63) and container name. */
export const LONGEST_NAME = 24;
export const LONGEST_PREFIX = 12;

/**
 * The name of a lab, network or server: it becomes part of container names, DNS names, Terraform addresses and file
 * names, so it is restricted to what all of those accept (Docker itself would take `$(id)` as a network's name).
 * @throws Refusal naming the property, with the nearest name that would do
 */
export function checkedName(property: string, value: string, longest = LONGEST_NAME): string {
  if (/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(value) && value.length <= longest) return value;
  const problem =
    value.length > longest
      ? `"${value.slice(0, 40)}${value.length > 40 ? "…" : ""}" is ${String(value.length)} characters long; a name has at most ${String(longest)}`
      : `${JSON.stringify(value)} is not a name; a name is lower-case letters, digits and hyphens, and starts with a letter`;
  throw new Refusal(property, problem, nearestName(value, longest));
}

function nearestName(value: string, longest: number): string | undefined {
  const name = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, longest)
    .replace(/-+$/, "");
  return name === "" ? undefined : name;
}
