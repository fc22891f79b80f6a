import type Docker from "dockerode";
import { Unfit } from "../topology/refusal";

/** The image with which set-up brings the tools to look at networks; its tag is local to the machine. */
export const TOOLBOX_IMAGE = "docker-network-labs/toolbox:local";

/**
 * Sees to it that an image is on the engine, and pulls it if it is not.
 * @throws Unfit when it is nowhere to be had, with the registry's reason
 */
export async function haveImage(docker: Docker, name: string): Promise<void> {
  if (await hasImage(docker, name)) return;
  try {
    const stream = await docker.pull(name);
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (problem) => (problem === null ? resolve() : reject(problem)));
    });
  } catch (problem) {
    throw new Unfit(
      `image ${name} is not on the engine, and cannot be pulled: ${(problem as Error).message.trim()}`,
      "docker images lists what is there; without --image and LAB_IMAGE, the labs use the one that set-up brings (npx lab setup)",
    );
  }
}

/** Whether the engine has it. */
export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (problem) {
    if ((problem as { statusCode?: number }).statusCode === 404) return false;
    throw problem;
  }
}
