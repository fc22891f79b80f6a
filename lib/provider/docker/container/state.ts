import type { Value, ValueMap } from "../../protocol/value";
import type { ContainerInspect, EndpointSettings, HealthConfig, HostConfig, MountConfig } from "../api";
import { formatDuration } from "../duration";
import { labelBlocks, text } from "../values";
import { capabilityState } from "./capabilities";
import { readPorts } from "./ports";

const MEBIBYTE = 1024 * 1024;

/**
 * The state of a container as the engine tells it. Some attributes are never read back, as with the real provider:
 * environment, labels and volumes (an image mixes its own in), uploads, and what only concerns the provider.
 */
export function containerState(state: ValueMap, found: ContainerInspect): ValueMap {
  const { Config: config, HostConfig: host, NetworkSettings: network } = found;
  const capabilities = capabilityState(state["capabilities"], host.CapAdd ?? [], host.CapDrop ?? []);
  return {
    ...state,
    id: found.Id,
    name: found.Name.replace(/^\/+/, ""),
    image: text(state["image"]).startsWith("sha256:") ? found.Image : config.Image,
    ...(found.State.Running ? {} : { exit_code: found.State.ExitCode }),
    ...(network === undefined || network === null
      ? {}
      : {
          bridge: network.Bridge ?? "",
          ports: readPorts(network.Ports),
          network_data: networkData(network.Networks),
        }),
    hostname: config.Hostname ?? "",
    domainname: config.Domainname ?? "",
    command: config.Cmd ?? [],
    entrypoint: config.Entrypoint ?? [],
    user: config.User ?? "",
    working_dir: config.WorkingDir ?? "",
    tty: config.Tty ?? false,
    stdin_open: config.OpenStdin ?? false,
    stop_signal: config.StopSignal ?? "",
    stop_timeout: config.StopTimeout ?? 0,
    ...healthState(config.Healthcheck),
    ...hostState(host),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...resourceState(host),
  };
}

function hostState(host: HostConfig): ValueMap {
  return {
    rm: host.AutoRemove ?? false,
    read_only: host.ReadonlyRootfs ?? false,
    privileged: host.Privileged ?? false,
    publish_all_ports: host.PublishAllPorts ?? false,
    init: host.Init ?? false,
    restart: host.RestartPolicy?.Name ?? "",
    max_retry_count: host.RestartPolicy?.MaximumRetryCount ?? 0,
    dns: host.Dns ?? [],
    dns_opts: host.DnsOptions ?? [],
    dns_search: host.DnsSearch ?? [],
    security_opts: host.SecurityOpt ?? [],
    group_add: host.GroupAdd ?? [],
    sysctls: host.Sysctls ?? {},
    storage_opts: host.StorageOpt ?? {},
    tmpfs: host.Tmpfs ?? {},
    runtime: host.Runtime ?? "",
    network_mode: host.NetworkMode ?? "",
    pid_mode: host.PidMode ?? "",
    ipc_mode: host.IpcMode ?? "",
    userns_mode: host.UsernsMode ?? "",
    log_driver: host.LogConfig?.Type ?? "",
    log_opts: host.LogConfig?.Config ?? {},
    mounts: (host.Mounts ?? []).map(mountState),
    host: (host.ExtraHosts ?? []).map(extraHost),
    ulimit: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
    devices: (host.Devices ?? []).map((device) => ({
      host_path: device.PathOnHost,
      container_path: device.PathInContainer,
      permissions: device.CgroupPermissions,
    })),
  };
}

function resourceState(host: HostConfig): ValueMap {
  const swap = host.MemorySwap ?? 0;
  return {
    memory: mebibytes(host.Memory ?? 0),
    memory_swap: swap > 0 ? mebibytes(swap) : swap,
    shm_size: mebibytes(host.ShmSize ?? 0),
    cpu_shares: host.CpuShares ?? 0,
    cpu_set: host.CpusetCpus ?? "",
  };
}

function mebibytes(bytes: number): number {
  return Math.trunc(bytes / MEBIBYTE);
}

/** Split at every colon, as the real provider does: of an IPv6 address only the beginning is left. */
function extraHost(entry: string): Value {
  const [host = "", ip = ""] = entry.split(":");
  return { host, ip };
}

function healthState(check: HealthConfig | null | undefined): ValueMap {
  if (check === undefined || check === null) return {};
  return {
    healthcheck: [
      {
        test: check.Test ?? [],
        interval: formatDuration(check.Interval ?? 0),
        timeout: formatDuration(check.Timeout ?? 0),
        start_period: formatDuration(check.StartPeriod ?? 0),
        start_interval: formatDuration(check.StartInterval ?? 0),
        retries: check.Retries ?? 0,
      },
    ],
  };
}

function mountState(mount: MountConfig): Value {
  const { BindOptions: bind, VolumeOptions: volume, TmpfsOptions: tmpfs } = mount;
  return {
    target: mount.Target,
    source: mount.Source ?? "",
    type: mount.Type,
    read_only: mount.ReadOnly ?? false,
    bind_options: bind ? [{ propagation: bind.Propagation ?? "" }] : [],
    volume_options: volume
      ? [
          {
            no_copy: volume.NoCopy ?? false,
            labels: labelBlocks(volume.Labels),
            driver_name: volume.DriverConfig?.Name ?? "",
            driver_options: volume.DriverConfig?.Options ?? {},
            subpath: volume.Subpath ?? "",
          },
        ]
      : [],
    tmpfs_options: tmpfs ? [{ size_bytes: tmpfs.SizeBytes ?? 0, mode: tmpfs.Mode ?? 0 }] : [],
  };
}

/** By name, since the engine's own order changes from call to call. */
function networkData(networks: Record<string, EndpointSettings> | null | undefined): Value[] {
  return Object.entries(networks ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, endpoint]) => ({
      network_name: name,
      ip_address: endpoint.IPAddress ?? "",
      ip_prefix_length: endpoint.IPPrefixLen ?? 0,
      gateway: endpoint.Gateway ?? "",
      global_ipv6_address: endpoint.GlobalIPv6Address ?? "",
      global_ipv6_prefix_length: endpoint.GlobalIPv6PrefixLen ?? 0,
      ipv6_gateway: endpoint.IPv6Gateway ?? "",
      mac_address: endpoint.MacAddress ?? "",
    }));
}
