import { z } from "zod";
import { EngineContainer, onEngine } from "./command";
import { error, failed, type Findings, type Judgement, type NamedCommand } from "./probe";

/** A container that must be there for a failure to tell something. */
export const Present = z.object({ container: z.string(), engine: EngineContainer });
type Present = z.infer<typeof Present>;

/** Whether what must not be reached runs: to what has ended, nobody gets through in any network. */
export const whetherRuns = ({ container, engine }: Present): NamedCommand => ({
  name: "state",
  command: onEngine(engine, ["docker", "inspect", "-f", "{{.State.Status}}", container]),
});

/** An error where it does not run, or nothing tells. */
export function absent({ container }: Present, findings: Findings): Judgement | undefined {
  const [state] = findings.of("state");
  if (state === undefined) return error(`nothing tells whether ${container} runs`);
  const trouble = failed("docker inspect", state);
  if (trouble !== undefined) return trouble;
  const status = state.stdout.trim();
  if (status === "running") return undefined;
  return error(
    `container ${container} does not run: ${status.slice(0, 40) || "in no state"}`,
    "it must run: that nobody reaches what is not there proves nothing",
  );
}
