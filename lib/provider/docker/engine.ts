import type Docker from "dockerode";
import { setTimeout as delay } from "node:timers/promises";
import { telling } from "./engine-requests";

const NOT_FOUND = 404;

/** An answer of the engine that is an error, worded as Docker's own client words it. */
export class EngineError extends Error {
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
    this.name = "EngineError";
  }

  get notFound(): boolean {
    return this.status === NOT_FOUND;
  }
}

export interface Request {
  query?: Record<string, string | number | boolean | undefined>;
  body?: object;
  /** A tar archive to send instead of a JSON body. */
  archive?: Buffer | NodeJS.ReadableStream;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Verb = "GET" | "POST" | "PUT" | "DELETE";

/** Not modified counts as success: stopping what is stopped. */
const SUCCESS = Object.fromEntries([200, 201, 202, 204, 304].map((status) => [status, true]));

/** The Engine API at one host. Nothing is loaded and nothing is sent before the first request. */
export class Engine {
  private client: Promise<Docker> | undefined;

  constructor(
    readonly host: string,
    private readonly connect: () => Promise<Docker>,
  ) {}

  /** The answer as JSON; `undefined` where the engine sends none. */
  async request<Answer = unknown>(verb: Verb, path: string, request: Request = {}): Promise<Answer> {
    return telling(`${verb} ${path}`, () => this.dial(verb, path, request, false)) as Promise<Answer>;
  }

  /** The answer as a stream: logs, progress, archives. */
  async stream(verb: Verb, path: string, request: Request = {}): Promise<NodeJS.ReadableStream> {
    return (await this.dial(verb, path, request, true)) as NodeJS.ReadableStream;
  }

  /** Builds an image of a folder; the answer is the progress. */
  async build(context: string, options: Record<string, unknown>, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const client = await (this.client ??= this.connect());
    try {
      const buildOptions = { ...options, abortSignal: signal } as Docker.ImageBuildOptions;
      return await client.buildImage({ context, src: ["."] }, buildOptions);
    } catch (problem) {
      throw this.describe(problem, signal);
    }
  }

  private async dial(verb: Verb, path: string, request: Request, isStream: boolean): Promise<unknown> {
    request.signal?.throwIfAborted();
    // The engine would send us elsewhere, and docker-modem's way there ends the process.
    if (/\/\.{0,2}(\/|$)/.test(path)) throw new EngineError(`"${path}" names nothing that an engine knows`, NOT_FOUND);
    const { modem } = await (this.client ??= this.connect());
    const query = Object.fromEntries(Object.entries(request.query ?? {}).filter(([, value]) => value !== undefined));
    const hasQuery = Object.keys(query).length > 0;
    return new Promise((resolve, reject) => {
      modem.dial(
        {
          path: hasQuery ? `${path}?` : path,
          method: verb,
          // docker-modem sends the options themselves as body unless it is told which part is which.
          options: { _query: query, _body: request.body ?? {} },
          statusCodes: SUCCESS,
          // An empty object is a body too: a volume with no settings at all.
          allowEmpty: request.body !== undefined,
          isStream,
          ...(request.archive === undefined ? {} : { file: request.archive }),
          ...(request.headers === undefined ? {} : { headers: { ...request.headers } }),
          ...(request.signal === undefined ? {} : { abortSignal: request.signal }),
        } as Parameters<typeof modem.dial>[0],
        (problem: unknown, answer: unknown) => {
          if (problem !== null && problem !== undefined) reject(this.describe(problem, request.signal));
          else resolve(answer);
        },
      );
    });
  }

  private describe(problem: unknown, signal: AbortSignal | undefined): Error {
    if (signal?.aborted === true) return signal.reason instanceof Error ? signal.reason : new Error("aborted");
    const { statusCode, json, code, message } = problem as {
      statusCode?: number;
      json?: unknown;
      code?: string;
      message?: string;
    };
    if (statusCode !== undefined)
      return new EngineError(`Error response from daemon: ${said(json, message)}`, statusCode);
    if (code === "EACCES" || code === "EPERM") {
      return new EngineError(`permission denied while trying to connect to the Docker daemon socket at ${this.host}`);
    }
    if (code === "ENOENT" || code === "ECONNREFUSED") {
      return new EngineError(`Cannot connect to the Docker daemon at ${this.host}. Is the docker daemon running?`);
    }
    return new EngineError(`error during connect to ${this.host}: ${message ?? String(problem)}`);
  }
}

function said(json: unknown, message: string | undefined): string {
  if (typeof json === "object" && json !== null && "message" in json) return String(json.message).trim();
  if (Buffer.isBuffer(json) && json.length > 0) return json.toString("utf8").trim();
  // Of an answer that is a stream docker-modem keeps the reason only in its own wording.
  return (message ?? "no reason given").replace(/^\(HTTP code \d+\) .*? - /, "").trim();
}

/** A name as part of a request's path: its slashes stay, nothing else in it has a meaning there. */
export function inPath(name: string): string {
  return name.replace(/[^\w.:@/-]/g, encodeURIComponent);
}

/** Tries until `attempt` gives something, or the time is over. */
export async function poll<Result>(
  attempt: () => Promise<Result | undefined>,
  { every, within, signal }: { every: number; within: number; signal: AbortSignal },
): Promise<Result | undefined> {
  const deadline = Date.now() + within;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (Date.now() + every > deadline) return undefined;
    await delay(every, undefined, { signal });
  }
}
