import { CommanderError } from "commander";
import { heedClosedPipes } from "./closed-pipes";
import { settleIn } from "./entered";
import { EXIT, explainProblem } from "./exit";
import { HandedOver } from "./on";
import { createProgram } from "./program";
import { realSession, type Session } from "./session";

async function main(): Promise<void> {
  heedClosedPipes([process.stdout, process.stderr]);
  settleIn(process.env);
  const session = realSession();
  const wasInterrupted = heedInterrupts();
  try {
    await createProgram(session).parseAsync();
  } catch (problem) {
    process.exitCode = explain(problem, session);
  }
  if (wasInterrupted()) process.exitCode = EXIT.interrupted;
}

/**
 * Ctrl-C ends a command at once, unless Terraform is at work: that ends in order, since it has a state to write, and
 * whoever runs it listens to the same signals.
 */
function heedInterrupts(): () => boolean {
  let interrupted = false;
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) {
    process.on(signal, () => {
      interrupted = true;
      if (process.listenerCount(signal) === 1) process.exit(EXIT.interrupted);
    });
  }
  return () => interrupted;
}

/** A person reads this: no stack, except for what is a defect of the program. */
function explain(problem: unknown, session: Session): number {
  if (problem instanceof HandedOver) return problem.exit;
  if (problem instanceof CommanderError) return problem.exitCode === 0 ? EXIT.fine : EXIT.usage;
  return explainProblem(problem, session);
}

void main();
