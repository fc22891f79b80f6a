import { channel } from "node:diagnostics_channel";

/** Where each request to an engine is told when it has its answer, for whoever wants to know where the time goes. */
export const ENGINE_REQUESTS = "docker-network-labs:engine-request";

export interface EngineRequest {
  /** `POST /containers/create` */
  readonly name: string;
  /** When it began, as `performance.now` counts. */
  readonly startMs: number;
}

const told = channel(ENGINE_REQUESTS);

/** Does a request, and tells of it; costs nothing when nobody listens. */
export async function telling<Answer>(name: string, request: () => Promise<Answer>): Promise<Answer> {
  if (!told.hasSubscribers) return request();
  const startMs = performance.now();
  try {
    return await request();
  } finally {
    told.publish({ name: name.replace(/[0-9a-f]{64}/g, (id) => id.slice(0, 12)), startMs } satisfies EngineRequest);
  }
}
