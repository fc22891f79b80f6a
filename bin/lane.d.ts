export interface Lane {
  /** What it needs on the disk; removed in the end. */
  readonly folder: string;
  /** The command line that does in the lane what `argv` does here, in the same folder. */
  inside(argv: readonly string[]): string[];
  /** Ends everything in it. */
  close(): Promise<void>;
}

/** Why there are no lanes here, or undefined where there can be. */
export function whyNoLanes(): string | undefined;

/**
 * Opens several, each with the labs' images; all of them or none.
 * @throws Error with the reason why there can be none
 */
export function openLanes(count: number): Promise<Lane[]>;
