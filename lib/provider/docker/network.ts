import { messageOf } from "../protocol/diagnostic";
import type { Behaviours } from "../plan/behaviour";
import type { Schema } from "../protocol/schema";
import type { Value, ValueMap } from "../protocol/value";
import type { DataSource, ManagedResource, Outcome } from "../provider";
import type { IpamPool, NetworkInspect } from "./api";
import { EngineError, poll } from "./engine";
import { doing, type DockerMeta, type DockerOperation } from "./meta";
import { blocks, filled, flag, labelBlocks, labelMap, text, textMap } from "./values";

const FORCE_NEW = { forceNew: true };

const behaviours: Behaviours = {
  name: FORCE_NEW,
  labels: FORCE_NEW,
  "labels.label": FORCE_NEW,
  "labels.value": FORCE_NEW,
  check_duplicate: {
    ...FORCE_NEW,
    deprecated:
      "This option is deprecated and will be removed in a future version. " +
      "The Docker daemon will always check for duplicate networks.",
  },
  driver: FORCE_NEW,
  options: FORCE_NEW,
  internal: FORCE_NEW,
  attachable: FORCE_NEW,
  ingress: { ...FORCE_NEW, refused: true },
  ipv6: FORCE_NEW,
  ipam_driver: { ...FORCE_NEW, default: "default" },
  ipam_options: FORCE_NEW,
  ipam_config: { ...FORCE_NEW, computed: true },
  "ipam_config.subnet": FORCE_NEW,
  "ipam_config.ip_range": FORCE_NEW,
  "ipam_config.gateway": FORCE_NEW,
  "ipam_config.aux_address": FORCE_NEW,
};

export function networkResource(schema: Schema): ManagedResource<DockerMeta> {
  return {
    schema,
    behaviours,
    create: createNetwork,
    read: readNetwork,
    remove: removeNetwork,
    discard: removeNetwork,
    importable: true,
  };
}

async function createNetwork(desired: ValueMap, operation: DockerOperation): Promise<Outcome> {
  const { engine } = operation.meta;
  // Not cut short: a network whose id nobody got to know would be left behind.
  const creation = engine.request<{ Id: string }>("POST", "/networks/create", { body: requestFor(desired) });
  const { Id: id } = await doing("Unable to create network", creation);
  try {
    return { state: stateOf({ ...desired, id }, await inspect(operation, id)) };
  } catch (problem) {
    // It is there: without its id in the state nobody would ever remove it.
    const summary = messageOf(problem);
    return { state: { ...desired, id }, problems: [{ severity: "error", summary }] };
  }
}

function requestFor(desired: ValueMap): object {
  const pools = blocks(desired["ipam_config"]).map((pool) =>
    filled({
      Subnet: text(pool["subnet"]),
      IPRange: text(pool["ip_range"]),
      Gateway: text(pool["gateway"]),
      AuxiliaryAddresses: textMap(pool["aux_address"]),
    }),
  );
  return {
    Name: text(desired["name"]),
    // Engines before 25 would else allow a second network of the same name.
    CheckDuplicate: true,
    ...filled({
      Driver: text(desired["driver"]),
      Options: textMap(desired["options"]),
      Internal: flag(desired["internal"]),
      Attachable: flag(desired["attachable"]),
      EnableIPv6: flag(desired["ipv6"]),
      Labels: labelMap(desired["labels"]),
      IPAM: filled({
        Driver: text(desired["ipam_driver"]),
        Options: textMap(desired["ipam_options"]),
        Config: pools,
      }),
    }),
  };
}

async function inspect({ meta, signal }: DockerOperation, id: string): Promise<NetworkInspect> {
  return meta.engine.request<NetworkInspect>("GET", `/networks/${encodeURIComponent(id)}`, { signal });
}

async function readNetwork(state: ValueMap, operation: DockerOperation): Promise<Outcome> {
  try {
    return { state: stateOf(state, await inspect(operation, text(state["id"]))) };
  } catch (problem) {
    if (problem instanceof EngineError && problem.notFound) return { state: null };
    throw problem;
  }
}

function stateOf(network: ValueMap, found: NetworkInspect): ValueMap {
  return {
    ...network,
    name: found.Name,
    labels: labelBlocks(found.Labels),
    driver: found.Driver,
    internal: found.Internal,
    attachable: found.Attachable,
    ingress: found.Ingress,
    ipv6: found.EnableIPv6,
    ipam_driver: found.IPAM.Driver ?? "",
    ipam_options: found.IPAM.Options ?? {},
    scope: found.Scope,
    options: found.Options ?? {},
    ipam_config: poolBlocks(found.IPAM.Config),
  };
}

function poolBlocks(pools: IpamPool[] | null | undefined): Value[] {
  return (pools ?? []).map((pool) => ({
    subnet: pool.Subnet ?? "",
    ip_range: pool.IPRange ?? "",
    gateway: pool.Gateway ?? "",
    aux_address: pool.AuxiliaryAddresses ?? {},
  }));
}

/** Containers that are on their way out may hold a network for a moment. */
const IN_USE = { every: 250, within: 30_000 };

async function removeNetwork(state: ValueMap, operation: DockerOperation): Promise<void> {
  const { engine } = operation.meta;
  const id = text(state["id"]);
  const { signal } = operation;
  let holding = "";
  const removed = await poll(
    async () => {
      try {
        await engine.request("DELETE", `/networks/${id}`, { signal });
        return true;
      } catch (problem) {
        if (!(problem instanceof EngineError)) throw problem;
        if (problem.notFound) return true;
        if (!/has active endpoints/i.test(problem.message)) throw problem;
        holding = problem.message;
        return undefined;
      }
    },
    { ...IN_USE, signal },
  );
  if (removed === true) return;
  throw new Error(
    `timeout while waiting for state to become 'removed' (last state: 'pending', timeout: 30s): ${holding}`,
  );
}

export function networkDataSource(schema: Schema): DataSource<DockerMeta> {
  return {
    schema,
    behaviours: {},
    read: async (config, operation) => {
      const name = text(config["name"]);
      if (name === "") throw new Error("One of id or name must be assigned");
      const network = await doing("Could not find docker network", inspect(operation, name));
      return {
        id: network.Id,
        name: network.Name,
        scope: network.Scope,
        driver: network.Driver,
        options: network.Options ?? {},
        internal: network.Internal,
        ipam_config: poolBlocks(network.IPAM.Config),
      };
    },
  };
}
