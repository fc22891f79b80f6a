import type { Command } from "commander";
import { doctor, look, machine, partLine } from "../../setup";
import { option, withExamples } from "../options";
import type { Session } from "../session";

/** `lab doctor`: says what is there and what is missing, and changes nothing. */
export function doctorCommand(program: Command, session: Session): void {
  const command = program
    .command("doctor")
    .description("say what is there, what is missing, and what this machine is")
    .addOption(option("--json", "print it as JSON"))
    .action(async ({ json }: { json?: boolean }) => {
      process.exitCode = await examine(session, json === true);
    });
  withExamples(command, [["npx lab doctor", "for a bug report, or before a class"]]);
}

async function examine({ project, environment, print }: Session, json: boolean): Promise<number> {
  const context = machine({ project: project.folder, environment });
  const [report, facts] = await Promise.all([look(context), doctor(context)]);
  const hostMode = report.hostMode.possible ? "possible" : report.hostMode.reason;
  const width = Math.max(...facts.map(({ name }) => name.length)) + 2;
  print(
    json
      ? JSON.stringify({ ready: report.ready, parts: report.parts, hostMode: report.hostMode, machine: facts }, null, 2)
      : [
          "parts",
          ...report.parts.map(partLine),
          "machine",
          ...[...facts, { name: "host mode", value: hostMode }].map(
            ({ name, value }) => `  ${name.padEnd(width)}${value}`,
          ),
        ].join("\n"),
  );
  return report.ready ? 0 : 3;
}
