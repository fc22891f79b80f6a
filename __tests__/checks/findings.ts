import type { Findings, Observation } from "../../lib/checks/probe";

/** What a command returned, as far as a test cares: it ended well and said nothing, but for what is given. */
export type Output = Partial<Pick<Observation, "argv" | "exit" | "stdout" | "stderr">>;

/** What a judge gets to see: for each of the probe's commands its output, or several. */
export function findings(
  outputs: Readonly<Record<string, Output | readonly Output[]>>,
  interfacesBefore?: readonly string[],
): Findings {
  const of = (name: string): Observation[] =>
    [outputs[name] ?? []].flat().map((output) => ({
      argv: [name],
      exit: 0,
      stdout: "",
      stderr: "",
      milliseconds: 3,
      ...output,
    }));
  const one = (name: string): Observation => {
    const [first] = of(name);
    if (first === undefined) throw new Error(`the test gives no output of "${name}"`);
    return first;
  };
  return { of, one, interfacesBefore };
}
