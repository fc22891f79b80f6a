import { spawn } from "child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "fs";
import { join } from "path";
import { z } from "zod";
import { App } from "cdktf";
import { type Settings, setSettings } from "../lib/constructs/settings";
import { siteOf } from "../lib/constructs/site";
import { HostLab } from "../lib/labs/host";
import { issueCertificate } from "../lib/provider/protocol/certificate";
import { COOKIE } from "../lib/provider/protocol/handshake";
import { Project } from "../lib/terraform/project";
import { Unfit } from "../lib/topology/refusal";
import { Subnet } from "../lib/topology/subnet";
import { hostLabAsHcl, oneContainerAsHcl, type PlainLab } from "./hcl";
import type { Contestant, Group } from "./measure";
import { lacksEngineImage, type Place, PORT, PREFIX, SUBNET } from "./place";

const BASELINE = "by hand";
const LAB = "lab";

/** One nginx in host mode, by every way there is: created and looked at, looked at again, taken away. */
export async function hostGroup(place: Place, terraform: string): Promise<Group> {
  writeFileSync(place.environment["BENCH_SITE"] ?? "", siteOf({ name: "web", token: place.label.value, port: PORT }));
  const contestants = [
    byHand(place),
    await compose(place),
    plainTerraform(place, terraform, "one container and one curl", oneContainerAsHcl),
    {
      ...plainTerraform(place, terraform, "both containers, wire and checks", hostLabAsHcl),
      absent: process.getuid?.() === 0 ? undefined : "only root lays a wire",
    },
    cdktfCommand(place),
    labCommand(place),
  ];
  return { name: "host", title: "One nginx in host mode", baseline: BASELINE, subject: LAB, contestants };
}

/** Up means that the server answers, down that nothing of it is left; so the times of all contestants mean the same. */
function steps(place: Place, up: () => Promise<unknown>, down: () => Promise<unknown>): Contestant["steps"] {
  return [
    { name: "up", run: () => up().then(() => place.answers("127.0.0.1")) },
    { name: "down", run: () => down().then(() => place.gone()) },
  ];
}

function byHand(place: Place): Contestant {
  const script = (verb: string) => (): Promise<string> => place.run(["sh", "bench/by-hand.sh", verb]);
  const [up, down] = steps(place, script("up"), script("down"));
  return {
    name: BASELINE,
    steps: [up, { name: "check", run: script("check") }, down].flatMap((step) => step ?? []),
  };
}

async function compose(place: Place): Promise<Contestant> {
  const command = await composeCommand(place);
  const folder = join(place.folder, "compose");
  mkdirSync(folder);
  const { BENCH_IMAGE: image, BENCH_SITE: site, BENCH_LABEL: label } = place.environment;
  const web = {
    image,
    container_name: `${PREFIX}compose`,
    network_mode: "host",
    labels: [label],
    volumes: [`${site ?? ""}:/etc/nginx/conf.d/default.conf:ro`],
  };
  // JSON is YAML.
  writeFileSync(join(folder, "compose.yaml"), JSON.stringify({ name: `${PREFIX}compose`, services: { web } }));
  const run =
    (...args: string[]) =>
    () =>
      place.run([...(command ?? []), ...args], folder);
  return {
    name: "docker compose",
    absent: command === undefined ? "it is not installed" : undefined,
    steps: steps(place, run("up", "--detach"), run("down")),
  };
}

async function composeCommand(place: Place): Promise<string[] | undefined> {
  for (const command of [["docker", "compose"], ["docker-compose"]]) {
    const found = await place.run([...command, "version"]).catch(() => undefined);
    if (found !== undefined) return command;
  }
  return undefined;
}

/** The same in Terraform's own language, with the real providers where a mirror of them is named. */
function plainTerraform(place: Place, terraform: string, what: string, inHcl: (lab: PlainLab) => string): Contestant {
  const real = process.env["LAB_PROVIDER_MIRROR"];
  const folder = mkdtempSync(join(place.folder, "hcl-"));
  mkdirSync(join(folder, "terraform.d"));
  // The lab's own mirror is there as soon as the first lab was synthesized.
  symlinkSync(real ?? join(place.project, ".lab/providers"), join(folder, "terraform.d/plugins"));
  const { label, environment } = place;
  const site = siteOf({ name: "web", token: label.value, port: PORT });
  const plain = { name: `${PREFIX}hcl`, image: environment["BENCH_IMAGE"] ?? "", port: PORT, label, site };
  writeFileSync(join(folder, "main.tf"), inHcl(plain));
  const run = (...args: string[]) => place.run([terraform, ...args, "-input=false", "-no-color"], folder);
  const up = () => run("init").then(() => run("apply", "-auto-approve"));
  const name = `plain HCL (${what}), ${real === undefined ? "embedded" : "real"} providers`;
  return { name, steps: steps(place, up, () => run("destroy", "-auto-approve")) };
}

function cdktfCommand(place: Place): Contestant {
  const run = (verb: string) => () => place.run(["node_modules/.bin/cdktf", verb, "host", "--auto-approve"]);
  return { name: "cdktf", steps: steps(place, run("deploy"), run("destroy")) };
}

const Records = z.array(z.object({ verdict: z.string(), seeIt: z.array(z.string()) }));

function labCommand(place: Place): Contestant {
  const [up, down] = steps(
    place,
    () => place.lab("up", "host"),
    () => place.lab("down", "host"),
  );
  const script = join(place.folder, "typed.sh");
  /** What `lab check` runs, as a person would type it, one after another. */
  const typed = async (): Promise<string> => {
    if (!existsSync(script)) {
      const records = Records.parse(JSON.parse(await place.lab("check", "host", "--json")));
      writeFileSync(script, records.flatMap(({ seeIt }) => seeIt).join("\n"));
    }
    return place.run(["sh", script]);
  };
  return {
    name: LAB,
    steps: [
      up,
      { name: "check", run: () => place.lab("check", "host") },
      { name: "its commands, typed", run: typed },
      { name: "up again", run: () => place.lab("up", "host") },
      down,
    ].flatMap((step) => step ?? []),
  };
}

/** Labs that are up, looked at: by a script of the commands that their checks run, one after another, and by the checks. */
export async function checkGroup(place: Place, labs: readonly string[]): Promise<Group> {
  await place.lab("up", ...labs);
  const scriptOf = async (lab: string): Promise<string> => {
    const file = join(place.folder, `${lab}.sh`);
    const records = Records.parse(JSON.parse(await place.lab("check", lab, "--json")));
    const lines = records.filter(({ verdict }) => verdict !== "skip").flatMap(({ seeIt }) => seeIt);
    // A request that must be refused fails, and is no failure of the script.
    writeFileSync(file, [...lines, "exit 0"].join("\n"));
    return file;
  };
  const scripts = new Map(await Promise.all(labs.map(async (lab) => [lab, await scriptOf(lab)] as const)));
  const each = (run: (lab: string) => Promise<unknown>): Contestant["steps"] =>
    labs.map((lab) => ({ name: lab, run: () => run(lab) }));
  return {
    name: "check",
    title: "Looking at a lab that is up",
    baseline: "the same commands, in a script",
    contestants: [
      { name: "the same commands, in a script", steps: each((lab) => place.run(["sh", scripts.get(lab) ?? ""])) },
      { name: "lab check", steps: each((lab) => place.lab("check", lab)) },
    ],
  };
}

/** Two throw-away hosts with all that is on them: hardly anybody does that by hand, so its own numbers are what counts. */
export async function overlayGroup(place: Place): Promise<Group> {
  return {
    name: "overlay",
    title: "Lab overlay: two hosts, a swarm, two overlays",
    baseline: "lab",
    contestants: [
      {
        name: "lab",
        absent: await lacksEngineImage(place),
        steps: [
          { name: "up", run: () => place.lab("up", "overlay") },
          { name: "up again", run: () => place.lab("up", "overlay") },
          { name: "down", run: () => place.lab("down", "overlay").then(() => place.gone()) },
        ],
      },
    ],
  };
}

/** Many servers on one bridge: against the engine's own speed. */
export function manyGroup(place: Place, servers: number): Group {
  const subnet = Subnet.parse("subnet", SUBNET);
  const addresses = Array.from({ length: servers }, (_, index) => subnet.address(index + 2));
  const contestant = (name: string, up: () => Promise<unknown>, down: () => Promise<unknown>): Contestant => ({
    name,
    steps: [
      { name: "up", run: () => up().then(() => Promise.all(addresses.map((one) => place.answers(one, 80)))) },
      { name: "down", run: () => down().then(() => place.gone()) },
    ],
  });
  const script = (verb: string) => () => place.run(["sh", "bench/many-by-hand.sh", verb, ...addresses]);
  return {
    name: "many",
    title: `${String(servers)} nginx on one bridge`,
    baseline: BASELINE,
    contestants: [
      contestant(BASELINE, script("up"), script("down")),
      contestant(
        "lab",
        () => place.lab("up", "bench/many-servers.ts"),
        () => place.lab("down", "bench/many-servers.ts"),
      ),
    ],
  };
}

/** Apps with one, some and many labs, synthesized in this process; and the project's own, as cdktf does it. */
export function synthGroup(place: Place, sizes: readonly number[], settings: Settings): Group {
  const title = (size: number): string => `${String(size)} lab${size === 1 ? "" : "s"}`;
  const inProcess = sizes.map((size): Contestant => {
    const outdir = join(place.folder, `synth-${String(size)}`);
    return { name: title(size), steps: [{ name: "synth", run: async () => synthesize(size, outdir, settings) }] };
  });
  const app = (): Promise<string> => place.run([process.execPath, "bin/app.js"]);
  const anew = (): Promise<string> => {
    rmSync(new Project(place.project).synthesis, { force: true });
    return app();
  };
  const processes = [
    { name: "process, anew", run: anew },
    { name: "process, nothing has changed", run: app },
  ];
  return {
    name: "synth",
    title: "Synthesis",
    baseline: title(sizes[0] ?? 1),
    contestants: [...inProcess, { name: "the project's labs", steps: processes }],
  };
}

const MODULES = [
  "cdktf",
  ...["provider", "container", "image", "network", "volume"].map((name) => `@cdktf/provider-docker/lib/${name}`),
  ...["provider", "resource"].map((name) => `@cdktf/provider-null/lib/${name}`),
];

/** What no command that starts Node, loads cdktf or runs Terraform can be faster than. */
export function floorGroup(place: Place, terraform: string): Group {
  const folder = join(place.folder, "floor");
  mkdirSync(folder);
  const resources = ["one", "two"].map((name) => `resource "terraform_data" "${name}" {}\n`);
  writeFileSync(join(folder, "main.tf"), resources.join(""));
  const script = (text: string) => () => place.run([process.execPath, "-e", text]);
  const change = (verb: string) => () =>
    place.run([terraform, verb, "-auto-approve", "-input=false", "-no-color"], folder);
  return {
    name: "floor",
    title: "What nothing that uses them can be faster than",
    baseline: "node",
    contestants: [
      { name: "node", steps: [{ name: "nothing", run: script("0") }] },
      {
        name: "node, with cdktf and the bindings",
        steps: [{ name: "nothing", run: script(MODULES.map((name) => `require("${name}");`).join("")) }],
      },
      {
        name: "terraform, with two terraform_data",
        steps: ["apply", "destroy"].map((verb) => ({ name: verb, run: change(verb) })),
      },
    ],
  };
}

/** The provider as an executable: Terraform starts it four times for one apply. */
export function providerGroup(place: Place): Group {
  const bundle = join(place.project, "dist/terraform-provider");
  const megabytes = (statSync(bundle).size / 1_000_000).toFixed(2);
  const certificate = issueCertificate().cert;
  const program = join(place.folder, "terraform-provider-docker");
  // Which of the providers it is, its name says.
  if (!existsSync(program)) symlinkSync(bundle, program);
  return {
    name: "provider",
    title: `The provider's executable, ${megabytes} MB`,
    baseline: "embedded",
    contestants: [
      { name: "embedded", steps: [{ name: "start to handshake", run: () => handshake(program, certificate) }] },
    ],
  };
}

/** Starts it as Terraform does, until it has said where it listens. */
function handshake(program: string, certificate: string): Promise<void> {
  const provider = spawn(program, [], {
    env: { ...process.env, [COOKIE.name]: COOKIE.value, PLUGIN_CLIENT_CERT: certificate },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Promise((settle, reject) => {
    provider.on("error", reject);
    provider.on("close", () => reject(new Unfit("the provider ended without a handshake")));
    provider.stdout.once("data", () => {
      provider.kill("SIGTERM");
      settle();
    });
  });
}

function synthesize(size: number, outdir: string, settings: Settings): void {
  const app = new App({ outdir });
  setSettings(app, settings);
  for (let number = 1; number <= size; number += 1) new HostLab(app, `lab-${String(number)}`, { httpPort: PORT });
  app.synth();
}
