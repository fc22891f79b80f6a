import type Docker from "dockerode";
import { connect, engineHost } from "../engine/connection";
import { type Style, styleFor } from "../report/style";
import { Timeline } from "../report/timeline";
import { Project } from "../terraform/project";
import { packageFolder } from "../constructs/settings";

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
    project: new Project(packageFolder(__dirname)),
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
