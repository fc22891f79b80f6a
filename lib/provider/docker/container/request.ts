import type { Value, ValueMap } from "../../protocol/value";
import type { HealthConfig, MountConfig } from "../api";
import { parseDuration } from "../duration";
import { blocks, filled, flag, labelMap, number, text, textMap, texts } from "../values";
import { capabilityNames } from "./capabilities";
import { requestPorts } from "./ports";

const MEBIBYTE = 1024 * 1024;
/** The scheduler's usual period in microseconds; `cpus` is a share of it. */
const CPU_PERIOD = 100_000;

const CGROUP_NAMESPACES = ["", "private", "host"];

/** The body of the Engine API's "create a container". What is left out is the engine's to decide. */
export function createRequest(desired: ValueMap): object {
  const ports = requestPorts(desired["ports"]);
  const volumes = requestVolumes(desired["volumes"]);
  const command = texts(desired["command"]);
  if (command.includes("")) throw new Error("values for command may not be empty");
  if (!CGROUP_NAMESPACES.includes(text(desired["cgroupns_mode"]))) {
    throw new Error("cgroupns_mode: invalid CGROUP mode, must be either 'private', 'host' or empty");
  }
  return {
    Image: text(desired["image"]),
    ...filled({
      Hostname: text(desired["hostname"]),
      Domainname: text(desired["domainname"]),
      Tty: flag(desired["tty"]),
      OpenStdin: flag(desired["stdin_open"]),
      StopSignal: text(desired["stop_signal"]),
      StopTimeout: number(desired["stop_timeout"]),
      Env: texts(desired["env"]),
      Cmd: command,
      Entrypoint: texts(desired["entrypoint"]),
      User: text(desired["user"]),
      WorkingDir: text(desired["working_dir"]),
      Labels: labelMap(desired["labels"]),
      ExposedPorts: ports.exposed,
      Volumes: volumes.points,
      Healthcheck: healthRequest(desired["healthcheck"]),
    }),
    HostConfig: hostRequest(desired, ports.bindings, volumes),
  };
}

function hostRequest(desired: ValueMap, bindings: object, volumes: VolumeRequest): object {
  const capabilities = blocks(desired["capabilities"])[0] ?? {};
  return {
    // Always said, so that the engine's own default does not come in between.
    Init: flag(desired["init"]),
    RestartPolicy: { Name: text(desired["restart"]), MaximumRetryCount: number(desired["max_retry_count"]) },
    ...filled({
      NetworkMode: text(desired["network_mode"]),
      PortBindings: bindings,
      PublishAllPorts: flag(desired["publish_all_ports"]),
      Privileged: flag(desired["privileged"]),
      ReadonlyRootfs: flag(desired["read_only"]),
      AutoRemove: flag(desired["rm"]),
      Runtime: text(desired["runtime"]),
      Mounts: blocks(desired["mounts"]).map(mountRequest),
      Binds: volumes.binds,
      VolumesFrom: volumes.from,
      Tmpfs: textMap(desired["tmpfs"]),
      ExtraHosts: blocks(desired["host"]).map((host) => `${text(host["host"])}:${text(host["ip"])}`),
      Ulimits: blocks(desired["ulimit"]).map((limit) => ({
        Name: text(limit["name"]),
        Soft: number(limit["soft"]),
        Hard: number(limit["hard"]),
      })),
      CapAdd: capabilityNames(texts(capabilities["add"])),
      CapDrop: capabilityNames(texts(capabilities["drop"])),
      Devices: blocks(desired["devices"]).map(deviceRequest),
      Dns: texts(desired["dns"]),
      DnsOptions: texts(desired["dns_opts"]),
      DnsSearch: texts(desired["dns_search"]),
      SecurityOpt: texts(desired["security_opts"]),
      GroupAdd: texts(desired["group_add"]),
      Sysctls: textMap(desired["sysctls"]),
      StorageOpt: textMap(desired["storage_opts"]),
      PidMode: text(desired["pid_mode"]),
      IpcMode: text(desired["ipc_mode"]),
      UsernsMode: text(desired["userns_mode"]),
      CgroupnsMode: text(desired["cgroupns_mode"]),
      CgroupParent: text(desired["cgroup_parent"]),
      LogConfig: filled({ Type: text(desired["log_driver"]), Config: textMap(desired["log_opts"]) }),
      ...resourceRequest(desired),
    }),
  };
}

function resourceRequest(desired: ValueMap): Record<string, unknown> {
  return {
    Memory: number(desired["memory"]) * MEBIBYTE,
    MemorySwap: swapBytes(desired["memory_swap"]),
    ShmSize: number(desired["shm_size"]) * MEBIBYTE,
    CpuShares: number(desired["cpu_shares"]),
    CpusetCpus: text(desired["cpu_set"]),
    ...cpuQuota(desired),
  };
}

/** -1 is "no limit" and has no unit. */
function swapBytes(value: Value | undefined): number {
  const swap = number(value);
  return swap > 0 ? swap * MEBIBYTE : swap;
}

function cpuQuota(desired: ValueMap): Record<string, number> {
  const cpus = text(desired["cpus"]);
  if (cpus === "") return { CpuPeriod: number(desired["cpu_period"]), CpuQuota: number(desired["cpu_quota"]) };
  const share = Number(cpus);
  if (!(share > 0)) throw new Error(`cpus: '${cpus}' is not a number of processors`);
  return { CpuPeriod: CPU_PERIOD, CpuQuota: Math.trunc(share * CPU_PERIOD) };
}

function healthRequest(value: Value | undefined): HealthConfig {
  const check = blocks(value)[0];
  if (check === undefined) return {};
  const nanoseconds = (name: string) => parseDuration(text(check[name])) ?? 0;
  return filled({
    Test: texts(check["test"]),
    Interval: nanoseconds("interval"),
    Timeout: nanoseconds("timeout"),
    StartPeriod: nanoseconds("start_period"),
    StartInterval: nanoseconds("start_interval"),
    Retries: number(check["retries"]),
  });
}

function deviceRequest(device: ValueMap): object {
  const onHost = text(device["host_path"]);
  return {
    PathOnHost: onHost,
    PathInContainer: text(device["container_path"]) || onHost,
    CgroupPermissions: text(device["permissions"]) || "rwm",
  };
}

interface VolumeRequest {
  points: Record<string, object>;
  binds: string[];
  from: string[];
}

function requestVolumes(value: Value | undefined): VolumeRequest {
  const request: VolumeRequest = { points: {}, binds: [], from: [] };
  for (const volume of blocks(value)) {
    const from = text(volume["from_container"]);
    const path = text(volume["container_path"]);
    const source = text(volume["volume_name"]) || text(volume["host_path"]);
    if (from === "" && path === "") {
      throw new Error("Unable to parse volumes: volume entry without container path or source container");
    }
    if (from !== "" && path !== "") {
      throw new Error("Unable to parse volumes: both a container and a path specified in a volume entry");
    }
    if (from !== "") {
      request.from.push(from);
      continue;
    }
    request.points[path] = {};
    if (source !== "") request.binds.push(`${source}:${path}:${flag(volume["read_only"]) ? "ro" : "rw"}`);
  }
  return request;
}

function mountRequest(mount: ValueMap): MountConfig {
  const type = text(mount["type"]);
  return {
    Type: type,
    Target: text(mount["target"]),
    Source: text(mount["source"]),
    ReadOnly: flag(mount["read_only"]),
    // Only the options of the mount's own type count.
    ...(type === "bind" ? bindOptions(mount) : type === "volume" ? volumeOptions(mount) : tmpfsOptions(mount)),
  };
}

function bindOptions(mount: ValueMap): Partial<MountConfig> {
  const options = blocks(mount["bind_options"])[0];
  return options === undefined ? {} : { BindOptions: filled({ Propagation: text(options["propagation"]) }) };
}

function volumeOptions(mount: ValueMap): Partial<MountConfig> {
  const options = blocks(mount["volume_options"])[0];
  if (options === undefined) return {};
  return {
    VolumeOptions: filled({
      NoCopy: flag(options["no_copy"]),
      Labels: labelMap(options["labels"]),
      DriverConfig: filled({ Name: text(options["driver_name"]), Options: textMap(options["driver_options"]) }),
      Subpath: text(options["subpath"]),
    }),
  };
}

function tmpfsOptions(mount: ValueMap): Partial<MountConfig> {
  const options = blocks(mount["tmpfs_options"])[0];
  if (options === undefined) return {};
  return { TmpfsOptions: filled({ SizeBytes: number(options["size_bytes"]), Mode: number(options["mode"]) }) };
}

/** The body of "update a container": what the engine can change in place. */
export function updateRequest(desired: ValueMap): object {
  const swap = swapBytes(desired["memory_swap"]);
  return {
    RestartPolicy: { Name: text(desired["restart"]), MaximumRetryCount: number(desired["max_retry_count"]) },
    CpuShares: number(desired["cpu_shares"]),
    Memory: number(desired["memory"]) * MEBIBYTE,
    CpusetCpus: text(desired["cpu_set"]),
    ...(swap === 0 ? {} : { MemorySwap: swap }),
  };
}

export interface Requirement {
  /** The version of the Engine API that knows it. */
  api: string;
  /** What there is to say where the engine's is older. */
  refusal(version: string): string;
}

/** What older engines would silently ignore, so that it needs one that does not. */
export function requirements(desired: ValueMap): Requirement[] {
  const subpath = blocks(desired["mounts"]).some((mount) =>
    blocks(mount["volume_options"]).some((options) => text(options["subpath"]) !== ""),
  );
  const startInterval = blocks(desired["healthcheck"]).some(
    (check) => (parseDuration(text(check["start_interval"])) ?? 0) !== 0,
  );
  return [...(subpath ? [SUBPATH] : []), ...(startInterval ? [START_INTERVAL] : [])];
}

const SUBPATH: Requirement = {
  api: "1.45",
  refusal: () => "Setting VolumeOptions.Subpath requires docker version 1.45 or higher",
};

const START_INTERVAL: Requirement = {
  api: "1.44",
  refusal: (version) =>
    'Unable to create container: "specify health-check start interval" requires API version 1.44, ' +
    `but the Docker daemon API version is ${version}`,
};
