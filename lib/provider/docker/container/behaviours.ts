import type { Behaviour, Behaviours } from "../../plan/behaviour";
import type { Value } from "../../protocol/value";
import { atLeast, isAbsolutePath, isBase64, isDuration, matches } from "../checks";
import { samePorts } from "./ports";

const FORCE_NEW: Behaviour = { forceNew: true };
const COUNT: Behaviour = { check: atLeast(0) };
const DURATION: Behaviour = { default: "0s", check: isDuration };

/** Every path of the list forces a new container. */
function forceNew(...paths: string[]): Record<string, Behaviour> {
  return Object.fromEntries(paths.map((path) => [path, FORCE_NEW]));
}

/** Not set means the image's own, which is what the state then holds. */
const imageDecides: Behaviour = { ...FORCE_NEW, same: (prior, proposed) => isUnset(proposed) || prior === proposed };

function isUnset(value: Value): boolean {
  return value === null || value === "";
}

export const containerBehaviours: Behaviours = {
  ...forceNew("name", "image", "hostname", "domainname", "command", "entrypoint", "dns", "dns_opts", "dns_search"),
  ...forceNew("publish_all_ports", "security_opts", "runtime", "stop_signal", "stop_timeout", "privileged", "env"),
  ...forceNew("log_driver", "log_opts", "pid_mode", "userns_mode", "sysctls", "ipc_mode", "group_add"),
  ...forceNew("storage_opts", "cpus", "cgroupns_mode", "cgroup_parent"),

  read_only: { ...FORCE_NEW, default: false },
  tty: { ...FORCE_NEW, default: false },
  stdin_open: { ...FORCE_NEW, default: false },
  network_mode: { ...FORCE_NEW, default: "bridge" },
  shm_size: { ...FORCE_NEW, ...COUNT },
  user: imageDecides,
  working_dir: imageDecides,
  // The provider does not know GPUs; the registry's does.
  gpus: { ...FORCE_NEW, refused: true },

  rm: { default: false },
  start: { default: true },
  wait: { default: false },
  wait_timeout: { default: 60 },
  attach: { default: false },
  logs: { default: false },
  must_run: { default: true },
  remove_volumes: { default: true },
  container_read_refresh_timeout_milliseconds: { default: 15000 },
  restart: { default: "no", check: matches(/^(no|on-failure|always|unless-stopped)$/) },
  memory: COUNT,
  memory_swap: { check: atLeast(-1) },
  cpu_shares: COUNT,
  cpu_period: COUNT,
  cpu_quota: COUNT,
  cpu_set: { check: matches(/^\d+([,-]\d+)*$/) },

  capabilities: FORCE_NEW,
  ...forceNew("capabilities.add", "capabilities.drop"),
  devices: FORCE_NEW,
  ...forceNew("devices.host_path", "devices.container_path", "devices.permissions"),
  healthcheck: { computed: true },
  "healthcheck.interval": DURATION,
  "healthcheck.timeout": DURATION,
  "healthcheck.start_period": DURATION,
  "healthcheck.start_interval": DURATION,
  "healthcheck.retries": { default: 0, ...COUNT },
  host: FORCE_NEW,
  ...forceNew("host.host", "host.ip"),
  labels: { ...FORCE_NEW, computed: true },
  ...forceNew("labels.label", "labels.value"),
  // As the real one: of a mount only these make a new container, and another number of mounts.
  mounts: FORCE_NEW,
  ...forceNew("mounts.tmpfs_options", "mounts.volume_options.subpath"),
  "mounts.type": { check: matches(/^(bind|volume|tmpfs)$/) },
  "mounts.bind_options.propagation": { check: matches(/^(private|rprivate|shared|rshared|slave|rslave)$/) },
  networks_advanced: FORCE_NEW,
  ...forceNew("networks_advanced.name", "networks_advanced.aliases"),
  ...forceNew("networks_advanced.ipv4_address", "networks_advanced.ipv6_address"),
  ports: { ...FORCE_NEW, same: samePorts },
  ...forceNew("ports.internal", "ports.external"),
  "ports.ip": { ...FORCE_NEW, default: "0.0.0.0", spelling: (ip) => (ip === "" ? "0.0.0.0" : ip) },
  "ports.protocol": { ...FORCE_NEW, default: "tcp" },
  ulimit: FORCE_NEW,
  ...forceNew("ulimit.name", "ulimit.soft", "ulimit.hard"),
  upload: FORCE_NEW,
  ...forceNew("upload.content", "upload.file", "upload.source", "upload.source_hash"),
  "upload.content_base64": { ...FORCE_NEW, check: isBase64 },
  "upload.executable": { ...FORCE_NEW, default: false },
  "upload.permissions": { ...FORCE_NEW, check: matches(/^0[0-7]{3}$/) },
  volumes: FORCE_NEW,
  ...forceNew("volumes.from_container", "volumes.container_path", "volumes.volume_name", "volumes.read_only"),
  "volumes.host_path": { ...FORCE_NEW, check: isAbsolutePath },
};
