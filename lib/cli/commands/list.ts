import type { Command } from "commander";
import { LABS } from "../../labs/catalogue";
import { flagOf, option, withExamples } from "../options";
import type { Session } from "../session";

/** `lab list`: which labs there are, and what can be chosen about them. */
export function listCommand(program: Command, session: Session): void {
  const command = program
    .command("list")
    .description("say which labs there are")
    .addOption(option("--json", "print the list as JSON"))
    .action(({ json }: { json?: boolean }) => {
      session.print(json === true ? asJson() : asText());
    });
  withExamples(command, [["npx lab list", "labs and their options"]]);
}

function asText(): string {
  const width = Math.max(...LABS.map(({ id }) => id.length)) + 2;
  return LABS.flatMap(({ id, shows, options }) => [
    `${id.padEnd(width)}${shows}`,
    ...options.map(
      ({ variable, placeholder, description }) =>
        `${" ".repeat(width)}  ${flagOf(variable)} ${placeholder}, ${variable}: ${description}`,
    ),
  ]).join("\n");
}

function asJson(): string {
  const labs = LABS.map(({ id, shows, options }) => ({
    id,
    shows,
    options: options.map(({ variable, description }) => ({ flag: flagOf(variable), variable, description })),
  }));
  return JSON.stringify(labs, null, 2);
}
