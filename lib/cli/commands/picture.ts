import type { Command } from "commander";
import { svgOf } from "../../report/picture";
import { pictureOf } from "../../topology/picture";
import { describedLabs } from "../described";
import { option, withExamples } from "../options";
import type { Session } from "../session";

/** `lab picture`: a lab's hosts, networks and servers, drawn from its description. */
export function pictureCommand(program: Command, session: Session): void {
  const command = program
    .command("picture <lab>")
    .description("draw a lab's hosts, networks and servers as SVG, from its description")
    .addOption(option("--dot", "print the graph itself, for Graphviz"))
    .action(async (name: string, { dot }: { dot?: boolean }) => {
      for (const { id, topology, engines } of await describedLabs(session, [name])) {
        if (topology === undefined) continue;
        const graph = pictureOf(id, topology, engines);
        session.print(dot === true ? graph : (await svgOf(graph)).trimEnd());
      }
    });
  withExamples(command, [["npx lab picture bridge > bridge.svg", "for any program that shows pictures"]]);
}
