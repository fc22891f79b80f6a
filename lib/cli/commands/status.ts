import type { Command } from "commander";
import type Docker from "dockerode";
import { mayRest } from "../../checks/scenario";
import { LABS } from "../../labs/catalogue";
import { readState } from "../../terraform/state";
import { reachedEngine } from "../engine";
import { containerStates } from "../nested-engines";
import { option, withExamples } from "../options";
import type { Session } from "../session";

interface LabStatus {
  readonly id: string;
  /** `partly`: there is a state, but not all that it knows runs, or it was never completed. */
  readonly state: "up" | "down" | "partly";
  readonly servers: readonly { name: string; container: string; status: string; url?: string }[];
}

/** `lab status`: which labs are up, by the state and by the engine. */
export function statusCommand(program: Command, session: Session): void {
  const command = program
    .command("status")
    .description("say which labs are up, and what runs of them")
    .addOption(option("--json", "print the status as JSON"))
    .action(async ({ json }: { json?: boolean }) => {
      const statuses = await allStatuses(session, await reachedEngine(session));
      session.print(json === true ? JSON.stringify(statuses, null, 2) : statuses.map(asText).join("\n"));
    });
  withExamples(command, [["npx lab status", "labs, servers and their addresses"]]);
}

async function allStatuses(session: Session, docker: Docker): Promise<LabStatus[]> {
  const containers = await docker.listContainers({ all: true });
  const statusOf = (name: string): string =>
    containers.find(({ Names }) => Names.includes(`/${name}`))?.State ?? "absent";
  return Promise.all(
    LABS.map(async ({ id }): Promise<LabStatus> => {
      const { lab, empty } = await readState(session.project.state(id), id);
      const elsewhere = await containerStates(lab ?? {});
      const servers = [
        ...(lab?.servers ?? []).map(({ name, container, engine, url }) => ({
          name,
          container,
          status: engine === undefined ? statusOf(container) : (elsewhere.get(container) ?? "absent"),
          ...(url === undefined ? {} : { url }),
        })),
        ...(lab?.remotes ?? []).map(({ name, container }) => ({ name, container, status: statusOf(container) })),
      ];
      if (empty) return { id, state: "down", servers: [] };
      const resting = lab === undefined ? [] : mayRest(lab);
      const running =
        lab !== undefined &&
        servers.every(({ name, status }) => status === "running" || (status === "exited" && resting.includes(name)));
      return { id, state: running ? "up" : "partly", servers };
    }),
  );
}

function asText({ id, state, servers }: LabStatus): string {
  const lines = servers.map(({ container, status, url }) =>
    `  ${container.padEnd(24)}${status.padEnd(12)}${url ?? ""}`.trimEnd(),
  );
  const width = Math.max(...LABS.map((lab) => lab.id.length)) + 2;
  return [`${id.padEnd(width)}${state}`, ...lines].join("\n");
}
