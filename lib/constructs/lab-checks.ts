import type { Action } from "../checks/action";
import { Check } from "../checks/check";
import { checksOf } from "../checks/deployed";
import type { Need } from "../checks/need";
import type { Probe } from "../checks/probes";
import { Step } from "../checks/step";
import { Refusal } from "../topology/refusal";

export interface CheckProps {
  /** What holds, in one short sentence. */
  readonly what: string;
  /** Why it holds, for someone who learns. */
  readonly why: string;
  /** The sentences of the articles that it proves. @default none */
  readonly claim?: string | readonly string[];
  /** The facts of the catalogue that it shows (`lib/checks/facts.ts`). @default none */
  readonly fact?: string | readonly string[];
  /** What must be given besides what the probe needs itself; without it the check is skipped. @default nothing */
  readonly needs?: readonly Need[];
  /** For how many seconds it must hold, at each look. @default until it is true once */
  readonly consistently?: number;
  /** Words by which the check can be chosen (`lab check --only WORD`), besides those that follow from it. @default none */
  readonly tags?: readonly string[];
}

export interface StepProps {
  /** What is done, in one short sentence. */
  readonly what: string;
  /** What there is to learn from it. */
  readonly why: string;
  /** What is done on the engine, one after the other: `kill(web1)`. */
  readonly actions: readonly Action[];
}

/** A step of a lab that is being described. */
export interface LabStep {
  /** Adds a check of what holds after the step: `<lab>/<step>/<id>`. */
  readonly check: (id: string, probe: Probe, props: CheckProps) => void;
}

/** What a lab that is being described says of itself that must hold: at the beginning, and after each of its steps. */
export class LabChecks {
  private readonly beginning: Check[] = [];
  private readonly played: (Step & { checks: Check[] })[] = [];

  constructor(private readonly lab: string) {}

  /** Those of the beginning, in the order of their declaration. */
  get checks(): Check[] {
    return this.beginning;
  }

  get steps(): Step[] {
    return this.played;
  }

  /** Those of the beginning and those of the steps. */
  get all(): Check[] {
    return checksOf({ checks: this.beginning, steps: this.played });
  }

  /** @throws Refusal for an id that is there already, or a claim or fact that does not exist */
  add(id: string, probe: Probe, props: CheckProps): void {
    this.beginning.push(this.newCheck(id, probe, props));
  }

  /** @throws Refusal for a bad or taken name */
  addStep(name: string, { what, why, actions }: StepProps): LabStep {
    const step = { name, what, why, actions: [...actions], checks: [] as Check[] };
    const rules = Step.omit({ checks: true }).safeParse({ name, what, why, actions });
    if (!rules.success) {
      const { path = [], message = "" } = rules.error.issues[0] ?? {};
      throw new Refusal(`${this.lab}.steps`, `${path.join(".")} of step ${JSON.stringify(name)}: ${message}`);
    }
    if (this.played.some((other) => other.name === name)) {
      throw new Refusal(`${this.lab}.steps`, `"${name}" is there already; a step's name is given once in a lab`);
    }
    this.played.push(step);
    return {
      check: (id, probe, props) => {
        step.checks.push(this.newCheck(`${name}/${id}`, probe, props));
      },
    };
  }

  /** @throws Refusal for a step without a check */
  refuseUnseenSteps(): void {
    const unseen = this.played.find(({ checks }) => checks.length === 0);
    if (unseen === undefined) return;
    throw new Refusal(`${this.lab}.steps`, `step "${unseen.name}" has no check; what a step leads to is looked at`);
  }

  private newCheck(id: string, probe: Probe, props: CheckProps): Check {
    const check = this.parsedCheck(`${this.lab}/${id}`, probe, props);
    if (this.all.some((other) => other.id === check.id)) {
      throw new Refusal(`${this.lab}.checks`, `"${id}" is there already; a check's id is given once in a lab`);
    }
    return check;
  }

  private parsedCheck(id: string, probe: Probe, { what, why, claim = [], fact, ...more }: CheckProps): Check {
    const check = {
      id,
      what,
      why,
      claims: [claim].flat(),
      ...(fact === undefined ? {} : { facts: [fact].flat() }),
      ...more,
      probe,
    };
    const result = Check.safeParse(check);
    if (result.success) return result.data;
    const { path = [], message = "" } = result.error.issues[0] ?? {};
    const value = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)[key], check);
    throw new Refusal(
      `${this.lab}.checks`,
      `${path.join(".")} of ${id} is ${JSON.stringify(value) ?? "missing"}; ${message}`,
    );
  }
}
