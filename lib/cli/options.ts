import { type Command, Option } from "commander";
import { Refusal } from "../topology/refusal";

/** The one rule by which every option is also an environment variable: `--http-port` is LAB_HTTP_PORT. */
export function variableOf(flag: string): string {
  const name = /--([a-z0-9-]+)/.exec(flag)?.[1] ?? "";
  return `LAB_${name.toUpperCase().replaceAll("-", "_")}`;
}

export function flagOf(variable: string): string {
  return `--${variable.replace(/^LAB_/, "").toLowerCase().replaceAll("_", "-")}`;
}

/** An option that follows the rule. */
export function option(flag: string, description: string): Option {
  return new Option(flag, description).env(variableOf(flag));
}

/** Reads an option's seconds: a number from `least` to an hour. */
export function secondsOf(flag: string, least: number, usual: number): (text: string) => number {
  return (text) => {
    const seconds = Number(text);
    if (text.trim() !== "" && seconds >= least && seconds <= 3600) return seconds;
    const rule = `${JSON.stringify(text)} is no number of seconds from ${String(least)} to 3600`;
    throw new Refusal(flag, rule, String(usual));
  };
}

/** Examples at the end of a command's help: people read those first. */
export function withExamples(command: Command, examples: readonly [string, string][]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  $ ${line.padEnd(width)}   ${what}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
