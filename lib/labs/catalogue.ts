import { nearest } from "../topology/nearest";
import { Refusal } from "../topology/refusal";

/** Something about a lab that a person may choose: `--http-port 8081`, or LAB_HTTP_PORT=8081. */
export interface LabOption {
  /** The environment variable; the flag follows from it by one rule. */
  readonly variable: `LAB_${string}`;
  readonly placeholder: string;
  readonly description: string;
}

/** A lab as people choose it. How it is made is another matter (index.ts), which takes cdktf to load. */
export interface LabEntry {
  readonly id: string;
  /** One line, for the list. */
  readonly shows: string;
  readonly options: readonly LabOption[];
}

/** Every lab there is, always: what exists never depends on the environment, so that each can be taken down again. */
export const LABS: readonly LabEntry[] = [
  {
    id: "host",
    shows: "nginx in the host's own network namespace",
    options: [
      { variable: "LAB_HTTP_PORT", placeholder: "PORT", description: "port of the host that nginx takes (80)" },
    ],
  },
  {
    id: "bridge",
    shows: "nginx behind a user-defined bridge and the default one, with a published port",
    options: [
      { variable: "LAB_SUBNET", placeholder: "SUBNET", description: "subnet of the lab's bridge (10.77.0.0/24)" },
      {
        variable: "LAB_PUBLISHED_PORT",
        placeholder: "PORT",
        description: "port of the host that leads to web-1 (8080)",
      },
    ],
  },
  {
    id: "port-conflict",
    shows: "two servers that want one port of the host: who loses, why, and how the port changes hands",
    options: [
      {
        variable: "LAB_CONFLICT_PORT",
        placeholder: "PORT",
        description: "port of the host that both servers want (8088)",
      },
    ],
  },
];

/** @throws Refusal with the nearest name, when there is no such lab */
export function labNamed(id: string): LabEntry {
  const lab = LABS.find((one) => one.id === id);
  if (lab !== undefined) return lab;
  const ids = LABS.map((one) => one.id);
  const guess = nearest(id, ids);
  throw new Refusal(
    "lab",
    `there is no lab ${JSON.stringify(id)}${guess === undefined ? "" : `. Did you mean "${guess}"?`} (${ids.join(", ")})`,
  );
}
