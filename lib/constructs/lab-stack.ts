import { LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Action } from "../checks/action";
import type { DeployedLab } from "../checks/deployed";
import { createService } from "../checks/doing";
import { type ReachabilityChoice, reachabilityChecks } from "../checks/matrix/checks";
import type { Need } from "../checks/need";
import type { Probe } from "../checks/probes";
import { ThrowAway, type ThrowAwayProps } from "../checks/throw-away";
import { BridgeNetwork, type BridgeNetworkProps, type DeclaredNetwork } from "../topology/declared-network";
import { Engine } from "../topology/engine";
import { Identity, LABEL } from "../topology/identity";
import { Lab } from "../topology/lab";
import { checkedName } from "../topology/name";
import { NestedEngine, type NestedEngineProps, type OtherEngine, RemoteEngine } from "../topology/other-engines";
import { OverlayNetwork, type OverlayNetworkProps } from "../topology/overlay";
import { Refusal } from "../topology/refusal";
import { RemoteMachine, type RemoteMachineProps } from "../topology/remote-machine";
import { Server, type ServerProps } from "../topology/server";
import { SwarmService, type SwarmServiceProps } from "../topology/swarm-service";
import { UnderlayNetwork, type UnderlayNetworkProps } from "../topology/underlay";
import { describeModel } from "./description";
import { type DeclaredEngine, declareEngine, declareRemoteEngine } from "./engine";
import { type CheckProps, LabChecks, type LabStep, type StepProps } from "./lab-checks";
import { literals } from "./literal";
import { networkConfig } from "./network";
import { Container, DockerProvider, Image, Network, NullProvider, type NullResource } from "./providers";
import { attachedTo, networkMode, publishedPorts, resolvers } from "./server";
import { ENGINE_IMAGE, type Settings, settingsOf } from "./settings";
import { serving, siteOfTasks } from "./site";
import { LATER_STAGES, Stages } from "./stages";

export interface LabStackProps {
  /** One line: what the lab shows. */
  readonly title: string;
  /** What the machine must offer before the lab can be at all. @default nothing */
  readonly needs?: readonly Need[];
}

/** Actions after which a server may not run: Terraform must not insist that it does. */
const STOPPING: readonly Action["do"][] = ["kill", "stop"];
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
  private readonly checks: LabChecks;
  private readonly throwAways: (ThrowAway | SwarmService)[] = [];
  private readonly commands: string[] = [];
  private readonly declared = {
    engines: new Map<Engine, DeclaredEngine>(),
    networks: new Map<DeclaredNetwork, Network>(),
    containers: new Map<Server | RemoteMachine, Container>(),
  };
  private readonly stages: Stages;
  private engineImage?: Image;
  /** The engines of the lab's swarm, once a network across them is declared. */
  private swarm?: readonly OtherEngine[];

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
    this.checks = new LabChecks(id);
    this.stages = new Stages(this, this.lab, this.settings);
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
    const lan = this.networkOf(props.lan);
    const others = engine.vlans.map(({ access }) => this.networkOf(access));
    this.declared.engines.set(
      engine,
      declareEngine(this, engine, { engineImage, lan, others, labels: this.labels(), settings, preflight }),
    );
    if (engine.vlans.length > 0) this.stages.declareVlans();
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
    this.declared.engines.set(engine, declareRemoteEngine(this, engine, { settings: this.settings, preflight }));
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
      image: (this.declared.engines.get(server.engine) ?? this.stages).image.imageId,
      networkMode: networkMode(server, (owner) => this.containerOf(owner)),
      ...attachedTo(
        server.attachments,
        server.attachments.map(({ network }) => this.networkOf(network)),
      ),
      ...resolvers(server, this.settings.dns),
      ...publishedPorts(server),
      command: serving(server),
      labels: [...this.labels(), { label: LABEL.server, value: name }],
      destroyGraceSeconds: GRACE_SECONDS,
      ...(server.losesPortTo === undefined ? {} : { mustRun: false }),
      ...(server.restart === undefined ? {} : { restart: server.restart }),
    });
    this.declared.containers.set(server, container);
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
      command: serving(remote),
      labels: [...this.labels(), { label: LABEL.server, value: name }],
      destroyGraceSeconds: GRACE_SECONDS,
      dependsOn: [this.stages.preflight],
    });
    this.declared.containers.set(remote, container);
    this.stages.declareWire();
    return remote;
  }

  /**
   * Adds a check: after each deploy it is run, and the deploy fails with its reason when it does not hold.
   * @param id unique within the lab: `<name>` or `<server>/<name>`
   * @throws Refusal for an id that is there already or a claim that does not exist
   */
  check(id: string, probe: Probe, props: CheckProps): void {
    this.checks.add(id, probe, props);
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
  step(name: string, props: StepProps): LabStep {
    const step = this.checks.addStep(name, props);
    for (const [server, container] of this.declared.containers) {
      const stops = props.actions.some(
        (one) => STOPPING.includes(one.do) && "container" in one && one.container === server.container,
      );
      if (stops) container.mustRun = false;
    }
    return step;
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
    this.checks.refuseUnseenSteps();
    return {
      schema: "lab/1",
      ...describeModel(this.lab),
      title: this.props.title,
      instance: this.settings.instance,
      image: this.settings.image,
      ...(this.props.needs === undefined ? {} : { needs: [...this.props.needs] }),
      checks: this.checks.checks,
      steps: this.checks.steps,
      tryNext: this.commands,
    };
  }

  /** Who loses a port to another starts after it. */
  private startedBefore({ losesPortTo }: Server): Container[] {
    const holder = losesPortTo === undefined ? undefined : this.declared.containers.get(losesPortTo);
    if (losesPortTo !== undefined && holder === undefined) {
      throw new Refusal(`${this.lab.id}.servers`, `server "${losesPortTo.name}" is not of this lab`);
    }
    return holder === undefined ? [] : [holder];
  }

  /**
   * The stages depend on all that was added, so they are finished when the stack is. Not for labs: synthesis asks.
   *
   * What the program knows of the lab is put in behind cdktf, which would look three times for references in every text of
   * it, where there are none.
   */
  override toTerraform(): unknown {
    this.stages.finish(this.declared, this.checks);
    const { output, ...others } = super.toTerraform() as { output: { lab: object } };
    return { ...others, output: { ...output, lab: { ...output.lab, value: literals(this.describe()) } } };
  }

  private declareNetwork<N extends DeclaredNetwork>(network: N): N {
    const { swarm, vlans } = this.stages;
    const { dependsOn, ...engine } = this.on(network.engine);
    const declared = new Network(this, network.name, {
      ...engine,
      ...networkConfig(network),
      labels: this.labels(),
      dependsOn: [
        ...dependsOn,
        ...(network.mode === "overlay" && swarm !== undefined ? [swarm.formed] : []),
        ...(network instanceof UnderlayNetwork && vlans !== undefined ? [vlans] : []),
      ],
    });
    this.declared.networks.set(network, declared);
    return network;
  }

  /** A lab has one swarm. */
  private declareSwarm({ name, engines }: OverlayNetwork): void {
    if (this.swarm === undefined) {
      this.swarm = engines;
      this.stages.declareSwarm(engines, this.declared);
    } else if (this.swarm.length !== engines.length || this.swarm.some((one, index) => one !== engines[index])) {
      throw new Refusal(
        `${this.lab.id}.${name}.engines`,
        "these are not the engines of the lab's other overlays; a lab has one swarm",
        this.swarm.map((one) => one.name).join(", "),
      );
    }
  }

  /**
   * What comes before a server on an overlay, the one before it among others: of several that ask the swarm's manager
   * for a place at once, it sometimes leaves one without an answer until that gives up (seen with Engine 20.10).
   */
  private beforeOnOverlay({ network, name }: Server): (NullResource | Container)[] {
    const { swarm } = this.stages;
    if (network.mode !== "overlay" || swarm === undefined) return [];
    const others = this.lab.servers.filter((server) => server.network.mode === "overlay" && server.name !== name);
    const last = others.at(-1);
    return [swarm.left, ...(last === undefined ? [] : [this.containerOf(last)])];
  }

  /** What everything on an engine has in common: its provider, and that the engine comes first. */
  private on(engine: Engine): { provider?: DockerProvider; dependsOn: (NullResource | Container)[] } {
    const declared = this.declared.engines.get(engine);
    if (declared === undefined) return { dependsOn: [this.stages.preflight] };
    return { provider: declared.provider, dependsOn: [declared.ready] };
  }

  private networkOf(network: DeclaredNetwork): Network {
    const declared = this.declared.networks.get(network);
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
    if (added || (!LATER_STAGES.includes(name) && this.node.tryFindChild(name) === undefined)) return;
    throw new Refusal(
      `${this.lab.id}.${property}`,
      `"${name}" is what every lab calls a part of its own; a server or network has another name`,
      `${name}-1`,
    );
  }

  private containerOf(server: Server): Container {
    const container = this.declared.containers.get(server);
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
