/** Why an operation was told to give up. It decides whether a half-made object can still be reported to Terraform. */

/** Terraform asked for it: it waits for the answer. */
export class Stopped extends Error {
  override name = "Stopped";
}

/** Terraform is no longer there to hear an answer. */
export class Disconnected extends Error {
  override name = "Disconnected";
}
