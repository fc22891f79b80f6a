import { isIPv4 } from "net";
import { z } from "zod";
import { parseJson } from "../engine/json";
import { type Command, onEngine, toShell, type Word } from "./command";
import { failureMode, isConnected } from "./curl";
import { parseInterfaces } from "./interfaces";
import type { Observation } from "./probe";
import { bodyOf } from "./probes/http";
import { type Listener, parseNetstat } from "./probes/listener";
import type { Probe } from "./probes";
import { at, describeVantage, type Vantage } from "./vantage";

/** The first thing that is wrong on the way to a server, and the one command that shows it. */
export interface Diagnosis {
  readonly what: string;
  readonly show: string;
}

/** Runs a command that only looks. Undefined where it cannot be run here. */
export type LookAt = (command: Command) => Promise<Observation | undefined>;

interface Target {
  readonly host: Word;
  readonly port: number;
  /** The token is that of an HTTP server; without an engine it is on the local one. */
  readonly server: {
    readonly name: string;
    readonly container: string;
    readonly token?: string;
    readonly engine?: string | undefined;
  };
}

/** What was asked, and what is known of the container that should have answered. */
interface Case {
  readonly from: Vantage;
  readonly target: Target;
  /** Whether the host itself was asked, so that only a mapped port can lead to the server. */
  readonly toHost: boolean;
  /** How the request ended, where it got that far. */
  readonly answer: Observation | undefined;
  readonly container: Inspected;
  readonly look: LookAt;
}

const Inspected = z.object({
  State: z.object({ Status: z.string(), ExitCode: z.int(), Error: z.string().default("") }),
  HostConfig: z.object({ NetworkMode: z.string() }),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable()).nullish(),
    Networks: z.record(
      z.string(),
      z.object({ IPAddress: z.string().default(""), Aliases: z.array(z.string()).nullish() }),
    ),
  }),
});
type Inspected = z.infer<typeof Inspected>;

/** From the server outwards: what lies further out cannot work while one of these does not. */
const LAYERS: readonly ((one: Case) => Promise<Diagnosis | undefined>)[] = [
  notRunning,
  notPublished,
  publishedElsewhere,
  withoutAddress,
  notListening,
  heldByAnother,
  askingFromNowhere,
  nameUnknown,
  filtered,
  anotherAnswers,
  proxied,
];

/**
 * Why a request that should have been answered was not: walks the layers with looks that change nothing, and tells the
 * first one that is broken. Undefined where none is, or where the probe is about something else.
 * @param answers what the probe's own commands returned, by name: several where one ran for each of something
 */
export async function diagnose(
  probe: Probe,
  answers: (name: string) => readonly Observation[],
  look: LookAt,
): Promise<Diagnosis | undefined> {
  const request = requestOf(probe, answers);
  if (request === undefined) {
    // One that the probe makes itself comes and goes.
    const looksAt = "container" in probe && !("instance" in probe) ? probe.container : undefined;
    return looksAt === undefined ? undefined : hasEnded(looksAt, undefined, look);
  }
  const { name, container } = request.target.server;
  const inspected = await look(asked(request, "inspect", container));
  if (inspected === undefined) return undefined;
  if (/No such (?:object|container)/i.test(inspected.stderr)) {
    const show = toShell(asked(request, "ps", "--all"));
    return { what: `there is no container ${container}: ${name} was removed`, show };
  }
  const [found] = parseJson(z.tuple([Inspected]), inspected.stdout) ?? [];
  if (found === undefined) return undefined;
  const toHost = await isToHost({ ...request, container: found, look });
  for (const layer of LAYERS) {
    const broken = await layer({ ...request, toHost, container: found, look });
    if (broken !== undefined) return broken;
  }
  return undefined;
}

type Request = Pick<Case, "from" | "target" | "answer">;

/** What should have been answered, or accepted: for something that must fail, its control. */
function requestOf(probe: Probe, answers: (name: string) => readonly Observation[]): Request | undefined {
  if (probe.kind === "log" && probe.expectation === "client") {
    return requestTo(probe.from, probe.target, answers("request")[0]);
  }
  if (probe.kind !== "http" && probe.kind !== "tcp") return undefined;
  const isRight = probe.kind === "http" ? ({ exit }: Observation): boolean => exit === 0 : isConnected;
  const worst = (name: string): Observation | undefined => {
    const all = answers(name);
    return all.find((answer) => !isRight(answer)) ?? all[0];
  };
  if ("control" in probe) {
    const control = worst("control");
    // A control that answers is all right; what is wrong then is what answers where nothing should.
    return control !== undefined && isRight(control) ? undefined : requestTo(probe.from, probe.control, control);
  }
  return requestTo(probe.from, probe.target, worst(probe.kind === "http" ? "request" : "connection"));
}

/** Undefined for what is nobody's of the lab, and for a service, of which one does not know which container was asked. */
function requestTo(
  from: Vantage,
  target: Extract<Probe, { kind: "http" | "tcp" }>["target"],
  answer: Observation | undefined,
): Request | undefined {
  const { host, port, server } = target;
  return server === undefined || ("service" in server && server.service === true)
    ? undefined
    : { from, target: { host, port, server }, answer };
}

/** A question to the engine that the server lives on, by however that one is reached. */
function asked({ target }: Pick<Case, "target">, ...words: string[]): Command {
  return onEngine(target.server.engine, ["docker", ...words]);
}

/** The command that shows on which networks a container of that engine is, as a person types it. */
function networksOf(engine: string | undefined, container: string): string {
  return toShell(onEngine(engine, ["docker", "inspect", "-f", "{{json .NetworkSettings.Networks}}", container]));
}

/** The server's network namespace, and its engine's machine. */
const inServer = ({ target: { server } }: Pick<Case, "target">): Vantage => namespace(server.container, server.engine);
const itsHost = ({ target: { server } }: Pick<Case, "target">): Vantage => ({ kind: "host", ...on(server.engine) });

function namespace(container: string, engine: string | undefined): Vantage {
  return { kind: "namespace", container, ...on(engine) };
}

function on(engine: string | undefined): { engine?: string } {
  return engine === undefined ? {} : { engine };
}

async function notRunning({ container, target, look }: Case): Promise<Diagnosis | undefined> {
  return lastWords(target.server.container, target.server.engine, container, look);
}

/** What became of a container that something else is asked about than to answer. */
async function hasEnded(name: string, engine: string | undefined, look: LookAt): Promise<Diagnosis | undefined> {
  const inspected = await look(onEngine(engine, ["docker", "inspect", name]));
  const [container] = parseJson(z.tuple([Inspected]), inspected?.stdout ?? "") ?? [];
  return container === undefined ? undefined : lastWords(name, engine, container, look);
}

/** Undefined for one that runs. */
async function lastWords(
  name: string,
  engine: string | undefined,
  { State: { Status, ExitCode, Error: problem } }: Inspected,
  look: LookAt,
): Promise<Diagnosis | undefined> {
  if (Status === "running") return undefined;
  const show = onEngine(engine, ["docker", "logs", "--tail", "20", name]);
  const logs = await look(show);
  const last = problem || `${logs?.stdout ?? ""}\n${logs?.stderr ?? ""}`.trim().split("\n").at(-1) || "nothing";
  const state = Status === "exited" ? `has ended with exit code ${String(ExitCode)}` : `is ${Status}`;
  return { what: `container ${name} ${state}; its last words: ${last.slice(0, 200)}`, show: toShell(show) };
}

function ownsNetworks({ container }: Pick<Case, "container">): boolean {
  return !/^(?:host|none|container:.*)$/.test(container.HostConfig.NetworkMode);
}

/** Asked at an address of the container's, which it does not have (any more). */
async function withoutAddress(one: Case): Promise<Diagnosis | undefined> {
  const { container, target } = one;
  if (!ownsNetworks(one) || one.toHost || publishedPort(one) !== undefined) return undefined;
  const networks = Object.entries(container.NetworkSettings.Networks);
  const addresses = networks.flatMap(([, { IPAddress }]) => IPAddress || []);
  const show = networksOf(target.server.engine, target.server.container);
  if (addresses.length === 0) {
    return { what: `container ${target.server.container} is connected to no network`, show };
  }
  const address = addressIn(target, one.answer);
  if (address === undefined || isLoopback(address) || addresses.includes(address)) return undefined;
  return {
    what: `container ${target.server.container} has the address ${addresses.join(", ")}, not ${address}`,
    show,
  };
}

/** The address that was asked: the target's, or, where the engine chose it, the one that curl was given. */
function addressIn({ host }: Target, answer: Observation | undefined): string | undefined {
  const text = typeof host === "string" ? host : /^http:\/\/([^:/]+)/.exec(answer?.argv.at(-1) ?? "")?.[1];
  return text !== undefined && isIPv4(text) ? text : undefined;
}

const isLoopback = (address: string): boolean => /^127\./.test(address) || address === "::1";
const isEvery = (address: string): boolean => address === "0.0.0.0" || address === "::";

/** The port inside to which the engine leads what arrives at the port that was asked. */
function publishedPort({ container, target }: Pick<Case, "container" | "target">): number | undefined {
  const ports = Object.entries(container.NetworkSettings.Ports ?? {});
  const [inside] = ports.find(([, to]) => to?.some(({ HostPort }) => HostPort === String(target.port))) ?? [];
  return inside === undefined ? undefined : Number.parseInt(inside, 10);
}

/** By a loopback address that is the host's own, or by any address of it, from wherever. */
async function isToHost(one: Omit<Case, "toHost">): Promise<boolean> {
  const address = addressIn(one.target, one.answer);
  if (address === undefined || !ownsNetworks(one)) return false;
  if (isLoopback(address)) return isOnItsHost(one);
  const shown = await one.look(at(itsHost(one), ["ip", "-j", "-4", "addr", "show"]));
  const addresses = (parseInterfaces(shown?.stdout ?? "") ?? []).flatMap(({ addr_info }) => addr_info);
  return addresses.some(({ local }) => local === address);
}

/** Whether it is the machine of the server's own engine that asks. */
function isOnItsHost({ from, target }: Pick<Case, "from" | "target">): boolean {
  return from.kind === "host" && from.engine === target.server.engine;
}

async function notPublished(one: Case): Promise<Diagnosis | undefined> {
  if (!one.toHost || publishedPort(one) !== undefined) return undefined;
  const { container, port } = { container: one.target.server.container, port: one.target.port };
  return {
    what: `port ${String(port)} of the host is not published for ${container}: the engine maps nothing to it`,
    show: toShell(asked(one, "port", container)),
  };
}

/** Published, but on another address of the host than was asked. */
async function publishedElsewhere(one: Case): Promise<Diagnosis | undefined> {
  const address = addressIn(one.target, one.answer);
  const places = Object.values(one.container.NetworkSettings.Ports ?? {})
    .flatMap((to) => to ?? [])
    .filter(({ HostPort }) => HostPort === String(one.target.port))
    .map(({ HostIp }) => HostIp);
  if (!one.toHost || places.length === 0 || places.some((one) => one === address || isEvery(one) || one === ""))
    return undefined;
  const { container } = one.target.server;
  return {
    what: `port ${String(one.target.port)} is published on ${places.join(", ")} only, not on ${String(address)}`,
    show: toShell(asked(one, "port", container)),
  };
}

async function notListening(one: Case): Promise<Diagnosis | undefined> {
  const { container: name, token } = one.target.server;
  // A bare connection needs nobody inside where docker-proxy accepts it: for the host itself, not for others.
  const isBare = token === undefined && isOnItsHost(one);
  if (isBare && (await holderOf(one))?.program === "docker-proxy") return undefined;
  const port = publishedPort(one) ?? one.target.port;
  const command = at(inServer(one), ["netstat", "-tulpn"]);
  const listeners = await listenersOf(one, command);
  if (listeners === undefined) return undefined;
  const there = listeners.filter((listener) => listener.port === port);
  const show = toShell(command);
  if (there.length === 0) {
    const others = [...new Set(listeners.map((listener) => listener.port))].sort((a, b) => a - b).join(", ");
    const instead = others === "" ? "nothing listens there at all" : `only on ${others}`;
    return { what: `in ${name}, nothing listens on port ${String(port)} (${instead})`, show };
  }
  const address = addressIn(one.target, one.answer);
  const fromWithin = publishedPort(one) === undefined && address !== undefined && isLoopback(address);
  if (!fromWithin && there.every((listener) => isLoopback(listener.address))) {
    return { what: `${name} listens on port ${String(port)} on loopback only: nobody else can reach it`, show };
  }
  return undefined;
}

/** The TCP listeners that netstat shows, without the engine's own resolver. */
async function listenersOf(one: Case, command: Command): Promise<Listener[] | undefined> {
  const shown = await one.look(command);
  if (shown?.exit !== 0 || !shown.stdout.startsWith("Active Internet connections")) return undefined;
  return parseNetstat(shown.stdout).filter(
    ({ protocol, address }) => protocol.startsWith("tcp") && address !== "127.0.0.11",
  );
}

/** Published, but another process of the host has the port. */
async function heldByAnother(one: Case): Promise<Diagnosis | undefined> {
  const holder = await holderOf(one);
  if (holder?.program === undefined || ["docker-proxy", "dockerd"].includes(holder.program)) return undefined;
  return {
    what: `another process holds port ${String(one.target.port)} of the host: ${holder.program}, pid ${String(holder.pid)}`,
    show: toShell(listenersOfHost(one)),
  };
}

function listenersOfHost(one: Case): Command {
  return at(itsHost(one), ["netstat", "-tulpn"]);
}

/** Who listens on the port of the host that was asked, where the host was. */
async function holderOf(one: Case): Promise<Listener | undefined> {
  if (!one.toHost) return undefined;
  const listeners = await listenersOf(one, listenersOfHost(one));
  return listeners?.find(
    ({ port, address }) =>
      port === one.target.port && (isEvery(address) || address === addressIn(one.target, one.answer)),
  );
}

/** The container that asks has ended, or is itself cut off. */
async function askingFromNowhere({ from, target, look }: Case): Promise<Diagnosis | undefined> {
  if (from.kind === "host" || !("container" in from) || from.container === target.server.container) return undefined;
  const engine = "engine" in from ? from.engine : undefined;
  const inspected = await look(onEngine(engine, ["docker", "inspect", from.container]));
  const [asking] = parseJson(z.tuple([Inspected]), inspected?.stdout ?? "") ?? [];
  if (asking === undefined) return undefined;
  const ended = await lastWords(from.container, engine, asking, look);
  if (ended !== undefined || !ownsNetworks({ container: asking })) return ended;
  const networks = Object.values(asking.NetworkSettings.Networks);
  if (networks.some(({ IPAddress }) => IPAddress !== "")) return undefined;
  return {
    what: `container ${from.container}, which asks, is connected to no network`,
    show: networksOf(engine, from.container),
  };
}

async function nameUnknown({ answer, container, from, target }: Case): Promise<Diagnosis | undefined> {
  if (answer === undefined || failureMode(answer) !== "no-name") return undefined;
  const names = Object.values(container.NetworkSettings.Networks).flatMap(({ Aliases }) => Aliases ?? []);
  const { host, server } = target;
  const name = typeof host === "string" ? host : "the name";
  const show = toShell(at(from, ["cat", "/etc/resolv.conf"]));
  if (names.includes(name)) {
    return { what: `the network knows ${name}, but the resolver that ${describeVantage(from)} uses does not`, show };
  }
  return {
    what: `${server.container} is not called ${name} on its networks (${names.join(", ") || "it has no names"})`,
    show: networksOf(server.engine, server.container),
  };
}

/** The namespace that is asked from, where it is not the host's. */
function asking(from: Vantage): Vantage[] {
  if (from.kind === "host") return [];
  return [from.kind === "container" ? namespace(from.container, from.engine) : from];
}

/** A rule of the host's or a container's that drops or rejects what is for the server. */
async function filtered(one: Case): Promise<Diagnosis | undefined> {
  const { answer, container, look, target } = one;
  if (answer === undefined || answer.exit === 0) return undefined;
  const addresses = Object.values(container.NetworkSettings.Networks).flatMap(({ IPAddress }) => IPAddress || []);
  const ports = [target.port, publishedPort(one)].flatMap((port) => (port === undefined ? [] : [String(port)]));
  const places = [itsHost(one), inServer(one), ...asking(one.from)];
  for (const place of places) {
    const command = at(place, ["iptables", "-w", "-S"]);
    const shown = await look(command);
    if (shown?.exit !== 0) continue;
    const rule = shown.stdout.split("\n").find((line) => isAbout(line, addresses, ports));
    if (rule !== undefined) {
      return { what: `a packet filter rule of ${describeVantage(place)} stops it: ${rule}`, show: toShell(command) };
    }
  }
  return undefined;
}

/** Whether a rule stops packets, and names the server's address or port. */
function isAbout(rule: string, addresses: readonly string[], ports: readonly string[]): boolean {
  if (!/^-A .*-j (?:DROP|REJECT)\b/.test(rule)) return false;
  const words = rule.split(" ");
  const named = words.some((word) => addresses.includes(word.replace(/\/32$/, "")));
  const port = words[words.indexOf("--dport") + 1];
  return named || (words.includes("--dport") && port !== undefined && ports.includes(port));
}

/** Somebody answered, but not in the server's own words. */
async function anotherAnswers(one: Case): Promise<Diagnosis | undefined> {
  const { answer, look, target } = one;
  if (answer?.exit !== 0) return undefined;
  const { name, token, container } = target.server;
  // Of a connection nobody has said whose it is.
  if (token === undefined) return undefined;
  // It is the server itself; what else was to be so, the check tells.
  if (bodyOf(answer) === `${name} ${token}`) return undefined;
  const port = String(publishedPort(one) ?? target.port);
  const url = `http://127.0.0.1:${port}/`;
  const command = at(inServer(one), ["curl", "-4", "-sS", "--noproxy", "*", "--max-time", "3", url]);
  const own = await look(command);
  if (own === undefined) return undefined;
  if (own.stdout.trim() === `${name} ${token}`) {
    return {
      what: `${container} itself answers as it should: what was asked belongs to somebody else`,
      show: toShell(at(one.from, ["ip", "neigh"])),
    };
  }
  const said = JSON.stringify(own.stdout.trim().split("\n")[0]?.slice(0, 60) ?? "");
  return { what: `${container} itself says ${said}: its site is not the lab's`, show: toShell(command) };
}

/** Nothing is wrong with the lab; what people type may still go elsewhere. */
async function proxied({ from, look }: Case): Promise<Diagnosis | undefined> {
  const command = at(from, ["env"]);
  const shown = await look(command);
  const variable = /^(?:http|all)_proxy=.+$/im.exec(shown?.exit === 0 ? shown.stdout : "")?.[0];
  if (variable === undefined) return undefined;
  return {
    what: `${variable} is set, seen from ${describeVantage(from)}: programs that obey it ask the proxy (the checks do not)`,
    show: toShell(command),
  };
}
