import { z } from "zod";
import { onEngine, toShell } from "../command";
import { parseJson } from "../../engine/json";
import { error, fail, failed, type Findings, type Judgement, NOTHING, pass, type ProbeKind } from "../probe";

/** An engine is in a swarm, and its daemon was started without what overlays once needed: an outside key-value store. */
export const SwarmProbe = z.strictObject({
  kind: z.literal("swarm"),
  /** The container of the engine. */
  engine: z.string(),
});
export type SwarmProbe = z.infer<typeof SwarmProbe>;

/** The daemon's parameters of Docker 1.9 to 20.10 for a cluster with a key-value store. */
const CLUSTER_FLAGS = /--cluster-(?:store|advertise)\S*/;

const Information = z.object({
  Swarm: z.object({ LocalNodeState: z.string() }),
  ClusterStore: z.string().nullish(),
});

export const swarm: ProbeKind<SwarmProbe> = {
  needs: NOTHING,
  vantage: ({ engine }) => ({ kind: "host", engine }),
  commands: ({ engine }) => [
    { name: "information", command: onEngine(engine, ["docker", "info", "--format", "{{json .}}"]) },
    { name: "daemon", command: onEngine(engine, ["ps", "-o", "args=", "-C", "dockerd"]) },
  ],
  expected: () => "an active member of a swarm; a daemon without --cluster-store and --cluster-advertise",
  judge: judgeSwarm,
};

function judgeSwarm({ engine }: SwarmProbe, findings: Findings): Judgement {
  const trouble = failed("docker info", findings.one("information")) ?? failed("ps", findings.one("daemon"));
  if (trouble !== undefined) return trouble;
  const information = parseJson(Information, findings.one("information").stdout);
  if (information === undefined) return error("the engine's answer has another form than expected");
  const state = information.Swarm.LocalNodeState;
  if (state !== "active")
    return fail(`swarm ${state}`, `engine ${engine} is in no swarm`, toShell(onEngine(engine, ["docker", "info"])));
  const daemon = findings.one("daemon").stdout.trim();
  const flag = CLUSTER_FLAGS.exec(daemon)?.[0] ?? (information.ClusterStore || undefined);
  if (flag !== undefined)
    return fail(`key-value store: ${flag}`, "this daemon is set up for a cluster of the old kind");
  return pass(`swarm active; ${daemon}`);
}
