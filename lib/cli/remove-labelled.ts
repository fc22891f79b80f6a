import type Docker from "dockerode";
import { LABEL } from "../topology/identity";

/**
 * Removes what carries a lab's labels and no Terraform state knows: what a killed run has left. Containers first, since
 * a network or a volume goes only when nobody uses it.
 * @returns what was removed, by name
 */
export async function removeLabelled(docker: Docker, lab: { id: string; instance: string }): Promise<string[]> {
  const filters = { label: [`${LABEL.lab}=${lab.id}`, `${LABEL.instance}=${lab.instance}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(
    containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }).catch(ignoreAbsent)),
  );
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove().catch(ignoreAbsent)));
  const { Volumes: volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) });
  await Promise.all(volumes.map(({ Name }) => docker.getVolume(Name).remove().catch(ignoreAbsent)));
  return [
    ...containers.map(({ Names, Id }) => (Names[0] ?? Id).replace(/^\//, "")),
    ...networks.map(({ Name }) => Name),
    ...volumes.map(({ Name }) => Name),
  ];
}

/** Somebody else was quicker: it is gone, which is what was wanted. */
function ignoreAbsent(problem: unknown): void {
  if ((problem as { statusCode?: number }).statusCode !== 404) throw problem;
}
