import { isIPv4 } from "net";
import { z } from "zod";
import { onEngine, shortId, taskAddresses, tasksOn, toShell, type Command } from "../command";
import { error, fail, failed, type Findings, type Judgement, type Observation, pass, type ProbeKind } from "../probe";
import { at, describeVantage, Vantage } from "../vantage";

/** A name as one asks a resolver for it. No hyphen in front: that would be an option to getent. */
const Name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, "a name is letters, digits, dots, hyphens");

/**
 * Whose address a name may have: one that the lab gives, or what the engine gave to a container on a network, to a
 * service's task on an engine, or to a service itself (its VIP, as a manager tells).
 */
const Address = z.union([
  z.ipv4(),
  z.strictObject({ container: z.string(), network: z.string() }),
  z.strictObject({ service: z.string(), network: z.string(), engine: z.string() }),
  z.strictObject({ service: z.string(), manager: z.string() }),
]);
type Address = z.infer<typeof Address>;
type Given = Exclude<Address, string>;

/** What the engine itself calls a container: the start of its id. */
const ShortId = z.strictObject({ shortIdOf: z.string() });

const probe = { kind: z.literal("resolve"), from: Vantage, name: z.union([Name, ShortId]) };

/** What a name means at a vantage: asked of the resolver that programs there use, by getent. */
export const ResolveProbe = z.discriminatedUnion("expectation", [
  /** Exactly this set of IPv4 addresses, in any order: several containers may share a name. */
  z.strictObject({ ...probe, expectation: z.literal("addresses"), addresses: z.array(Address).min(1) }),
  /** No address, while the name `control` has one: otherwise a broken resolver would look like a proof. */
  z.strictObject({ ...probe, expectation: z.literal("no-name"), control: Name }),
]);
export type ResolveProbe = z.infer<typeof ResolveProbe>;

export const resolve: ProbeKind<ResolveProbe> = {
  needs: () => [],
  commands: (probe) =>
    probe.expectation === "no-name"
      ? [
          { name: "name", command: at(probe.from, ask(probe.name)) },
          { name: "control", command: at(probe.from, ask(probe.control)) },
        ]
      : [
          { name: "name", command: at(probe.from, ask(probe.name)) },
          ...probe.addresses.flatMap((address) => (typeof address === "string" ? [] : [whatEngineGave(address)])),
        ],
  expected: (probe) =>
    probe.expectation === "no-name"
      ? `no such name: ${called(probe.name)}, while ${probe.control} has an address`
      : `${called(probe.name)} means ${probe.addresses.map(describe).join(", ")}`,
  judge: (probe, findings) =>
    probe.expectation === "no-name" ? judgeNoName(probe, findings) : judgeAddresses(probe, findings),
};

/** Where the resolver passes on what it does not know, and gets no answer, the wait is short. */
function ask(name: ResolveProbe["name"]): Command {
  const word = typeof name === "string" ? name : [shortId({ container: name.shortIdOf })];
  return ["env", "RES_OPTIONS=timeout:2 attempts:1", "getent", "ahostsv4", word];
}

function called(name: ResolveProbe["name"]): string {
  return typeof name === "string" ? name : `the short id of ${name.shortIdOf}`;
}

function whatEngineGave(address: Given): { name: string; command: Command } {
  if ("manager" in address) {
    const inspect = ["docker", "service", "inspect", "-f", VIRTUAL_ADDRESSES, address.service];
    return { name: "address", command: onEngine(address.manager, inspect) };
  }
  if ("service" in address) return { name: "address", command: onEngine(address.engine, tasksOn(address.network)) };
  const template = `{{with index .NetworkSettings.Networks ${JSON.stringify(address.network)}}}{{.IPAddress}}{{end}}`;
  return { name: "address", command: ["docker", "inspect", "-f", template, address.container] };
}

/** One for each network that a service is on. */
const VIRTUAL_ADDRESSES = "{{range .Endpoint.VirtualIPs}}{{println .Addr}}{{end}}";

/** In what the engine said: nothing where it tells no address, or several. */
function addressIn(address: Given, { stdout }: Observation): string {
  const addresses =
    "network" in address && "service" in address
      ? taskAddresses(stdout, address.service)
      : stdout
          .trim()
          .split("\n")
          .map((line) => line.replace(/\/.*/, ""));
  return addresses.length === 1 ? (addresses[0] ?? "") : "";
}

function describe(address: Address): string {
  if (typeof address === "string") return address;
  if ("manager" in address) return `the address of service ${address.service} itself`;
  return "service" in address
    ? `the address of ${address.service}'s task on ${address.engine}`
    : `the address of ${address.container}`;
}

/** The addresses in the output of `getent ahostsv4`: a line for each kind of socket. */
export function parseGetent(text: string): string[] {
  const addresses = text.split("\n").flatMap((line) => /^(\S+)\s+(?:STREAM|DGRAM|RAW)\b/.exec(line)?.[1] ?? []);
  return [...new Set(addresses)].filter((address) => isIPv4(address));
}

/** getent: 0 found, 2 not found; anything else it could not ask. Undefined is such an answer. */
function found({ exit, stdout }: Observation): string[] | undefined {
  if (exit === 2) return stdout.trim() === "" ? [] : undefined;
  const addresses = exit === 0 ? parseGetent(stdout) : [];
  return addresses.length === 0 ? undefined : addresses;
}

function unasked(answer: Observation): Judgement {
  return failed("getent", answer) ?? error(`getent printed no address: ${JSON.stringify(answer.stdout.slice(0, 60))}`);
}

function judgeAddresses(probe: Extract<ResolveProbe, { expectation: "addresses" }>, findings: Findings): Judgement {
  const answers = findings.of("address");
  const given = probe.addresses
    .filter((address) => typeof address !== "string")
    .flatMap((address, index) => (answers[index] === undefined ? [] : [addressIn(address, answers[index])]));
  const expected = [...probe.addresses.filter((address) => typeof address === "string"), ...given];
  const unknown = expected.find((address) => !isIPv4(address));
  if (unknown !== undefined || expected.length !== probe.addresses.length) {
    return error("the engine does not tell the address that the name should have", "is the container running?");
  }
  const answer = findings.one("name");
  const addresses = found(answer);
  if (addresses === undefined) return unasked(answer);
  const actual = `${called(probe.name)}: ${addresses.join(", ") || "no such name"}`;
  const missing = expected.filter((one) => !addresses.includes(one));
  const extra = addresses.filter((one) => !expected.includes(one));
  if (missing.length === 0 && extra.length === 0) return pass(actual);
  return fail(
    actual,
    addresses.length === 0
      ? `no resolver knows the name, seen from ${describeVantage(probe.from)}`
      : [...missing.map((one) => `${one} is missing`), ...extra.map((one) => `${one} is somebody else's`)].join("; "),
    toShell(at(probe.from, ["cat", "/etc/resolv.conf"])),
  );
}

function judgeNoName(probe: Extract<ResolveProbe, { expectation: "no-name" }>, findings: Findings): Judgement {
  const [answer, control] = [findings.one("name"), findings.one("control")];
  if ((found(control) ?? []).length === 0) {
    return error(
      `the control ${probe.control} has no address`,
      `it should have one, seen from ${describeVantage(probe.from)}; while it has not, a missing name proves nothing`,
    );
  }
  const addresses = found(answer);
  if (addresses === undefined) return unasked(answer);
  if (addresses.length === 0) return pass(`no such name: ${called(probe.name)}; ${probe.control} has an address`);
  return fail(
    `${called(probe.name)}: ${addresses.join(", ")}`,
    "a resolver knows a name that should mean nothing there",
    toShell(at(probe.from, ["cat", "/etc/resolv.conf"])),
  );
}
