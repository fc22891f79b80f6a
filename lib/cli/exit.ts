/** The program's exit codes; 1 and 2 come from the checks' verdicts. */
export const EXIT = {
  fine: 0,
  /** A check failed. */
  failed: 1,
  /** Nothing failed, but something could not be measured. */
  unmeasured: 2,
  /** The machine or the engine is not fit. */
  unfit: 3,
  /** Usage, or bad input. */
  usage: 64,
  interrupted: 130,
} as const;
