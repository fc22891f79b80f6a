import type Docker from "dockerode";
import { connect, engineHost } from "../engine/connection";
import { type Style, styleFor } from "../report/style";
import { Timeline } from "../report/timeline";
import { Project } from "../terraform/project";
import { packageFolder } from "../constructs/settings";
import { NESTED_HOST } from "../labs/catalogue";
import { ENTERED } from "./entered";

/** What every command has at hand. */
export interface Session {
  readonly project: Project;
  readonly environment: NodeJS.ProcessEnv;
  readonly style: Style;
  /** Documents and results: what a pipe should get. */
  readonly print: (text: string) => void;
  /** Progress and remarks: what a person should see even when the output goes into a file. */
  readonly say: (text: string) => void;
  /** Empties a terminal when printed; elsewhere it is empty itself. */
  readonly clear: string;
  readonly docker: () => Docker;
  /** Where the labs are, when that is not this machine. */
  readonly place?: {
    /** What a command is given to mean it: `--on nested`. */
    readonly option: string;
    /** The command that opens a shell there. */
    readonly shell: string;
  };
  /** Where the command notes what it spends its time on. */
  readonly timeline: Timeline;
  /** The labs of which this process has just proved something: what Terraform's stages prove, too, is not proved twice. */
  readonly proved: {
    /** Nothing is in their way. */
    readonly unobstructed: Set<string>;
    /** Nothing is left of them. */
    readonly gone: Set<string>;
  };
}

export function realSession(): Session {
  const environment = process.env;
  return {
    ...whereabouts(environment, new Project(packageFolder(__dirname))),
    environment,
    style: styleFor(process.stdout, environment),
    print: (text) => process.stdout.write(`${text}\n`),
    say: (text) => process.stderr.write(`${text}\n`),
    clear: process.stdout.isTTY ? "\u001b[H\u001b[2J" : "",
    docker: () => connect(engineHost(environment)),
    timeline: new Timeline(() => performance.now(), performance.timeOrigin),
    proved: { unobstructed: new Set(), gone: new Set() },
  };
}

/** Whoever has entered a throw-away host works on what is up there, and on nothing else. */
function whereabouts(environment: NodeJS.ProcessEnv, project: Project): Pick<Session, "project" | "place"> {
  const container = environment[ENTERED];
  if (container === undefined) return { project };
  const place = { option: `--on ${NESTED_HOST.id}`, shell: `docker exec -it ${container} bash` };
  return { project: project.onEngines(NESTED_HOST.id), place };
}
