import { mkdtempSync, rmSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { App, Testing } from "cdktf";
import type { Construct } from "constructs";
import { kill, run, start } from "../../lib/checks/doing";
import { host, http, listening } from "../../lib/checks/vocabulary";
import { LabStack } from "../../lib/constructs/lab-stack";
import { type Settings, setSettings } from "../../lib/constructs/settings";
import { DefaultBridge, HostNetwork, NoneNetwork, SharedNetwork } from "../../lib/topology/network";
import { SETTINGS } from "../labs/synthesized";

/** A lab without anything in it: each test adds what it is about. */
export class EmptyLab extends LabStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { title: "A lab" });
  }
}

const outdir = mkdtempSync(join(tmpdir(), "lab-stack-"));
afterAll(() => {
  rmSync(outdir, { recursive: true });
});

export function lab(id = "mine", settings: Partial<Settings> = {}): EmptyLab {
  const made = new App({ outdir });
  setSettings(made, { ...SETTINGS, image: "nginx:${tag}", ...settings });
  return new EmptyLab(made, id);
}

interface Stack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output: Readonly<Record<string, { value: unknown; sensitive?: boolean }>>;
  readonly terraform: { backend: unknown };
}
export function synthesized(stack: LabStack): Stack {
  return JSON.parse(Testing.synth(stack, true)) as Stack;
}

export const SAID = { what: "it holds", why: "because it does" };

/** A lab with one of everything. */
export function full(): EmptyLab {
  const made = lab();
  const lan = made.addNetwork("lan", { subnet: "10.90.0.0/24" });
  const web = made.addServer("web", { network: HostNetwork.of(made.engine), port: 8081 });
  const one = made.addServer("one", {
    network: lan,
    address: "10.90.0.2",
    publish: [8090, { port: 443, on: "127.0.0.1", to: 81 }],
  });
  made.addServer("two", { network: DefaultBridge.of(made.engine) });
  made.check("web/answers", http(web).from(host()).answers(), { ...SAID, claim: ["A4", "A11"] });
  made.check("publisher", listening(8090).isHeldByEngineFor(one), { ...SAID, claim: "B7" });
  return made;
}

/** Two servers that want one port, and a guest of the scenario's own. */
export function contended(): EmptyLab {
  const made = lab();
  const network = HostNetwork.of(made.engine);
  const first = made.addServer("first", { network, port: 8081 });
  const second = made.addServer("second", { network, port: 8081, losesPortTo: first });
  const guest = made.throwAway("guest");
  made.check("first", http(first).answers(), SAID);
  const over = made.step("hand-over", { ...SAID, actions: [kill(first), start(second), run(guest)] });
  over.check("second", http(second).answers(), { ...SAID, claim: "B13" });
  return made;
}

/** A lab with a server on two networks, one that shares its namespace, and one with none. */
export function manyModes(): EmptyLab {
  const made = lab();
  const lan = made.addNetwork("lan", { subnet: "10.90.0.0/24", interContainerConnectivity: false, mtu: 1400 });
  const vault = made.addNetwork("vault", { subnet: "10.91.0.0/24", internal: true });
  const owner = made.addServer("owner", {
    network: lan,
    aliases: ["front"],
    alsoOn: [{ network: vault, address: "10.91.0.2" }],
  });
  made.addServer("joiner", { network: SharedNetwork.of(owner), port: 81 });
  made.addServer("alone", { network: NoneNetwork.of(made.engine) });
  return made;
}
