import { setTimeout as delay } from "node:timers/promises";
import { toDiagnostic } from "../../protocol/diagnostic";
import type { Value, ValueMap } from "../../protocol/value";
import type { Outcome } from "../../provider";
import type { ContainerInspect } from "../api";
import { EngineError } from "../engine";
import { doing, type DockerOperation } from "../meta";
import { findOrPull } from "../pull";
import { blocks, filled, flag, text, texts } from "../values";
import { attachUntilEnd, lastWords } from "./logs";
import { removeContainer } from "./remove";
import { createRequest, requirements, type Requirement } from "./request";
import { containerState } from "./state";
import { uploadArchive } from "./upload";
import { inspect } from "./inspect";
import { waitUntilHealthy } from "./health";

/** How long after its start a container is looked at to see whether it is still running. */
const SETTLE_MILLISECONDS = 100;

export async function createContainer(desired: ValueMap, operation: DockerOperation): Promise<Outcome> {
  const image = text(desired["image"]);
  await doing(`Unable to create container with image ${image}`, findOrPull(operation, image));
  for (const requirement of requirements(desired)) await requireApi(requirement, operation);
  const creation = operation.meta.engine.request<{ Id: string }>("POST", "/containers/create", {
    query: { name: text(desired["name"]) },
    body: createRequest(desired),
    // Not cut short: a container whose id nobody got to know would be left behind.
  });
  const { Id: id } = await doing("Unable to create container", creation);
  try {
    return await bringUp(id, desired, operation);
  } catch (problem) {
    // It is kept, so that the user can look at it, and reported with the error: Terraform marks it as tainted.
    return { state: { ...desired, id }, problems: [toDiagnostic(problem)] };
  }
}

async function requireApi({ api, refusal }: Requirement, { meta, signal }: DockerOperation): Promise<void> {
  const { ApiVersion: version } = await meta.engine.request<{ ApiVersion: string }>("GET", "/version", { signal });
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [needsMajor = 0, needsMinor = 0] = api.split(".").map(Number);
  if (major > needsMajor || (major === needsMajor && minor >= needsMinor)) return;
  throw new Error(refusal(version));
}

async function bringUp(id: string, desired: ValueMap, operation: DockerOperation): Promise<Outcome> {
  await connectNetworks(id, desired["networks_advanced"], operation);
  await upload(id, desired["upload"], operation);
  const started = flag(desired["start"]);
  if (started) await start(id, desired, operation);
  const logs = flag(desired["attach"]) ? await attachUntilEnd(id, flag(desired["logs"]), operation) : undefined;
  const state: ValueMap = { ...desired, id, ...(logs === undefined ? {} : { container_logs: logs }) };
  if (started && !flag(desired["attach"])) await delay(SETTLE_MILLISECONDS, undefined, { signal: operation.signal });
  const found = await inspect(id, operation);
  if (found === undefined) return { state: null };
  if (found.State.Running || !flag(desired["must_run"])) return { state: containerState(state, found) };
  return started ? await exitedImmediately(state, found, operation) : await neverStarted(state, operation);
}

async function exitedImmediately(
  state: ValueMap,
  found: ContainerInspect,
  operation: DockerOperation,
): Promise<Outcome> {
  const words = await lastWords(found.Id, operation);
  await removeContainer(state, operation);
  const code = `It ended with exit code ${found.State.ExitCode} and was removed, since must_run is true.`;
  const detail = words === "" ? `${code} It wrote nothing.` : `${code} Its last words:\n\n${words}`;
  return { state: null, problems: [{ severity: "error", summary: "container exited immediately", detail }] };
}

/** Not started but to be running: it cannot be had, and Terraform says so ("now absent"). The warning says why. */
async function neverStarted(state: ValueMap, operation: DockerOperation): Promise<Outcome> {
  await removeContainer(state, operation);
  const summary = "start = false needs must_run = false";
  const detail = "The container was made but not started, and was removed again, since must_run is true.";
  return { state: null, problems: [{ severity: "warning", summary, detail }] };
}

async function connectNetworks(id: string, networks: Value | undefined, operation: DockerOperation): Promise<void> {
  const wanted = blocks(networks);
  if (wanted.length === 0) return;
  await doing("Unable to disconnect the default network", leaveDefaultNetwork(id, operation));
  for (const network of wanted) {
    const name = text(network["name"]);
    if (name === "") throw new Error("Unable to connect to network '': invalid network name or ID: value is empty");
    const connection = operation.meta.engine.request("POST", `/networks/${encodeURIComponent(name)}/connect`, {
      body: {
        Container: id,
        EndpointConfig: {
          Aliases: texts(network["aliases"]),
          IPAMConfig: filled({
            IPv4Address: text(network["ipv4_address"]),
            IPv6Address: text(network["ipv6_address"]),
          }),
        },
      },
      signal: operation.signal,
    });
    await doing(`Unable to connect to network '${name}'`, connection);
  }
}

async function leaveDefaultNetwork(id: string, { meta, signal }: DockerOperation): Promise<void> {
  try {
    await meta.engine.request("POST", "/networks/bridge/disconnect", { body: { Container: id, Force: false }, signal });
  } catch (problem) {
    const ignorable = problem instanceof EngineError && /is not connected to the network bridge/i.test(problem.message);
    if (!ignorable) throw problem;
  }
}

async function upload(id: string, uploads: Value | undefined, operation: DockerOperation): Promise<void> {
  const { meta, signal } = operation;
  const archive = await uploadArchive(uploads, operation);
  if (archive === undefined) return;
  // Else a file would silently take the place of a folder, with all that is in there.
  const query = { path: "/", noOverwriteDirNonDir: true };
  const sending = meta.engine.request("PUT", `/containers/${id}/archive`, { query, archive, signal });
  await doing("Unable to upload volume content", sending);
}

async function start(id: string, desired: ValueMap, operation: DockerOperation): Promise<void> {
  const { engine } = operation.meta;
  const starting = engine.request("POST", `/containers/${id}/start`, { signal: operation.signal });
  await doing("Unable to start container", starting);
  if (flag(desired["wait"])) await waitUntilHealthy(id, Number(desired["wait_timeout"] ?? 0), operation);
}
