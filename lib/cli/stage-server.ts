import { setMaxListeners } from "events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "http";
import { join } from "path";
import { text } from "stream/consumers";
import { z } from "zod";
import { makeSocketFolder, removeSocketFolder } from "../provider/protocol/socket-folder";
import { runStage } from "./commands/stage";
import { explainProblem } from "./exit";
import type { Session } from "./session";

/** The stages served by this process: what Terraform must have in its environment, and how to end it. */
export interface ServedStages {
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What bin/stage asks for: the stage by the path, the stack's folder in a form. */
const Request = z.strictObject({ stage: z.string(), folder: z.string() });

/**
 * Does the stages that Terraform runs in this process, which has loaded and found everything already: bin/stage asks for
 * them by HTTP on a socket, in a folder that only this user can look into. The answer is what the stage has said, and its
 * exit code in the last line. Where no socket can be had, stages are done as under the cdktf command: each in a process of
 * its own.
 * @param run does a stage; tests give their own
 */
export async function serveStages(session: Session, run: typeof runStage = runStage): Promise<ServedStages> {
  const folder = makeSocketFolder();
  const socket = join(folder, "stages");
  const answers = new Map<ServerResponse, Promise<void>>();
  const server = createServer((request, response) => {
    answers.set(response, answer(request, response, session, run));
  });
  const listening = await listen(server, socket);
  return {
    environment: listening ? { LAB_STAGE_SOCKET: socket } : {},
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all(answers.values());
      await closed;
      removeSocketFolder(folder);
    },
  };
}

/** Not where the path is too long for a socket, for one. */
function listen(server: Server, socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.on("error", () => resolve(false)).listen(socket, () => resolve(true));
  });
}

/** One request, one stage. Ends with its connection: Terraform kills whom it has asked when it is interrupted. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  session: Session,
  run: typeof runStage,
): Promise<void> {
  const ended = new AbortController();
  // Each program that runs listens, and they are many at once.
  setMaxListeners(0, ended.signal);
  response.on("error", () => undefined).on("close", () => ended.abort("whoever asked for it is gone"));
  let said = "";
  const say = (line: string): void => void (said += `${line}\n`);
  const heard: Session = { ...session, print: say, say };
  let exit: number | undefined;
  try {
    const { stage, folder } = await asked(request);
    exit = await run(heard, stage, folder, ended.signal);
  } catch (problem) {
    if (!ended.signal.aborted) exit = explain(problem, heard);
  }
  response.end(`${said}${String(exit)}`);
}

/** @throws when the request is none of bin/stage's, or ends in the middle */
async function asked(request: IncomingMessage): Promise<z.infer<typeof Request>> {
  const form = new URLSearchParams(await text(request));
  return Request.parse({ stage: (request.url ?? "").slice(1), ...Object.fromEntries(form) });
}

/** A defect of the program, too, is said to who runs the stage: the command itself goes on. */
function explain(problem: unknown, session: Session): number {
  try {
    return explainProblem(problem, session);
  } catch (defect) {
    session.say(defect instanceof Error ? (defect.stack ?? defect.message) : String(defect));
    return 1;
  }
}
