/**
 * Bad input, answered for a person: which property, which value, which rule, and the nearest value that would do.
 * Everything that refuses input throws this; the command line prints its message alone, with no stack, and exits 64.
 */
export class Refusal extends Error {
  /**
   * @param property where the value was given, e.g. `bridge.subnet`
   * @param problem what is wrong with which value, and the rule it breaks, e.g. `10.77.0.5/24 has host bits set; a subnet is a network address`
   * @param nearest the nearest right value, when there is one
   */
  constructor(
    readonly property: string,
    readonly problem: string,
    readonly nearest?: string,
  ) {
    super(`${property}: ${problem}${nearest === undefined ? "" : `: ${nearest}`}`);
    this.name = "Refusal";
  }

  /** By name: a lab of one's own brings a copy of this class. */
  static override [Symbol.hasInstance](problem: unknown): boolean {
    return isNamed(problem, "Refusal");
  }
}

/** The machine or the engine is not fit for what was asked (preflight). The command line exits 3. */
export class Unfit extends Error {
  /**
   * @param reason what is missing or in the way
   * @param remedy the one command or change that would mend it
   */
  constructor(
    readonly reason: string,
    readonly remedy?: string,
  ) {
    super(remedy === undefined ? reason : `${reason}\n  ${remedy}`);
    this.name = "Unfit";
  }

  /** By name, as a refusal. */
  static override [Symbol.hasInstance](problem: unknown): boolean {
    return isNamed(problem, "Unfit");
  }
}

function isNamed(problem: unknown, name: string): boolean {
  return Error[Symbol.hasInstance](problem) && (problem as Error).name === name;
}
