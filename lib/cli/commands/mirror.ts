import type { Command } from "commander";
import { layMirror } from "../mirror";
import { withExamples } from "../options";
import type { Session } from "../session";

/** `lab mirror`: lays the embedded provider out as Terraform looks for providers. */
export function mirrorCommand(program: Command, session: Session): void {
  const command = program
    .command("mirror")
    .description("lay the embedded provider out as a mirror that Terraform finds (.lab/providers)")
    .action(async () => {
      session.print(await layMirror(session.project));
    });
  withExamples(command, [
    ["npx lab mirror", "prints the mirror's folder; set-up and lab up do the same by themselves"],
  ]);
}
