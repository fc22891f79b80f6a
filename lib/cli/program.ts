import { Command } from "commander";
import { version } from "../../package.json";
import { checkCommand } from "./commands/check";
import { checksCommand } from "./commands/checks";
import { claimsCommand } from "./commands/claims";
import { commandsCommand } from "./commands/commands";
import { doctorCommand } from "./commands/doctor";
import { downCommand } from "./commands/down";
import { explainCommand } from "./commands/explain";
import { listCommand } from "./commands/list";
import { matrixCommand } from "./commands/matrix";
import { pictureCommand } from "./commands/picture";
import { mirrorCommand } from "./commands/mirror";
import { resetCommand } from "./commands/reset";
import { setupCommand } from "./commands/setup";
import { stageCommand } from "./commands/stage";
import { statusCommand } from "./commands/status";
import { stepCommand } from "./commands/step";
import { upCommand } from "./commands/up";
import { elsewhere } from "./on";
import { withExamples } from "./options";
import type { Session } from "./session";

/** The command line, a page per verb. */
export function createProgram(session: Session): Command {
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
    stepCommand,
    resetCommand,
    statusCommand,
    listCommand,
    checksCommand,
    explainCommand,
    commandsCommand,
    claimsCommand,
    matrixCommand,
    pictureCommand,
    setupCommand,
    doctorCommand,
    mirrorCommand,
    stageCommand,
  ]) {
    add(program, session);
  }
  elsewhere(program, session);
  for (const command of program.commands) command.exitOverride();
  return program;
}
