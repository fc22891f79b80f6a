import { dependable, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Action } from "../checks/action";
import { Check, commandLines } from "../checks/check";
import { checksOf, type DeployedLab, type PortEntry } from "../checks/deployed";
import type { Need } from "../checks/need";
import { type ReachabilityChoice, reachabilityChecks } from "../checks/matrix/checks";
import type { Probe } from "../checks/probes";
import { actionLines, Step, throwAwaysOf } from "../checks/step";
import { createService } from "../checks/doing";
import { ThrowAway, type ThrowAwayProps } from "../checks/throw-away";
import { Identity, LABEL } from "../topology/identity";
import { Lab } from "../topology/lab";
import { checkedName } from "../topology/name";
import { Engine } from "../topology/engine";
import { NestedEngine, type NestedEngineProps, type OtherEngine, RemoteEngine } from "../topology/other-engines";
import { BridgeNetwork, type BridgeNetworkProps, type DeclaredNetwork } from "../topology/declared-network";
import { OverlayNetwork, type OverlayNetworkProps } from "../topology/overlay";
import { Refusal } from "../topology/refusal";
import { EVERY_ADDRESS, type HostListener, listenerText } from "../topology/publication";
import { RemoteMachine, type RemoteMachineProps } from "../topology/remote-machine";
import { type Attachment, Server, type ServerProps } from "../topology/server";
import { SwarmService, type SwarmServiceProps } from "../topology/swarm-service";
import { UnderlayNetwork, type UnderlayNetworkProps } from "../topology/underlay";
import { type DeclaredEngine, declareEngine, declareRemoteEngine } from "./engine";
import { literal, literals } from "./literal";
import {
  Container,
  type ContainerConfig,
  DockerProvider,
  Image,
  Network,
  type NetworkConfig,
  NullProvider,
  NullResource,
} from "./providers";
import { ENGINE_IMAGE, type Settings, settingsOf } from "./settings";
import { SITE_FILE, siteOf, siteOfTasks } from "./site";

export interface LabStackProps {
  /** One line: what the lab shows. */
  readonly title: string;
  /** What the machine must offer before the lab can be at all. @default nothing */
  readonly needs?: readonly Need[];
}

export interface CheckProps {
  /** What holds, in one short sentence. */
  readonly what: string;
  /** Why it holds, for someone who learns. */
  readonly why: string;
  /** The sentences of the articles that it proves. @default none */
  readonly claim?: string | readonly string[];
  /** The facts of the catalogue that it shows (`lib/checks/facts.ts`). @default none */
  readonly fact?: string | readonly string[];
  /** What must be given besides what the probe needs itself; without it the check is skipped. @default nothing */
  readonly needs?: readonly Need[];
  /** For how many seconds it must hold, at each look. @default until it is true once */
  readonly consistently?: number;
  /** Words by which the check can be chosen (`lab check --only WORD`), besides those that follow from it. @default none */
  readonly tags?: readonly string[];
}

export interface StepProps {
  /** What is done, in one short sentence. */
  readonly what: string;
  /** What there is to learn from it. */
  readonly why: string;
  /** What is done on the engine, one after the other: `kill(web1)`. */
  readonly actions: readonly Action[];
}

/** A step of a lab that is being described. */
export interface LabStep {
  /** Adds a check of what holds after the step: `<lab>/<step>/<id>`. */
  readonly check: (id: string, probe: Probe, props: CheckProps) => void;
}

/** Actions after which a server may not run: Terraform must not insist that it does. */
const STOPPING: readonly Action["do"][] = ["kill", "stop"];
/** The stages that wire remote machines to the host, and remove what steps run. Their names are taken even where a lab has none yet. */
const WIRE = "wire";
const THROW_AWAYS = "throw-aways";
/** The stage that gives hosts their interfaces for VLANs. */
const VLANS = "vlans";

/** What stands for a lab's swarm in its stack. */
interface Swarm {
  readonly engines: readonly OtherEngine[];
  /** Comes before the networks across them. */
  readonly formed: NullResource;
  /**
   * Lies between these networks and who is on them. Does nothing until it is destroyed: then it removes the networks
   * as soon as the manager knows that everybody has left. Terraform's provider would ask only once, as a rule too early;
   * now it finds that they are gone.
   */
  readonly left: NullResource;
}

/** nginx ends its requests in that time after SIGQUIT; then it is killed. */
const GRACE_SECONDS = 5;

/**
 * A lab: one stack with its own state. A subclass says which networks and servers there are and what must hold; this
 * declares them to Terraform, with a preflight before, the checks behind, and the proof of the teardown at the end.
 *
 * @example
 * class MyLab extends LabStack {
 *   constructor(scope: Construct, id: string) {
 *     super(scope, id, { title: "Two servers on a bridge" });
 *     const lan = this.addNetwork("lan", { subnet: "10.90.0.0/24" });
 *     const web = this.addServer("web", { network: lan, publish: [8090] });
 *     this.check("published", http(web).onHostPort(8090).answers(), { what: "…", why: "…" });
 *   }
 * }
 */
export abstract class LabStack extends TerraformStack {
  readonly engine = Engine.local;
  readonly lab: Lab;
  protected readonly settings: Settings;
  private readonly checks: Check[] = [];
  private readonly steps: (Step & { checks: Check[] })[] = [];
  private readonly throwAways: (ThrowAway | SwarmService)[] = [];
  private readonly commands: string[] = [];
  private readonly engines = new Map<Engine, DeclaredEngine>();
  private readonly networks = new Map<DeclaredNetwork, Network>();
  private readonly containers = new Map<Server | RemoteMachine, Container>();
  /** Only where there is a remote machine to be wired. */
  private wire: NullResource | undefined;
  private readonly stages: { preflight: NullResource; image: Image; checks: NullResource };
  /**
   * Only where steps run containers of their own: does nothing until it is destroyed, then removes those. Not a part of
   * `checks`: what a failed check has tainted is destroyed without a word.
   */
  private throwAwaysGone?: NullResource;
  private engineImage?: Image;
  private swarm?: Swarm;
  /** Only where hosts have interfaces for VLANs: comes between the engines and the networks on these interfaces. */
  private vlans?: NullResource;

  /** @throws Refusal for a bad id */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: LabStackProps,
  ) {
    // Before cdktf looks at it: its own message names no rule of ours.
    super(scope, checkedName("lab", id));
    this.settings = settingsOf(this);
    this.lab = new Lab(new Identity(id, this.settings.instance, this.settings.prefix));
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    new DockerProvider(this, "docker", {});
    new NullProvider(this, "null", {});
    this.stages = this.declareStages();
    new TerraformOutput(this, "lab", {
      // `toTerraform` says it, as it is in the end.
      value: {},
      description: "What the program knows of this lab.",
      // Not a secret: it is long, and Terraform would print all of it after each apply.
      sensitive: true,
      staticId: true,
    });
  }

  /**
   * Adds a throw-away engine: another host, on a network of this lab.
   * @throws Refusal for a bad or taken name or address
   */
  addEngine(name: string, props: NestedEngineProps): NestedEngine {
    this.refuseOwnName("engines", name);
    const engine = this.lab.addEngine(new NestedEngine(this.lab.identity, name, props));
    const { preflight } = this.stages;
    this.engineImage ??= new Image(this, "engine-image", {
      name: ENGINE_IMAGE,
      keepLocally: true,
      dependsOn: [preflight],
    });
    const { engineImage, settings } = this;
    const lan = this.declared(props.lan);
    const others = engine.vlans.map(({ access }) => this.declared(access));
    this.engines.set(
      engine,
      declareEngine(this, engine, { engineImage, lan, others, labels: this.labels(), settings, preflight }),
    );
    if (engine.vlans.length > 0) this.vlans ??= new NullResource(this, VLANS, { provisioners: [this.stage(VLANS)] });
    return engine;
  }

  /**
   * Adds an engine on a machine of its own, which is there already: `ssh://user@host`, or `tcp://host:port` (with TLS).
   * @throws Refusal for a bad or taken name or address
   */
  addRemoteEngine(name: string, address: string): RemoteEngine {
    this.refuseOwnName("engines", name);
    const engine = this.lab.addEngine(new RemoteEngine(this.lab.identity, name, address));
    const { preflight } = this.stages;
    this.engines.set(engine, declareRemoteEngine(this, engine, { settings: this.settings, preflight }));
    return engine;
  }

  /** @throws Refusal for a bad or taken name or subnet */
  addNetwork(name: string, props: BridgeNetworkProps): BridgeNetwork {
    this.refuseOwnName("networks", name);
    return this.declareNetwork(this.lab.addNetwork(new BridgeNetwork(this.lab.identity, name, props)));
  }

  /**
   * Adds a network across several engines, which become a swarm before it is created.
   * @throws Refusal for a bad or taken name or subnet, or other engines than those of the lab's swarm
   */
  addOverlay(name: string, props: OverlayNetworkProps): OverlayNetwork {
    this.refuseOwnName("networks", name);
    const network = this.lab.addNetwork(new OverlayNetwork(this.lab.identity, name, props));
    this.declareSwarm(network);
    return this.declareNetwork(network);
  }

  /**
   * Adds a network without a bridge, on an interface of the host.
   * @throws Refusal for a bad or taken name, subnet or range
   */
  addUnderlay(name: string, props: UnderlayNetworkProps): UnderlayNetwork {
    this.refuseOwnName("networks", name);
    return this.declareNetwork(this.lab.addNetwork(new UnderlayNetwork(this.lab.identity, name, props)));
  }

  /** @throws Refusal for a bad or taken name, port or address */
  addServer(name: string, props: ServerProps): Server {
    this.refuseOwnName("servers", name);
    const server = this.lab.addServer(new Server(this.lab.identity, name, props));
    const { dependsOn, ...engine } = this.on(server.engine);
    const container = new Container(this, name, {
      ...engine,
      dependsOn: [...dependsOn, ...this.startedBefore(server), ...this.beforeOnOverlay(server)],
      name: server.container,
      image: (this.engines.get(server.engine) ?? this.stages).image.imageId,
      networkMode: this.networkMode(server),
      ...this.attached(server),
      ...this.resolvers(server),
      ...(server.publications.length === 0 ? {} : { ports: portsOf(server) }),
      upload: [{ file: SITE_FILE, content: literal(siteOf(server)) }],
      labels: [...this.labels(), { label: LABEL.server, value: name }],
      destroyGraceSeconds: GRACE_SECONDS,
      ...(server.losesPortTo === undefined ? {} : { mustRun: false }),
      ...(server.restart === undefined ? {} : { restart: server.restart }),
    });
    this.containers.set(server, container);
    return server;
  }

  /**
   * Adds a machine beside the host, to look at the host from outside: `http(web).from(remote)`. It has one wire, to the
   * host, and answers like a server, so that `http(remote).from(namespaceOf(web))` tells whose address web goes by.
   * @throws Refusal for a bad or taken name or subnet
   */
  addRemoteMachine(name: string, props: RemoteMachineProps = {}): RemoteMachine {
    this.refuseOwnName("remotes", name);
    const { remoteRange } = this.settings;
    const remote = this.lab.addRemoteMachine(new RemoteMachine(this.lab.identity, name, props, remoteRange));
    const container = new Container(this, name, {
      name: remote.container,
      image: this.stages.image.imageId,
      networkMode: "none",
      upload: [{ file: SITE_FILE, content: literal(siteOf(remote)) }],
      labels: [...this.labels(), { label: LABEL.server, value: name }],
      destroyGraceSeconds: GRACE_SECONDS,
      dependsOn: [this.stages.preflight],
    });
    this.containers.set(remote, container);
    this.wire ??= new NullResource(this, WIRE, { provisioners: [this.stage("wire")] });
    return remote;
  }

  /**
   * Adds a check: after each deploy it is run, and the deploy fails with its reason when it does not hold.
   * @param id unique within the lab: `<name>` or `<server>/<name>`
   * @throws Refusal for an id that is there already or a claim that does not exist
   */
  check(id: string, probe: Probe, props: CheckProps): void {
    this.checks.push(this.newCheck(id, probe, props));
  }

  /**
   * Adds the checks that follow from the lab's matrix, for what was added so far: who reaches whom, and who does not, and
   * how. Their ids are `<vantage>/reach-<listener>-by-<way>`.
   */
  checkReachability(choice: ReachabilityChoice = {}, more: Pick<CheckProps, "claim" | "tags"> = {}): void {
    for (const { id, probe, ...said } of reachabilityChecks(this.lab.id, this.lab.topology(), choice)) {
      this.check(id, probe, { ...more, ...said });
    }
  }

  /**
   * Adds a step: after each deploy, once the checks of the beginning have been run, steps are played in the order of
   * their declaration, each with its own checks behind.
   * @param name unique within the lab
   * @throws Refusal for a bad or taken name
   */
  step(name: string, { what, why, actions }: StepProps): LabStep {
    const step = { name, what, why, actions: [...actions], checks: [] as Check[] };
    const rules = Step.omit({ checks: true }).safeParse({ name, what, why, actions });
    if (!rules.success) {
      const { path = [], message = "" } = rules.error.issues[0] ?? {};
      throw new Refusal(`${this.lab.id}.steps`, `${path.join(".")} of step ${JSON.stringify(name)}: ${message}`);
    }
    if (this.steps.some((other) => other.name === name)) {
      throw new Refusal(`${this.lab.id}.steps`, `"${name}" is there already; a step's name is given once in a lab`);
    }
    this.steps.push(step);
    for (const [server, container] of this.containers) {
      const stops = actions.some(
        (one) => STOPPING.includes(one.do) && "container" in one && one.container === server.container,
      );
      if (stops) container.mustRun = false;
    }
    return {
      check: (id, probe, props) => {
        step.checks.push(this.newCheck(`${name}/${id}`, probe, props));
      },
    };
  }

  /**
   * A container that Terraform knows nothing of: a step runs it, and it is removed with the lab, or before.
   * @throws Refusal for a bad or taken name
   */
  throwAway(name: string, props: ThrowAwayProps = {}): ThrowAway {
    this.refuseTaken("throwAways", name);
    const throwAway = new ThrowAway(this.lab.identity, name, this.settings.image, props);
    this.throwAways.push(throwAway);
    return throwAway;
  }

  /**
   * A service of the lab's swarm that Terraform knows nothing of: a step creates it, and it is removed with the lab, or
   * before.
   * @throws Refusal for a bad or taken name
   */
  swarmService(name: string, props: SwarmServiceProps): SwarmService {
    this.refuseTaken("services", name);
    const service = this.lab.addService(new SwarmService(this.lab.identity, name, this.settings.image, props));
    this.throwAways.push(service);
    return service;
  }

  /** Creates a service, as an action of a step, and waits until its tasks run. */
  createService(service: SwarmService): Action {
    return createService(service, siteOfTasks(service));
  }

  private refuseTaken(property: string, name: string): void {
    const others = [...this.lab.networks, ...this.lab.servers, ...this.throwAways];
    if (!others.some((other) => other.name === name)) return;
    throw new Refusal(`${this.lab.id}.${property}`, `"${name}" is there already; a name is given once in a lab`);
  }

  /** Adds a command that is worth typing once the lab is up. */
  tryNext(command: string): void {
    this.commands.push(command);
  }

  /** What those who come later need to know: as it lies in the stack and in the state. */
  describe(): DeployedLab {
    const unseen = this.steps.find(({ checks }) => checks.length === 0);
    if (unseen !== undefined) {
      throw new Refusal(
        `${this.lab.id}.steps`,
        `step "${unseen.name}" has no check; what a step leads to is looked at`,
      );
    }
    return {
      schema: "lab/1",
      id: this.lab.id,
      title: this.props.title,
      instance: this.settings.instance,
      image: this.settings.image,
      hostMode: this.lab.servers.some((server) => server.network.mode === "host"),
      ...(this.props.needs === undefined ? {} : { needs: [...this.props.needs] }),
      networks: this.lab.networks.filter(isLocal).map(({ engineName, subnet }) => ({
        name: engineName,
        subnet: subnet.toString(),
      })),
      ...(this.lab.engines.length === 0
        ? {}
        : {
            engines: this.lab.engines.map((engine) => ({
              name: engine.name,
              container: engine.container,
              ...(engine instanceof NestedEngine ? { address: engine.address } : {}),
            })),
          }),
      ...(this.swarm === undefined
        ? {}
        : {
            swarm: {
              engines: this.swarm.engines.map(({ name }) => name),
              networks: this.lab.networks.filter(({ mode }) => mode === "overlay").map(({ engineName }) => engineName),
            },
          }),
      ...this.describeVlans(),
      servers: this.lab.servers.map((server) => ({
        name: server.name,
        container: server.container,
        token: server.token,
        ...(isLocal(server) ? {} : { engine: server.engine.name }),
        ports: localListeners(server).map(portEntry),
        ...(server.portOption === undefined ? {} : { portOption: server.portOption }),
        story: storyOf(server),
        ...(server.losesPortTo === undefined ? {} : { losesPortTo: server.losesPortTo.name }),
        ...localListeners(server)
          .slice(0, 1)
          .map((listener) => ({ url: urlOf(listener) }))[0],
      })),
      topology: this.lab.topology(),
      remotes: this.lab.remotes.map(({ name, container, subnet, address, hostAddress, wire }) => ({
        name,
        container,
        subnet: subnet.toString(),
        address,
        hostAddress,
        wire,
      })),
      checks: this.checks,
      steps: this.steps,
      tryNext: this.commands,
    };
  }

  private describeVlans(): Pick<DeployedLab, "vlans"> {
    const hosts = this.hostsWithVlans;
    const all = hosts.flatMap(({ name, vlans }) => vlans.map((vlan) => ({ ...vlan, host: name })));
    const first = all.filter(({ access }, index) => all.findIndex((one) => one.access === access) === index);
    const vlans = first.map(({ id, access }) => ({
      ...{ id, access: access.engineName },
      engines: all.filter((one) => one.access === access).map(({ host }) => host),
    }));
    return vlans.length === 0 ? {} : { vlans };
  }

  private get hostsWithVlans(): NestedEngine[] {
    return this.lab.engines.filter((one): one is NestedEngine => one instanceof NestedEngine && one.vlans.length > 0);
  }

  /** Who loses a port to another starts after it. */
  private startedBefore({ losesPortTo }: Server): Container[] {
    const holder = losesPortTo === undefined ? undefined : this.containers.get(losesPortTo);
    if (losesPortTo !== undefined && holder === undefined) {
      throw new Refusal(`${this.lab.id}.servers`, `server "${losesPortTo.name}" is not of this lab`);
    }
    return holder === undefined ? [] : [holder];
  }

  private get allChecks(): Check[] {
    return checksOf({ checks: this.checks, steps: this.steps });
  }

  private newCheck(id: string, probe: Probe, props: CheckProps): Check {
    const check = this.parsedCheck(`${this.lab.id}/${id}`, probe, props);
    if (this.allChecks.some((other) => other.id === check.id)) {
      throw new Refusal(`${this.lab.id}.checks`, `"${id}" is there already; a check's id is given once in a lab`);
    }
    return check;
  }

  private parsedCheck(id: string, probe: Probe, { what, why, claim = [], fact, ...more }: CheckProps): Check {
    const check = {
      id,
      what,
      why,
      claims: [claim].flat(),
      ...(fact === undefined ? {} : { facts: [fact].flat() }),
      ...more,
      probe,
    };
    const result = Check.safeParse(check);
    if (result.success) return result.data;
    const { path = [], message = "" } = result.error.issues[0] ?? {};
    const value = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)[key], check);
    throw new Refusal(
      `${this.lab.id}.checks`,
      `${path.join(".")} of ${id} is ${JSON.stringify(value) ?? "missing"}; ${message}`,
    );
  }

  /**
   * What surrounds the containers, in the order of creation: `gone` (does nothing now; being destroyed last, it proves
   * that nothing is left), `preflight` (refuses before anything is created), then networks and containers,
   * `wire` (lays the wires of remote machines), then `checks`. Checks hang on a resource of their own, so that a failing one never taints a container.
   */
  private declareStages(): { preflight: NullResource; image: Image; checks: NullResource } {
    const gone = new NullResource(this, "gone", {
      triggers: { lab: this.lab.id },
      provisioners: [{ ...this.stage("gone"), when: "destroy" }],
    });
    const preflight = new NullResource(this, "preflight", {
      dependsOn: [gone],
      provisioners: [this.stage("preflight")],
    });
    const image = new Image(this, "image", { name: this.settings.image, keepLocally: true, dependsOn: [preflight] });
    const checks = new NullResource(this, "checks", { provisioners: [this.stage("checks")] });
    return { preflight, image, checks };
  }

  /** No command line for a shell to read: Terraform appends the stage's name as the last argument. */
  private stage(command: string): { type: "local-exec"; interpreter: string[]; command: string } {
    return { type: "local-exec", interpreter: ["sh", this.settings.program], command };
  }

  /**
   * The stages depend on all that was added, so they are finished when the stack is. Not for labs: synthesis asks.
   *
   * What the program knows of the lab is put in behind cdktf, which would look three times for references in every text of
   * it, where there are none.
   */
  override toTerraform(): unknown {
    this.finishStages();
    const { output, ...others } = super.toTerraform() as { output: { lab: object } };
    return { ...others, output: { ...output, lab: { ...output.lab, value: literals(this.describe()) } } };
  }

  /** Triggers say what a stage depends on, and a plan shows them: ports and subnets; containers and command lines. */
  private finishStages(): void {
    const { networks, servers, remotes, engines } = this.lab;
    const addresses = engines.flatMap((one) => (one instanceof RemoteEngine ? one.container : []));
    this.stages.preflight.triggers = {
      image: literal(this.settings.image),
      ports: servers.flatMap((server) => localListeners(server).map(listenerText)).join(" "),
      subnets: [...networks.filter(isLocal), ...remotes].map(({ subnet }) => subnet.toString()).join(" "),
      // Others have not been looked at, nor been handed anything.
      ...(addresses.length === 0 ? {} : { engines: literal(addresses.join(" ")) }),
    };
    if (this.wire !== undefined) {
      this.wire.triggers = Object.fromEntries(
        remotes.flatMap((remote) => [
          [`container ${remote.name}`, this.containers.get(remote)?.id],
          [`subnet ${remote.name}`, remote.subnet.toString()],
          // A trigger that says nothing would be null in every plan.
          ...(networks.length === 0 ? [] : [["networks", networks.map(({ subnet }) => subnet.toString()).join(" ")]]),
        ]),
      ) as Record<string, string>;
    }
    this.stages.checks.triggers = Object.fromEntries([
      ...[...this.engines].map(([engine, { ready }]) => [`engine ${engine.name}`, ready.id]),
      ...[...this.containers].map(([server, container]) => [`container ${server.name}`, container.id]),
      ...(this.wire === undefined ? [] : [[WIRE, this.wire.id]]),
      ...this.steps.map((step, index) => [
        `step ${String(index + 1)} ${step.name}`,
        literal(actionLines(step).join("; ")),
      ]),
      ...this.allChecks.map((check) => [check.id, literal(commandLines(check).join("; "))]),
    ]) as Record<string, string>;
    if (this.vlans !== undefined) {
      const hosts = this.hostsWithVlans.flatMap((host) => this.engines.get(host)?.ready ?? []);
      this.vlans.triggers = Object.fromEntries(
        hosts.map((host, index) => [this.hostsWithVlans[index]?.name ?? "", host.id]),
      );
      this.vlans.dependsOn = hosts.map((host) => dependable(host));
    }
    this.declareThrowAways();
    this.stages.checks.dependsOn = [
      ...this.networks.values(),
      ...this.containers.values(),
      ...(this.wire === undefined ? [] : [this.wire]),
      ...(this.throwAwaysGone === undefined ? [] : [this.throwAwaysGone]),
    ].map((one) => dependable(one));
  }

  /** A container that Terraform does not know would keep a network from being destroyed. */
  private declareThrowAways(): void {
    if (throwAwaysOf(this.steps).length === 0) return;
    this.throwAwaysGone ??= new NullResource(this, THROW_AWAYS, {
      provisioners: [{ ...this.stage(THROW_AWAYS), when: "destroy" }],
    });
    this.throwAwaysGone.triggers = Object.fromEntries(
      [...this.networks].map(([{ name }, network]) => [`network ${name}`, network.id]),
    );
    this.throwAwaysGone.dependsOn = [...this.networks.values(), ...this.containers.values()].map((one) =>
      dependable(one),
    );
  }

  private declareNetwork<N extends DeclaredNetwork>(network: N): N {
    const { subnet, gateway, engineName } = network;
    const { dependsOn, ...engine } = this.on(network.engine);
    const range = network instanceof UnderlayNetwork ? network.range : undefined;
    const more = network.subnets.slice(1).map((one) => ({ subnet: one.toString(), gateway: one.address(1) }));
    const declared = new Network(this, network.name, {
      ...engine,
      name: engineName,
      driver: network.mode,
      ipamConfig: [
        { subnet: subnet.toString(), gateway, ...(range === undefined ? {} : { ipRange: range.toString() }) },
        ...more,
      ],
      ...(network.internal ? { internal: true } : {}),
      ...(network.mode === "overlay" ? { attachable: true } : {}),
      ...driverOptions(network),
      labels: this.labels(),
      dependsOn: [
        ...dependsOn,
        ...(network.mode === "overlay" && this.swarm !== undefined ? [this.swarm.formed] : []),
        ...(network instanceof UnderlayNetwork && this.vlans !== undefined ? [this.vlans] : []),
      ],
    });
    this.networks.set(network, declared);
    if (network.mode === "overlay" && this.swarm !== undefined) {
      this.swarm.left.dependsOn = [...(this.swarm.left.dependsOn ?? []), dependable(declared)];
    }
    return network;
  }

  /** A lab has one swarm: forming it is a stage of its own, between the engines and the networks across them. */
  private declareSwarm({ name, engines }: OverlayNetwork): void {
    const others = this.swarm?.engines.some((one, index) => one !== engines[index]);
    if (others === true || (this.swarm !== undefined && this.swarm.engines.length !== engines.length)) {
      throw new Refusal(
        `${this.lab.id}.${name}.engines`,
        "these are not the engines of the lab's other overlays; a lab has one swarm",
        this.swarm?.engines.map((one) => one.name).join(", "),
      );
    }
    if (this.swarm !== undefined) return;
    const containers = engines.flatMap((engine) => this.engines.get(engine)?.ready ?? []);
    const formed = new NullResource(this, "swarm", {
      triggers: Object.fromEntries(containers.map((container, index) => [engines[index]?.name ?? "", container.id])),
      provisioners: [this.stage("swarm")],
      dependsOn: containers,
    });
    const left = new NullResource(this, "left", { provisioners: [{ ...this.stage("left"), when: "destroy" }] });
    this.swarm = { engines, formed, left };
  }

  /**
   * What comes before a server on an overlay, the one before it among others: of several that ask the swarm's manager
   * for a place at once, it sometimes leaves one without an answer until that gives up (seen with Engine 20.10).
   */
  private beforeOnOverlay({ network, name }: Server): (NullResource | Container)[] {
    if (network.mode !== "overlay" || this.swarm === undefined) return [];
    const others = this.lab.servers.filter((server) => server.network.mode === "overlay" && server.name !== name);
    const last = others.at(-1);
    return [this.swarm.left, ...(last === undefined ? [] : [this.containerOf(last)])];
  }

  /** What everything on an engine has in common: its provider, and that the engine comes first. */
  private on(engine: Engine): { provider?: DockerProvider; dependsOn: (NullResource | Container)[] } {
    const declared = this.engines.get(engine);
    if (declared === undefined) return { dependsOn: [this.stages.preflight] };
    return { provider: declared.provider, dependsOn: [declared.ready] };
  }

  private declared(network: DeclaredNetwork): Network {
    const declared = this.networks.get(network);
    if (declared === undefined) throw new Error(`${network.name} is not declared`);
    return declared;
  }

  /** What a lab declares of itself (its providers, its stages) has names too. */
  private refuseOwnName(property: string, name: string): void {
    if (this.throwAways.some((one) => one.name === name)) {
      throw new Refusal(`${this.lab.id}.${property}`, `"${name}" is there already; a name is given once in a lab`);
    }
    const { engines, networks, servers, remotes } = this.lab;
    const added = [...engines, ...networks, ...servers, ...remotes].some((one) => one.name === name);
    if (added || (![WIRE, THROW_AWAYS].includes(name) && this.node.tryFindChild(name) === undefined)) return;
    throw new Refusal(
      `${this.lab.id}.${property}`,
      `"${name}" is what every lab calls a part of its own; a server or network has another name`,
      `${name}-1`,
    );
  }

  /** As the provider reads it back: a namespace is shared by the id of its owner, which then also replaces who joined it. */
  private networkMode({ network }: Server): string {
    switch (network.mode) {
      case "host":
      case "none":
        return network.mode;
      case "shared":
        return `container:${this.containerOf(network.owner).id}`;
      case "bridge":
      case "default-bridge":
      case "overlay":
      case "macvlan":
      case "ipvlan":
        return "bridge";
    }
  }

  private attached({ attachments }: { readonly attachments: readonly Attachment[] }): Partial<ContainerConfig> {
    if (attachments.length === 0) return {};
    const networks = attachments.map(({ network }) => this.declared(network));
    return {
      networksAdvanced: attachments.map(({ address, names }, index) => ({
        name: networks[index]?.name ?? "",
        ...(address === undefined ? {} : { ipv4Address: address }),
        aliases: [...names],
      })),
      // A container does not survive its network: without this, replacing the network waits for its death in vain.
      lifecycle: { replaceTriggeredBy: networks.map((network) => dependable(network)) },
    };
  }

  /** In the other modes names are not the engine's matter: it copies the host's settings, or the owner's. */
  private resolvers({ network }: Server): Partial<ContainerConfig> {
    const own = ["bridge", "default-bridge", "macvlan", "ipvlan"].includes(network.mode);
    return own && this.settings.dns !== undefined ? { dns: [this.settings.dns] } : {};
  }

  private containerOf(server: Server): Container {
    const container = this.containers.get(server);
    if (container === undefined) throw new Error(`${server.name} is not declared`);
    return container;
  }

  private labels(): { label: string; value: string }[] {
    const { instance, version } = this.settings;
    return [
      { label: LABEL.lab, value: this.lab.id },
      { label: LABEL.instance, value: instance },
      { label: LABEL.version, value: version },
    ];
  }
}

function isLocal({ engine }: { readonly engine: Engine }): boolean {
  return engine.container === undefined;
}

/** Where a server is found on this machine: what it takes on a throw-away engine is nobody else's. */
function localListeners(server: Server): readonly HostListener[] {
  return isLocal(server) ? server.hostListeners : [];
}

/** What the driver is told, where that differs from its own ways. */
function driverOptions(network: DeclaredNetwork): Pick<NetworkConfig, "options" | "lifecycle"> {
  if (network instanceof OverlayNetwork) {
    // The engine adds options of its own (its VXLAN ids), which would be a difference on every plan.
    return network.encrypted ? { options: { encrypted: "true" }, lifecycle: { ignoreChanges: ["options"] } } : {};
  }
  if (network instanceof UnderlayNetwork) {
    return { options: { parent: network.parent, [`${network.mode}_mode`]: network.driverMode } };
  }
  const { interContainerConnectivity = true, mtu } = network as BridgeNetwork;
  const options = {
    ...(interContainerConnectivity ? {} : { "com.docker.network.bridge.enable_icc": "false" }),
    ...(mtu === undefined ? {} : { "com.docker.network.driver.mtu": String(mtu) }),
  };
  return Object.keys(options).length === 0 ? {} : { options };
}

/** In the order in which the provider reads them back. */
function portsOf({ publications }: Server): { internal: number; external: number; ip?: string }[] {
  return [...publications]
    .sort((a, b) => a.to - b.to)
    .map(({ port, on, to }) => ({ internal: to, external: port, ...(on === EVERY_ADDRESS ? {} : { ip: on }) }));
}

function portEntry({ port, on }: HostListener): PortEntry {
  return on === EVERY_ADDRESS ? port : { port, on };
}

function urlOf({ port, on }: HostListener): string {
  return `http://${on === EVERY_ADDRESS ? "127.0.0.1" : on}:${String(port)}/`;
}

function storyOf({ name, engine, network, attachments, publications, port, losesPortTo }: Server): string {
  const published =
    publications.length === 0
      ? ""
      : `, published on ${publications.map((one) => listenerText(one) + (one.to === port ? "" : ` (port ${String(one.to)})`)).join(", ")}`;
  switch (network.mode) {
    case "host":
      return losesPortTo === undefined
        ? `nginx "${name}" lives in the host's own network namespace`
        : `nginx "${name}" lives there too, and wants the port that "${losesPortTo.name}" has`;
    case "none":
      return `nginx "${name}" has no network but its own loopback interface`;
    case "shared":
      return `nginx "${name}" lives in the network namespace of "${network.owner.name}", port ${String(port)}`;
    case "default-bridge":
      return `nginx "${name}" on the default bridge${published}`;
    case "overlay":
    case "macvlan":
    case "ipvlan":
    case "bridge": {
      const networks = attachments.map((one) => `network ${one.network.name} (${one.network.subnet.toString()})`);
      return `nginx "${name}" on ${networks.join(" and ")}, port ${String(port)}${published}${isLocal({ engine }) ? "" : `, on engine ${engine.name}`}`;
    }
  }
}
