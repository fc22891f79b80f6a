import { createHash } from "crypto";
import { checkedName, LONGEST_PREFIX } from "./name";

/** Labels on everything that a lab creates: what does not carry them is never touched. */
export const LABEL = {
  lab: "docker-network-labs.lab",
  server: "docker-network-labs.server",
  engine: "docker-network-labs.engine",
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

/** Which lab of which checkout something belongs to, and what it is therefore called. */
export class Identity {
  /**
   * @param lab the lab's id
   * @param instance the checkout, see {@link instanceOf}
   * @param prefix the first part of names on the engine; another one lets two checkouts have their labs up at once
   * @throws Refusal for a bad id or prefix
   */
  constructor(
    readonly lab: string,
    readonly instance: string,
    readonly prefix = "lab",
  ) {
    checkedName("lab", lab);
    checkedName("LAB_PREFIX", prefix, LONGEST_PREFIX);
  }

  /**
   * What a server says to prove that it is itself. The same for every deploy of the same lab from the same checkout:
   * a token that changed would make every plan replace the server.
   */
  tokenOf(server: string): string {
    return digest(`${this.instance}/${this.lab}/${server}`).slice(0, 8);
  }

  /** The name of one of the lab's containers or networks on the engine. */
  nameOf(part: string): string {
    return `${this.prefix}-${this.lab}-${part}`;
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
