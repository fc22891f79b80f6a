import { z } from "zod";
import { LABEL } from "../topology/identity";
import { type Command, EngineContainer, onEngine } from "./command";

const onServer = { container: z.string(), engine: EngineContainer };
const attachment = {
  ...onServer,
  /** What the engine calls the network. */
  network: z.string(),
  /** The address that the container has or gets on it. */
  address: z.string().optional(),
  aliases: z.array(z.string()),
  /** Whether the lab declares the container on the network: so it is at the lab's beginning. */
  declared: z.boolean(),
};
/** Signals, as far as a lesson needs them: those that end a server at once, or gracefully. */
const Signal = z.enum(["KILL", "TERM", "QUIT"]);

/**
 * Something that a step of a lab does on the engine: plain data, so that a plan shows it, and that it can be undone. One
 * action is one docker command.
 */
export const Action = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("kill"), ...onServer, signal: Signal }),
  z.strictObject({
    do: z.literal("stop"),
    ...onServer,
    /** How many seconds it has to end by itself. Absent for a server. */
    grace: z.int().min(1).optional(),
  }),
  z.strictObject({ do: z.literal("start"), ...onServer }),
  z.strictObject({ do: z.literal("restart"), ...onServer }),
  z.strictObject({ do: z.literal("connect"), ...attachment }),
  z.strictObject({ do: z.literal("disconnect"), ...attachment }),
  /** Starts a container that only the scenario knows: Terraform neither creates nor removes it. */
  z.strictObject({
    do: z.literal("run"),
    ...onServer,
    lab: z.string(),
    instance: z.string(),
    image: z.string(),
    /** `none`, a network's name on the engine, or `container:<name>`. */
    network: z.string(),
    /** Capabilities beyond those that the engine gives to every container. */
    capabilities: z.array(z.string().regex(/^[A-Z_]+$/, "a capability is written like NET_ADMIN")),
    /** A port of the host that is to lead to port 80. */
    publish: z.number().optional(),
  }),
  /** Runs a program inside a container of the scenario's own. */
  z.strictObject({ do: z.literal("exec"), ...onServer, command: z.array(z.string()).min(1) }),
  /** Removes a container of the scenario's own. */
  z.strictObject({ do: z.literal("remove"), ...onServer }),
  /** Runs `ip` on a throw-away engine's host, about an interface that is the scenario's own. */
  z.strictObject({
    do: z.literal("ip"),
    /** The container of the engine. */
    container: z.string(),
    interface: z.string(),
    arguments: z.array(z.string()).min(1),
  }),
  /** Creates a service of the swarm that a throw-away engine manages, and waits until its tasks run. */
  z.strictObject({
    do: z.literal("create-service"),
    /** The container of the manager's engine. */
    engine: z.string(),
    service: z.string(),
    lab: z.string(),
    instance: z.string(),
    image: z.string(),
    endpointMode: z.enum(["vip", "dnsrr"]),
    /** The network's name on the engine. */
    network: z.string().optional(),
    /** What each task takes for its host's name: may hold a template of Docker's. Also a name on the network. */
    hostname: z.string().optional(),
    /** The name of the one host that runs a task. Absent for all. */
    only: z.string().optional(),
    publish: z.strictObject({ port: z.int(), mode: z.enum(["host", "ingress"]) }).optional(),
    /** What nginx is to serve: its configuration. */
    site: z.string(),
  }),
]);
export type Action = z.infer<typeof Action>;

/** nginx ends its requests in that time; then it is killed. */
const GRACE_SECONDS = 5;

/** The command that does it: the runner executes it, and a person can type it. */
export function commandOf(action: Action): Command {
  return onEngine("engine" in action ? action.engine : undefined, ownCommand(action));
}

/** As it is typed on the machine of the engine. */
function ownCommand(action: Action): Command {
  if (action.do === "create-service") return serviceCreation(action);
  const { container } = action;
  switch (action.do) {
    case "kill":
      return ["docker", "kill", "--signal", action.signal, container];
    case "stop":
      return ["docker", "stop", "--time", String(action.grace ?? GRACE_SECONDS), container];
    case "restart":
      return ["docker", "restart", "--time", String(GRACE_SECONDS), container];
    case "start":
      return ["docker", "start", container];
    case "connect":
      return connection(action);
    case "disconnect":
      return ["docker", "network", "disconnect", action.network, container];
    case "run":
      return creation(action);
    case "exec":
      return ["docker", "exec", container, ...action.command];
    case "remove":
      return ["docker", "rm", "--force", container];
    case "ip":
      return ["docker", "exec", container, "ip", ...action.arguments];
  }
}

type Of<D extends Action["do"]> = Extract<Action, { do: D }>;

function connection({ container, network, address, aliases }: Of<"connect" | "disconnect">): Command {
  return [
    ...["docker", "network", "connect"],
    ...(address === undefined ? [] : ["--ip", address]),
    ...aliases.flatMap((alias) => ["--alias", alias]),
    ...[network, container],
  ];
}

/** It does nothing but be there, for others to look into; it carries the lab's labels, so that a teardown finds it. */
function creation({ container, lab, instance, image, network, capabilities, publish }: Of<"run">): Command {
  return [
    ...["docker", "run", "--detach", "--name", container, "--network", network],
    ...(publish === undefined ? [] : ["--publish", `${String(publish)}:80`]),
    ...capabilities.flatMap((capability) => ["--cap-add", capability]),
    ...["--label", `${LABEL.lab}=${lab}`, "--label", `${LABEL.instance}=${instance}`],
    ...[image, "sleep", "infinity"],
  ];
}

/** How long a task has to run before it counts: a lesson's nginx does not end by itself. Docker's 5 s are for real services. */
const STABLE_AFTER = "100ms";
/** The only words that a shell reads; the site is an argument to them, and nginx's own variables stay nginx's. */
const SERVE = 'printf %s "$1" >/etc/nginx/conf.d/default.conf && exec nginx -g "daemon off;"';

/**
 * One task on each host that may run one. The image is given by its id, which is the same on all hosts that were given
 * the same archive: by a name each would first ask a registry for a newer one, and wait 20 s for no answer.
 */
function serviceCreation(action: Of<"create-service">): Command {
  const { service, lab, instance, image, engine, endpointMode, network, hostname, only, publish, site } = action;
  return [
    ...["docker", "service", "create", "--quiet", "--no-resolve-image", "--update-monitor", STABLE_AFTER],
    ...["--name", service, "--mode", "global", "--endpoint-mode", endpointMode],
    ...(hostname === undefined ? [] : ["--hostname", hostname]),
    ...(network === undefined ? [] : ["--network", network]),
    ...(only === undefined ? [] : ["--constraint", `node.hostname==${only}`]),
    ...(publish === undefined ? [] : ["--publish", `published=${String(publish.port)},target=80,mode=${publish.mode}`]),
    ...["--label", `${LABEL.lab}=${lab}`, "--label", `${LABEL.instance}=${instance}`],
    ...[[{ ref: "image-id" as const, image, engine }], "sh", "-c", SERVE, "sh", site],
  ];
}

/**
 * What an action is about, as far as undoing depends on it: a container and its networks, an interface, or a service;
 * undefined where there is none of that name.
 */
export type Found = { readonly networks: readonly string[] } | undefined;

/**
 * The command that undoes an action, whether or not it was done; undefined where there is nothing to undo. What a server
 * was told by kill, stop or start is undone for all of them at once, by starting them anew.
 */
export function undoing(action: Action, found: Found): Command | undefined {
  switch (action.do) {
    case "connect":
    case "disconnect":
      if (found === undefined || found.networks.includes(action.network) === action.declared) return undefined;
      return commandOf({ ...action, do: action.declared ? "connect" : "disconnect" });
    case "run":
      return found === undefined
        ? undefined
        : commandOf({ do: "remove", container: action.container, engine: action.engine });
    case "ip":
      // Its addresses and routes go with it.
      return found === undefined
        ? undefined
        : commandOf({ ...action, arguments: ["link", "delete", "dev", action.interface] });
    case "create-service":
      // Its tasks end soon after.
      return found === undefined ? undefined : onEngine(action.engine, ["docker", "service", "rm", action.service]);
    default:
      return undefined;
  }
}
