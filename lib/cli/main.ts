import { Command, CommanderError } from "commander";
import { version } from "../../package.json";
import { checkCommand } from "./commands/check";
import { doctorCommand } from "./commands/doctor";
import { downCommand } from "./commands/down";
import { listCommand } from "./commands/list";
import { setupCommand } from "./commands/setup";
import { stageCommand } from "./commands/stage";
import { statusCommand } from "./commands/status";
import { upCommand } from "./commands/up";
import { EXIT, explainProblem } from "./exit";
import { withExamples } from "./options";
import { realSession, type Session } from "./session";

function createProgram(session: Session): Command {
  const program = new Command("lab")
    .description("Docker networking labs as code, that prove themselves.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(npx lab --help says more)");
  withExamples(program, [
    ["npx lab up host bridge", "create two labs and prove them"],
    ["npx lab check", "prove them again"],
    ["npx lab down --all", "take them away"],
  ]);
  for (const add of [
    upCommand,
    downCommand,
    checkCommand,
    statusCommand,
    listCommand,
    setupCommand,
    doctorCommand,
    stageCommand,
  ]) {
    add(program, session);
  }
  for (const command of program.commands) command.exitOverride();
  return program;
}

async function main(): Promise<void> {
  const session = realSession();
  // Terraform hears Ctrl-C too and ends in order; this process must outlive it to say how it ended.
  process.once("SIGINT", () => (process.exitCode = EXIT.interrupted));
  try {
    await createProgram(session).parseAsync();
  } catch (problem) {
    process.exitCode = explain(problem, session);
  }
}

/** A person reads this: no stack, except for what is a defect of the program. */
function explain(problem: unknown, session: Session): number {
  if (problem instanceof CommanderError) return problem.exitCode === 0 ? EXIT.fine : EXIT.usage;
  return explainProblem(problem, session);
}

void main();
