import { App } from "cdktf";
import type { LabStack } from "../constructs/lab-stack";
import { type Settings, setSettings } from "../constructs/settings";
import { nearest } from "../topology/nearest";
import { Refusal } from "../topology/refusal";
import { BridgeLab } from "./bridge";
import { HostLab } from "./host";

/** Something about a lab that a person may choose: `--http-port 8081`, or LAB_HTTP_PORT=8081. */
export interface LabOption {
  /** The environment variable; the flag follows from it by one rule. */
  readonly variable: `LAB_${string}`;
  readonly placeholder: string;
  readonly description: string;
}

export interface LabDefinition {
  readonly id: string;
  /** One line, for the list. */
  readonly shows: string;
  readonly options: readonly LabOption[];
  readonly create: (app: App, environment: NodeJS.ProcessEnv) => LabStack;
}

/** Every lab there is, always: what exists never depends on the environment, so that each can be taken down again. */
export const LABS: readonly LabDefinition[] = [
  {
    id: "host",
    shows: "nginx in the host's own network namespace",
    options: [
      { variable: "LAB_HTTP_PORT", placeholder: "PORT", description: "port of the host that nginx takes (80)" },
    ],
    create: (app, environment) => new HostLab(app, "host", { httpPort: environment["LAB_HTTP_PORT"] }),
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
    create: (app, environment) =>
      new BridgeLab(app, "bridge", {
        subnet: environment["LAB_SUBNET"],
        publishedPort: environment["LAB_PUBLISHED_PORT"],
      }),
  },
];

/** @throws Refusal with the nearest name, when there is no such lab */
export function labNamed(id: string): LabDefinition {
  const lab = LABS.find((one) => one.id === id);
  if (lab !== undefined) return lab;
  const ids = LABS.map((one) => one.id);
  const guess = nearest(id, ids);
  throw new Refusal(
    "lab",
    `there is no lab ${JSON.stringify(id)}${guess === undefined ? "" : `. Did you mean "${guess}"?`} (${ids.join(", ")})`,
  );
}

/**
 * The CDKTF app with every lab in it.
 * @param own labs that are not the project's
 * @throws Refusal for bad options
 */
export function createApp(
  environment: NodeJS.ProcessEnv,
  settings: Settings,
  outdir?: string,
  own: readonly LabDefinition[] = [],
): { app: App; labs: LabStack[] } {
  const app = new App(outdir === undefined ? {} : { outdir });
  setSettings(app, settings);
  return { app, labs: [...LABS, ...own].map((lab) => lab.create(app, environment)) };
}
