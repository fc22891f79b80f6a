import type Docker from "dockerode";
import type { DeployedLab } from "../checks/deployed";
import { isRemote } from "../engine/remote";

type Lab = Pick<DeployedLab, "id" | "engines" | "servers" | "steps">;

/**
 * Terraform asks a lab's engines for what is on them, before anything else. Of throw-away hosts that are there and do not
 * run: why neither `lab up` nor `lab down` can go on, and the ways out, in words for a person. Empty where all run.
 */
export async function stoppedEngines(docker: Docker, lab: Lab): Promise<string[]> {
  const needed = (lab.engines ?? []).filter(
    ({ name, container }) => !isRemote(container) && lab.servers.some(({ engine }) => engine === name),
  );
  const containers = needed.length === 0 ? [] : await docker.listContainers({ all: true });
  return needed.flatMap(({ name, container }) => {
    const there = containers.find(({ Names }) => Names.includes(`/${container}`));
    if (there === undefined || there.State === "running") return [];
    return [
      `throw-away host ${name} of lab ${lab.id} does not run (${container}: ${there.State}), so Terraform cannot ask its engine.\n` +
        `  ${startAgain(lab, container)}, or take the lab away: npx lab down ${lab.id} --force`,
    ];
  });
}

/** A lab whose steps stop the host knows what else belongs to its beginning. */
function startAgain({ id, steps }: Lab, container: string): string {
  const stops = steps.some(({ actions }) => actions.some((one) => one.do === "stop" && one.container === container));
  return stops ? `Back to the lab's beginning: npx lab reset ${id}` : `Start it: docker start ${container}`;
}
