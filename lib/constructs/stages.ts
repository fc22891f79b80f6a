import { dependable } from "cdktf";
import type { Construct } from "constructs";
import { commandLines } from "../checks/check";
import { actionLines, throwAwaysOf } from "../checks/step";
import type { DeclaredNetwork } from "../topology/declared-network";
import type { Engine } from "../topology/engine";
import type { Lab } from "../topology/lab";
import { type OtherEngine, RemoteEngine } from "../topology/other-engines";
import { listenerText } from "../topology/publication";
import type { RemoteMachine } from "../topology/remote-machine";
import type { Server } from "../topology/server";
import { hostsWithVlans, isLocal, localListeners } from "./description";
import type { DeclaredEngine } from "./engine";
import type { LabChecks } from "./lab-checks";
import { literal } from "./literal";
import { type Container, Image, type Network, NullResource } from "./providers";
import type { Settings } from "./settings";

/** What stands in the stack for the parts of a lab that is being described. */
export interface Declared {
  readonly engines: ReadonlyMap<Engine, DeclaredEngine>;
  readonly networks: ReadonlyMap<DeclaredNetwork, Network>;
  readonly containers: ReadonlyMap<Server | RemoteMachine, Container>;
}

/** The stages that a lab has only where it needs them. Their names are taken even where a lab has none yet. */
const WIRE = "wire";
const THROW_AWAYS = "throw-aways";
export const LATER_STAGES: readonly string[] = [WIRE, THROW_AWAYS];

/** The stages that come before and after the networks across a swarm. */
interface SwarmStages {
  /** Comes before the networks. */
  readonly formed: NullResource;
  /**
   * Lies between the networks and who is on them. Does nothing until it is destroyed: then it removes the networks
   * as soon as the manager knows that everybody has left. Terraform's provider would ask only once, as a rule too early;
   * now it finds that they are gone.
   */
  readonly left: NullResource;
}

/**
 * What surrounds networks and containers, in the order of creation: `gone` (does nothing now; being destroyed last, it
 * proves that nothing is left), `preflight` (refuses before anything is created), `vlans` and `swarm` (between hosts and
 * their networks), networks and containers, `wire` (lays the wires of remote machines), then `checks`. Checks hang on a
 * resource of their own, so that a failing one never taints a container.
 */
export class Stages {
  readonly preflight: NullResource;
  /** The servers' image on the local engine, which comes before them. */
  readonly image: Image;
  private readonly checks: NullResource;
  private wire?: NullResource;
  private vlansMade?: NullResource;
  private swarmStages?: SwarmStages;
  /**
   * Only where steps run containers of their own: does nothing until it is destroyed, then removes those. Not a part of
   * `checks`: what a failed check has tainted is destroyed without a word.
   */
  private throwAwaysGone?: NullResource;

  constructor(
    private readonly scope: Construct,
    private readonly lab: Lab,
    private readonly settings: Settings,
  ) {
    const gone = new NullResource(scope, "gone", {
      triggers: { lab: lab.id },
      provisioners: [{ ...this.stage("gone"), when: "destroy" }],
    });
    this.preflight = new NullResource(scope, "preflight", {
      dependsOn: [gone],
      provisioners: [this.stage("preflight")],
    });
    this.image = new Image(scope, "image", { name: settings.image, keepLocally: true, dependsOn: [this.preflight] });
    this.checks = new NullResource(scope, "checks", { provisioners: [this.stage("checks")] });
  }

  /** Gives hosts their interfaces for VLANs: between the engines and the networks on these interfaces. */
  get vlans(): NullResource | undefined {
    return this.vlansMade;
  }

  /** Only where there are networks across a swarm. */
  get swarm(): SwarmStages | undefined {
    return this.swarmStages;
  }

  declareVlans(): void {
    this.vlansMade ??= new NullResource(this.scope, "vlans", { provisioners: [this.stage("vlans")] });
  }

  declareWire(): void {
    this.wire ??= new NullResource(this.scope, WIRE, { provisioners: [this.stage(WIRE)] });
  }

  /** Forming the swarm is a stage of its own, between the engines and the networks across them. */
  declareSwarm(engines: readonly OtherEngine[], declared: Declared): void {
    const ready = engines.flatMap((engine) => declared.engines.get(engine)?.ready ?? []);
    const formed = new NullResource(this.scope, "swarm", {
      triggers: Object.fromEntries(ready.map((one, index) => [engines[index]?.name ?? "", one.id])),
      provisioners: [this.stage("swarm")],
      dependsOn: ready,
    });
    const left = new NullResource(this.scope, "left", { provisioners: [{ ...this.stage("left"), when: "destroy" }] });
    this.swarmStages = { formed, left };
  }

  /**
   * Once all was added: triggers say what a stage depends on, and a plan shows them: ports and subnets; containers and
   * command lines.
   */
  finish(declared: Declared, checks: LabChecks): void {
    this.finishPreflight();
    this.finishWire(declared);
    this.finishVlans(declared);
    this.finishSwarm(declared);
    this.finishThrowAways(declared, checks);
    this.finishChecks(declared, checks);
  }

  private finishPreflight(): void {
    const { networks, servers, remotes, engines } = this.lab;
    const addresses = engines.flatMap((one) => (one instanceof RemoteEngine ? one.container : []));
    this.preflight.triggers = {
      image: literal(this.settings.image),
      ports: servers.flatMap((server) => localListeners(server).map(listenerText)).join(" "),
      subnets: [...networks.filter(isLocal), ...remotes].map(({ subnet }) => subnet.toString()).join(" "),
      // Others have not been looked at, nor been handed anything.
      ...(addresses.length === 0 ? {} : { engines: literal(addresses.join(" ")) }),
    };
  }

  private finishWire({ containers }: Declared): void {
    if (this.wire === undefined) return;
    const { networks, remotes } = this.lab;
    this.wire.triggers = Object.fromEntries(
      remotes.flatMap((remote) => [
        [`container ${remote.name}`, containers.get(remote)?.id],
        [`subnet ${remote.name}`, remote.subnet.toString()],
        // A trigger that says nothing would be null in every plan.
        ...(networks.length === 0 ? [] : [["networks", networks.map(({ subnet }) => subnet.toString()).join(" ")]]),
      ]),
    ) as Record<string, string>;
  }

  private finishVlans({ engines }: Declared): void {
    if (this.vlansMade === undefined) return;
    const names = hostsWithVlans(this.lab);
    const hosts = names.flatMap((host) => engines.get(host)?.ready ?? []);
    this.vlansMade.triggers = Object.fromEntries(hosts.map((host, index) => [names[index]?.name ?? "", host.id]));
    this.vlansMade.dependsOn = hosts.map((host) => dependable(host));
  }

  private finishSwarm({ networks }: Declared): void {
    if (this.swarmStages === undefined) return;
    const across = [...networks].filter(([{ mode }]) => mode === "overlay");
    this.swarmStages.left.dependsOn = across.map(([, network]) => dependable(network));
  }

  /** A container that Terraform does not know would keep a network from being destroyed. */
  private finishThrowAways({ networks, containers }: Declared, { steps }: LabChecks): void {
    if (throwAwaysOf(steps).length === 0) return;
    this.throwAwaysGone ??= new NullResource(this.scope, THROW_AWAYS, {
      provisioners: [{ ...this.stage(THROW_AWAYS), when: "destroy" }],
    });
    this.throwAwaysGone.triggers = Object.fromEntries(
      [...networks].map(([{ name }, network]) => [`network ${name}`, network.id]),
    );
    this.throwAwaysGone.dependsOn = [...networks.values(), ...containers.values()].map((one) => dependable(one));
  }

  private finishChecks({ engines, networks, containers }: Declared, { steps, all }: LabChecks): void {
    this.checks.triggers = Object.fromEntries([
      ...[...engines].map(([engine, { ready }]) => [`engine ${engine.name}`, ready.id]),
      ...[...containers].map(([server, container]) => [`container ${server.name}`, container.id]),
      ...(this.wire === undefined ? [] : [[WIRE, this.wire.id]]),
      ...steps.map((step, index) => [`step ${String(index + 1)} ${step.name}`, literal(actionLines(step).join("; "))]),
      ...all.map((check) => [check.id, literal(commandLines(check).join("; "))]),
    ]) as Record<string, string>;
    this.checks.dependsOn = [
      ...networks.values(),
      ...containers.values(),
      ...(this.wire === undefined ? [] : [this.wire]),
      ...(this.throwAwaysGone === undefined ? [] : [this.throwAwaysGone]),
    ].map((one) => dependable(one));
  }

  /** No command line for a shell to read: Terraform appends the stage's name as the last argument. */
  private stage(command: string): { type: "local-exec"; interpreter: string[]; command: string } {
    return { type: "local-exec", interpreter: ["sh", this.settings.program], command };
  }
}
