/** Where in a configuration something is: attribute names, and positions or keys inside collections. */
export type Path = (string | number)[];

export interface Diagnostic {
  severity: "error" | "warning";
  summary: string;
  detail?: string;
  path?: Path;
}

/** Something that stops the operation, told to the user as it stands. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly path?: Path,
  ) {
    super(message);
    this.name = "Failure";
  }
}

/** What a caught problem says. One that was cut short says why; Node's own words for that are of no use to anybody. */
export function messageOf(problem: unknown): string {
  if (typeof problem !== "object" || problem === null || !("message" in problem)) return String(problem);
  const { name, message, cause } = problem as { name?: unknown; message: unknown; cause?: unknown };
  return name === "AbortError" && cause !== undefined ? messageOf(cause) : String(message);
}

export function toDiagnostic(problem: unknown): Diagnostic {
  const summary = messageOf(problem);
  const path = problem instanceof Failure ? problem.path : undefined;
  return { severity: "error", summary, ...(path === undefined ? {} : { path }) };
}

const SEVERITY = { error: 1, warning: 2 } as const;

export function diagnosticToWire(diagnostic: Diagnostic): Record<string, unknown> {
  return {
    severity: SEVERITY[diagnostic.severity],
    summary: diagnostic.summary,
    detail: diagnostic.detail ?? "",
    ...(diagnostic.path === undefined ? {} : { attribute: pathToWire(diagnostic.path) }),
  };
}

export function pathToWire(path: Path): { steps: Record<string, unknown>[] } {
  return {
    steps: path.map((step) => (typeof step === "string" ? { attributeName: step } : { elementKeyInt: step })),
  };
}
