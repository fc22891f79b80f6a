/** For what must fail. */
export interface Failing {
  /** The server itself has ended by then, and nobody has taken its place. @default it must run, so that the failure is the way's */
  readonly ended?: true;
}
