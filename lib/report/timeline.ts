/** What something was that took time: a step of the command; within Terraform's, a resource, a request to the engine, a check. */
export type SpanKind = "step" | "resource" | "request" | "check";

/** Something that took time. In milliseconds since the program was started, by a clock that never jumps. */
export interface Span {
  readonly kind: SpanKind;
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
}

/** What a command spent its time on, noted as it goes. */
export class Timeline {
  readonly spans: Span[] = [];

  /**
   * @param now milliseconds since the program was started
   * @param timeOrigin what the calendar said then, in milliseconds since 1970
   */
  constructor(
    readonly now: () => number,
    readonly timeOrigin: number,
  ) {}

  /** Notes what ends now. */
  ended(kind: SpanKind, name: string, startMs: number): void {
    this.spans.push({ kind, name, startMs, durationMs: this.now() - startMs });
  }

  /** Notes how long a step takes, also when it fails. */
  async step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const start = this.now();
    try {
      return await work();
    } finally {
      this.ended("step", name, start);
    }
  }

  /** Notes a check by its record, which may be of another process. */
  checked({ id, startedAt, durationMs }: { id: string; startedAt: string; durationMs: number }): void {
    this.spans.push({ kind: "check", name: id, startMs: Date.parse(startedAt) - this.timeOrigin, durationMs });
  }
}
