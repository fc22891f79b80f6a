/** The ways in which a connection can fail, each by another mechanism. */
export type Failure = "refused" | "dropped" | "unreachable" | "reset" | "no-name";

/** What comes of a connection. Where a name leads to several servers, any of `by` may answer. */
export type Outcome = { readonly kind: "answers"; readonly by: readonly string[] } | { readonly kind: Failure };

/** Why it comes so: the rule in a sentence, and the fact of the catalogue (lib/checks/facts.ts) that it follows. */
export interface Reason {
  readonly fact: string;
  readonly why: string;
}

export interface Prediction {
  /** As a rule one. Several where it depends on the order in which a resolver gives its addresses. */
  readonly outcomes: readonly Outcome[];
  readonly reason: Reason;
}

export const answers = (by: string, reason: Reason): Prediction => ({
  outcomes: [{ kind: "answers", by: [by] }],
  reason,
});
export const fails = (kind: Failure, reason: Reason): Prediction => ({ outcomes: [{ kind }], reason });

/**
 * What comes of a name that leads to several addresses: whoever asks tries one after the other until one answers; when
 * none does, the last one's failure is what is seen, and which is the last is not known.
 */
export function anyOf(predictions: readonly [Prediction, ...Prediction[]]): Prediction {
  const [first] = predictions;
  const outcomes = predictions.flatMap((one) => one.outcomes);
  const by = [...new Set(outcomes.flatMap((one) => (one.kind === "answers" ? one.by : [])))].sort();
  if (by.length > 0) {
    const { reason } = predictions.find((one) => one.outcomes.some(({ kind }) => kind === "answers")) ?? first;
    return { outcomes: [{ kind: "answers", by }], reason };
  }
  const kinds = [...new Set(outcomes.map(({ kind }) => kind))] as Failure[];
  return { outcomes: kinds.map((kind) => ({ kind })), reason: first.reason };
}

/** What comes of what is decided by chance: any of these, and nothing else. */
export function oneOf(predictions: readonly [Prediction, ...Prediction[]]): Prediction {
  const outcomes = new Map(predictions.flatMap((one) => one.outcomes).map((one) => [JSON.stringify(one), one]));
  return { outcomes: [...outcomes.values()], reason: predictions[0].reason };
}
