import { createHash } from "crypto";

/** Labels on everything that a lab creates: what does not carry them is never touched. */
export const LABEL = {
  lab: "docker-network-labs.lab",
  server: "docker-network-labs.server",
  instance: "docker-network-labs.instance",
  version: "docker-network-labs.version",
} as const;

/**
 * Which checkout of the project a thing belongs to. Derived from the checkout's folder, so that it survives a lost
 * `.lab/` folder, and so that two checkouts on one engine keep their hands off each other's labs.
 */
export function instanceOf(projectFolder: string): string {
  return digest(projectFolder).slice(0, 8);
}

/**
 * What a server says to prove that it is itself. The same for every deploy of the same lab from the same checkout:
 * a token that changed would make every plan replace the server.
 */
export function tokenOf(instance: string, lab: string, server: string): string {
  return digest(`${instance}/${lab}/${server}`).slice(0, 8);
}

/** The name of a lab's container or network on the engine. */
export function engineName(lab: string, part: string): string {
  return `lab-${lab}-${part}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
