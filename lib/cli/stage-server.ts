import { setMaxListeners } from "events";
import { createServer, type Server, type Socket } from "net";
import { join } from "path";
import { z } from "zod";
import { VARIABLE } from "../../bin/stage";
import { makeSocketFolder, removeSocketFolder } from "../provider/protocol/socket-folder";
import { runStage } from "./commands/stage";
import { explainProblem } from "./exit";
import type { Session } from "./session";

/** The stages served by this process: what Terraform must have in its environment, and how to end it. */
export interface ServedStages {
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What bin/stage.js asks for. */
const Request = z.strictObject({ stage: z.string(), folder: z.string() });

/**
 * Does the stages that Terraform runs in this process, which has loaded and found everything already: bin/lab.js hands
 * them over by a socket, in a folder that only this user can look into. Where no socket can be had, they are done as
 * under the cdktf command: each in a process of its own.
 * @param run does a stage; tests give their own
 */
export async function serveStages(session: Session, run: typeof runStage = runStage): Promise<ServedStages> {
  const folder = makeSocketFolder();
  const socket = join(folder, "stages");
  const connections = new Map<Socket, Promise<void>>();
  const server = createServer((connection) => connections.set(connection, answer(connection, session, run)));
  const listening = await listen(server, socket);
  return {
    environment: listening ? { [VARIABLE]: socket } : {},
    close: async () => {
      for (const connection of connections.keys()) connection.destroy();
      await Promise.all(connections.values());
      await new Promise((resolve) => server.close(resolve));
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

/** One connection, one stage. Ends with it: Terraform kills whom it has asked when it is interrupted. */
async function answer(connection: Socket, session: Session, run: typeof runStage): Promise<void> {
  const ended = new AbortController();
  // Each program that runs listens, and they are many at once.
  setMaxListeners(0, ended.signal);
  connection.on("error", () => undefined).on("close", () => ended.abort("whoever asked for it is gone"));
  const tell = (message: object): boolean => connection.writable && connection.write(`${JSON.stringify(message)}\n`);
  const heard: Session = {
    ...session,
    print: (text) => void tell({ print: `${text}\n` }),
    say: (text) => void tell({ say: `${text}\n` }),
  };
  try {
    const { stage, folder } = Request.parse(JSON.parse(await firstLine(connection)));
    tell({ exit: await run(heard, stage, folder, ended.signal) });
  } catch (problem) {
    if (!ended.signal.aborted) tell({ exit: explain(problem, heard) });
  }
  connection.end();
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

/** @throws Error when the connection ends before */
function firstLine(connection: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    connection.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    connection.on("close", () => reject(new Error("nothing was asked")));
  });
}
