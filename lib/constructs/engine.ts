import { dependable, Fn } from "cdktf";
import type { Construct } from "constructs";
import { LABEL } from "../topology/identity";
import { SSH_OPTIONS } from "../engine/ssh";
import { certificateFolder, isTls } from "../engine/tls";
import type { NestedEngine, RemoteEngine } from "../topology/other-engines";
import { Container, DockerProvider, Image, type Network, type NullResource, Volume } from "./providers";
import type { Settings } from "./settings";

/** What stands for a nested engine in the stack, for all that is declared on it. */
export interface DeclaredEngine {
  readonly provider: DockerProvider;
  /** What is there before anything on the engine is; another one means that this is another engine. */
  readonly ready: Container | NullResource;
  /** The servers' image, as this engine has it. */
  readonly image: Image;
}

export interface EngineParts {
  /** The image that the engine itself runs from. */
  readonly engineImage: Image;
  readonly lan: Network;
  /** Networks that it may be plugged into besides, later. */
  readonly others: readonly Network[];
  readonly labels: readonly { label: string; value: string }[];
  readonly settings: Settings;
  readonly preflight: NullResource;
}

/**
 * The least with which a dockerd works in a container: NET_ADMIN for bridges, addresses and packet filter rules,
 * SYS_ADMIN for mounts and namespaces; neither the usual system call filter nor AppArmor's profile, which forbid mounts.
 * A process with these is root on the real machine: no wall against anybody who means harm.
 */
const LEAST_RIGHTS = {
  capabilities: { add: ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"] },
  securityOpts: ["apparmor=unconfined", "seccomp=unconfined"],
};

/** Engines open low ports to everybody in their containers; in this one, which plays a host, they are root's. */
const AS_ON_A_HOST = { "net.ipv4.ip_unprivileged_port_start": "1024" };

/** It loads the servers' image first: 3 s on a quick machine, minutes on an emulated one. */
const READY_SECONDS = 300;
/** In the provider's way of writing durations; a health check of the engine's looks that often and that patiently. */
const HEALTH = { interval: "500ms", timeout: "30s", retries: 2 * READY_SECONDS };

/** Declares a throw-away engine: its disk, its container, and the provider for what lives on it. */
export function declareEngine(scope: Construct, engine: NestedEngine, parts: EngineParts): DeclaredEngine {
  const { name, address } = engine;
  const { lan, others, settings, engineImage, preflight } = parts;
  const labels = [...parts.labels, { label: LABEL.engine, value: name }];
  const folder = engineFolder(engine);
  const disk = new Volume(scope, `${name}-disk`, { name: engine.container, labels, dependsOn: [preflight] });
  const container = new Container(scope, name, {
    name: engine.container,
    hostname: name,
    image: engineImage.imageId,
    networksAdvanced: [{ name: lan.name, ipv4Address: address, aliases: [name] }],
    networkMode: "bridge",
    cgroupnsMode: "private",
    sysctls: AS_ON_A_HOST,
    ...(settings.privilegedEngines === true ? { privileged: true } : LEAST_RIGHTS),
    volumes: [
      { volumeName: disk.name, containerPath: "/var/lib/docker" },
      { hostPath: `${folder}/${name}`, containerPath: "/engine" },
      { hostPath: `${folder}/images`, containerPath: "/images", readOnly: true },
    ],
    healthcheck: { test: ["CMD", "test", "-f", "/run/ready"], ...HEALTH },
    wait: true,
    waitTimeout: READY_SECONDS,
    // Otherwise a plan would remove an engine that somebody has stopped, with what it holds.
    mustRun: false,
    labels,
    lifecycle: { replaceTriggeredBy: [lan, ...others].map((network) => dependable(network)) },
    dependsOn: [preflight, ...others],
  });
  const provider = new DockerProvider(scope, `docker-${name}`, {
    alias: name,
    host: `unix://${folder}/${name}/docker.sock`,
    // When the first plan is made it does not exist yet.
    disableDockerDaemonCheck: true,
  });
  const image = new Image(scope, `${name}-image`, {
    provider,
    name: settings.image,
    keepLocally: true,
    dependsOn: [container],
  });
  return { provider, ready: container, image };
}

/** Declares what Terraform needs to work on a remote engine: a provider by ssh or TLS, and the servers' image that is handed in. */
export function declareRemoteEngine(
  scope: Construct,
  { name, container: host }: RemoteEngine,
  { settings, preflight }: Pick<EngineParts, "settings" | "preflight">,
): DeclaredEngine {
  const provider = new DockerProvider(scope, `docker-${name}`, {
    alias: name,
    host,
    ...(isTls(host) ? { certPath: settings.certificates ?? certificateFolder(process.env) } : { sshOpts: SSH_OPTIONS }),
    // The preflight looks, and says in its own words what is wrong.
    disableDockerDaemonCheck: true,
  });
  const image = new Image(scope, `${name}-image`, {
    provider,
    name: settings.image,
    keepLocally: true,
    dependsOn: [preflight],
  });
  return { provider, ready: preflight, image };
}

/** Where the sockets and images of a lab's engines lie; as Terraform sees it from the stack's folder. */
function engineFolder(engine: NestedEngine): string {
  return Fn.abspath(`../../../.lab/engines/${engine.lab}`);
}
