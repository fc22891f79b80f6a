import type { Check } from "../../lib/checks/check";
import { DeployedLab } from "../../lib/checks/deployed";
import type { CheckRecord } from "../../lib/checks/record";
import { type Surroundings, Unresolved } from "../../lib/checks/runner";
import { mayRest, playLab, removeThrowAways, reset } from "../../lib/checks/scenario";
import { HOST } from "../../lib/checks/vantage";
import type { Executed } from "../../lib/engine/execute";

const url = "http://127.0.0.1:8088/";
const server = (name: string, more: object = {}): object => ({
  ...{ name, container: `lab-x-${name}`, token: `t-${name}`, ports: [], story: "" },
  ...more,
});
/** Who answers on the port. */
function answers(id: string, name: string): Check {
  const target = { host: "127.0.0.1", port: 8088, server: { name, token: `t-${name}`, container: `lab-x-${name}` } };
  return {
    id,
    what: "it answers",
    why: "because",
    claims: [],
    probe: { kind: "http", from: HOST, target, outcome: "answers" },
  };
}
const onServer = (name: string): { container: string } => ({ container: `lab-x-${name}` });
const step = (name: string, actions: object[], checks: Check[]): object => ({
  ...{ name, what: name, why: "because", actions, checks },
});

const RUN = {
  ...{ do: "run", container: "lab-x-guest", lab: "x", instance: "i1", image: "nginx" },
  ...{ network: "none", capabilities: [] },
};
const LAB = DeployedLab.parse({
  ...{ schema: "lab/1", id: "x", title: "", instance: "i1", image: "nginx", hostMode: true, networks: [], tryNext: [] },
  servers: [server("web1", { url }), server("web2", { losesPortTo: "web1" })],
  checks: [answers("x/web1", "web1")],
  steps: [
    step("kill", [{ do: "kill", ...onServer("web1"), signal: "KILL" }, RUN], [answers("x/kill/nobody", "nobody")]),
    step("start", [{ do: "start", ...onServer("web2") }], [answers("x/start/web2", "web2")]),
  ],
});

const DONE: Executed = { exit: 0, stdout: "", stderr: "" };
const refused = (said: string): Executed => ({ exit: 1, stdout: "", stderr: `${said}\n` });

const ENGINE = { version: "28.0.0", kernel: "6.1", summary: "an engine" };

/** An engine as far as a scenario sees it: containers that run or do not, and one port, held by whoever came first. */
class Engine implements Surroundings {
  readonly did: string[] = [];
  readonly running: string[] = [];
  guest = false;
  holder: string | undefined;
  /** Commands that the engine refuses. */
  refuses: RegExp = /never/;
  interfacesBefore = undefined;
  readonly timeOrigin = 0;
  readonly engine = ENGINE;
  private time = 0;

  constructor(private readonly containers = ["lab-x-web1", "lab-x-web2"]) {}

  readonly execute = async (argv: readonly string[]): Promise<Executed> => {
    const line = argv.join(" ");
    const name = argv.at(-1) ?? "";
    if (argv[0] === "curl") return this.request();
    if (argv[1] === "inspect") return this.inspect(name);
    this.did.push(line);
    if (this.refuses.test(line)) return refused("Error response from daemon: no");
    if (argv[1] === "kill") for (const one of argv.slice(2)) this.end(one);
    if (argv[1] === "start") {
      this.running.push(name);
      this.holder ??= name;
    }
    if (argv[1] === "run") this.guest = true;
    if (argv[1] === "rm") this.guest = false;
    return DONE;
  };
  readonly resolve = async (): Promise<readonly string[]> => [];
  readonly lacking = (): undefined => undefined;
  readonly now = (): number => this.time;
  readonly sleep = async (milliseconds: number): Promise<void> => {
    this.time += milliseconds;
    // Whoever does not get the port gives up in the end.
    if (this.time % 2500 < milliseconds)
      for (const one of this.running.filter((it) => it !== this.holder)) this.end(one);
  };

  private end(name: string): void {
    if (this.running.includes(name)) this.running.splice(this.running.indexOf(name), 1);
    if (this.holder === name) this.holder = undefined;
  }

  private request(): Executed {
    const name = this.holder?.replace("lab-x-", "");
    const silent = { exit: 7, stdout: "", stderr: "* Connection refused\ncurl: (7) Failed to connect\n" };
    return name === undefined ? silent : { ...DONE, stdout: `HTTP/1.1 200 OK\r\n\r\n${name} t-${name}\n` };
  }

  private inspect(name: string): Executed {
    if (![...this.containers, ...(this.guest ? ["lab-x-guest"] : [])].includes(name)) {
      return refused(`Error: No such container: ${name}`);
    }
    const Running = this.running.includes(name) || name === "lab-x-guest";
    return { ...DONE, stdout: JSON.stringify([{ State: { Running }, NetworkSettings: { Networks: { host: {} } } }]) };
  }
}

const verdicts = (records: readonly CheckRecord[]): string[][] => records.map(({ id, verdict }) => [id, verdict]);
const RUN_LINE =
  "docker run --detach --name lab-x-guest --network none --label docker-network-labs.lab=x --label docker-network-labs.instance=i1 nginx sleep infinity";

describe("a lab with steps", () => {
  test("is played from its beginning to its end, and each check sees the lab as its step left it", async () => {
    const engine = new Engine();
    const done: number[] = [];
    const onStep = async (n: number): Promise<void> => void done.push(n);
    const records = await playLab(LAB, engine, { deadlineMs: 5000, onStep });
    expect(verdicts(records)).toEqual([
      ["x/web1", "pass"],
      ["x/kill/nobody", "fail"],
      ["x/start/web2", "pass"],
    ]);
    expect(records[1]?.actual).toContain("curl exit 7");
    expect(engine.did).toEqual([
      "docker start lab-x-web1",
      "docker start lab-x-web2",
      "docker kill --signal KILL lab-x-web1",
      RUN_LINE,
      "docker start lab-x-web2",
    ]);
    expect(done).toEqual([1, 2]);
  });

  test("begins in the same way wherever it was left", async () => {
    const engine = new Engine();
    await playLab(LAB, engine, { deadlineMs: 5000 });
    engine.did.length = 0;
    expect(verdicts(await playLab(LAB, engine, { deadlineMs: 5000 }))[0]).toEqual(["x/web1", "pass"]);
    expect(engine.did.slice(0, 4)).toEqual([
      "docker rm --force lab-x-guest",
      "docker kill lab-x-web2",
      "docker start lab-x-web1",
      "docker start lab-x-web2",
    ]);
  });

  test("is played no further than checks are wanted", async () => {
    const engine = new Engine();
    const [kill, start] = LAB.steps.map((one) => ({ ...one, checks: [] as Check[] }));
    const none = { ...LAB, steps: [kill, start].flatMap((one) => one ?? []) };
    expect(verdicts(await playLab(none, engine, { deadlineMs: 0 }))).toEqual([["x/web1", "pass"]]);
    expect(engine.did).not.toContain("docker kill --signal KILL lab-x-web1");
    const last = { ...none, steps: [...none.steps.slice(0, 1), ...LAB.steps.slice(1)] };
    expect(verdicts(await playLab(last, engine, { deadlineMs: 0 }))).toHaveLength(2);
    expect(engine.did).toContain("docker kill --signal KILL lab-x-web1");
  });

  test("an action that fails makes its step's checks errors, and later steps are told as not run", async () => {
    const engine = new Engine();
    engine.refuses = /docker run/;
    const done: number[] = [];
    const ended: string[] = [];
    const records = await playLab(LAB, engine, {
      deadlineMs: 5000,
      onStep: async (n) => void done.push(n),
      onRecord: ({ id }) => ended.push(id),
    });
    expect(verdicts(records)).toEqual([
      ["x/web1", "pass"],
      ["x/kill/nobody", "error"],
      ["x/start/web2", "skip"],
    ]);
    expect(records[1]?.actual).toBe(`${RUN_LINE}: exit 1: Error response from daemon: no`);
    expect(records[2]?.actual).toBe("not run: step kill could not be done");
    expect([done, ended]).toEqual([[], ["x/web1", "x/kill/nobody", "x/start/web2"]]);
  });

  test("does nothing more once the run is stopped, and what was not looked at is an error", async () => {
    const engine = new Engine();
    const stop = new AbortController();
    const onStep = async (): Promise<void> => stop.abort("interrupted");
    const records = await playLab(LAB, engine, { deadlineMs: 0, onStep, signal: stop.signal });
    expect(records[2]).toMatchObject({ id: "x/start/web2", verdict: "error", actual: "interrupted" });
    expect(engine.did.filter((line) => line === "docker start lab-x-web2")).toHaveLength(1);
  });

  test("that cannot be brought to its beginning proves nothing by its steps", async () => {
    const engine = new Engine(["lab-x-web1"]);
    engine.refuses = /start lab-x-web2/;
    const records = await playLab(LAB, engine, { deadlineMs: 5000 });
    expect(verdicts(records).map(([, verdict]) => verdict)).toEqual(["pass", "error", "error"]);
    expect(records[2]?.actual).toMatch(/could not be brought to its beginning: docker start lab-x-web2: exit 1/);
  });
});

test("a lab without steps is looked at, and nothing is done", async () => {
  const engine = new Engine();
  expect(verdicts(await playLab({ ...LAB, steps: [] }, engine, { deadlineMs: 0 }))).toEqual([["x/web1", "fail"]]);
  expect(engine.did).toEqual([]);
});

describe("reset", () => {
  test("waits until the loser has given up, and no longer than the deadline for what never comes", async () => {
    const engine = new Engine();
    expect(await reset(LAB, engine, 10_000)).toBeUndefined();
    expect(engine.running).toEqual(["lab-x-web1"]);
    const silent = new Engine();
    const execute = silent.execute;
    const deaf = {
      ...silent,
      execute: async (argv: readonly string[]) => (argv[0] === "curl" ? refused("") : execute(argv)),
    };
    expect(await reset(LAB, { ...deaf, now: silent.now, sleep: silent.sleep }, 1000)).toBeUndefined();
    expect(silent.now()).toBeLessThan(3000);
  });

  test("says what the engine refuses", async () => {
    const engine = new Engine();
    const down = { ...engine, execute: async () => refused("Cannot connect to the Docker daemon") };
    expect(await reset(LAB, down, 0)).toBe(
      "the lab could not be brought to its beginning: Cannot connect to the Docker daemon",
    );
  });
});

test("servers that steps stop, or that lose their port, may rest", () => {
  expect(mayRest(LAB)).toEqual(["web1", "web2"]);
  expect(mayRest({ ...LAB, steps: [] })).toEqual(["web2"]);
});

test("throw-aways are removed, and nothing else is touched", async () => {
  const engine = new Engine();
  engine.guest = true;
  await removeThrowAways(LAB, engine);
  await removeThrowAways(LAB, engine);
  expect(engine.did).toEqual(["docker rm --force lab-x-guest"]);
});

describe("a lab on engines of its own", () => {
  const add = { do: "ip", container: "lab-y-host-a", interface: "shim", arguments: ["link", "add", "shim"] };
  const set = { ...add, arguments: ["link", "set", "shim", "up"] };
  const lab = DeployedLab.parse({
    ...LAB,
    id: "y",
    engines: ["host-a", "host-b"].map((name) => ({ name, container: `lab-y-${name}`, address: "10.0.0.1" })),
    servers: [server("web1", { engine: "host-a" }), server("web2", { engine: "host-b" }), server("peer")],
    checks: [],
    steps: [step("shim", [add, set], [answers("y/shim/web", "web1")])],
  });

  /** Both engines run their servers; `present` says whether host-a has the shim. */
  function surroundings(did: string[], look: () => Executed): Surroundings {
    const running = [{ State: { Running: true }, NetworkSettings: { Networks: {} } }];
    const execute = async (argv: readonly string[]): Promise<Executed> => {
      const line = argv.join(" ");
      if (line.includes("inspect")) return { ...DONE, stdout: JSON.stringify(running) };
      if (line.includes("link show")) return look();
      did.push(line);
      return DONE;
    };
    return Object.assign(new Engine([]), { execute });
  }

  test("is brought back to its beginning by each engine itself; what a step added to a host goes once", async () => {
    const did: string[] = [];
    const there = (): boolean => !did.includes("docker exec lab-y-host-a ip link delete dev shim");
    const gone = refused('Device "shim" does not exist.');
    expect(
      await reset(
        lab,
        surroundings(did, () => (there() ? DONE : gone)),
      ),
    ).toBeUndefined();
    expect(did).toEqual([
      "docker exec lab-y-host-a ip link delete dev shim",
      "docker kill lab-x-peer",
      "docker exec lab-y-host-a docker kill lab-x-web1",
      "docker exec lab-y-host-a docker start lab-x-web1",
      "docker exec lab-y-host-b docker kill lab-x-web2",
      "docker exec lab-y-host-b docker start lab-x-web2",
      "docker start lab-x-peer",
    ]);
  });

  test("is not brought back where nobody can tell whether the interface is there", async () => {
    const silent = surroundings([], () => refused("Error response from daemon: container is not running"));
    expect(await reset(lab, silent)).toContain("container is not running");
  });
});

describe("a lab whose steps create a service", () => {
  const engine = "lab-s-host-a";
  const create = {
    ...{ do: "create-service", engine, service: "spread", lab: "s", instance: "0123abcd", image: "nginx:local" },
    ...{ endpointMode: "dnsrr", site: "server { listen 80; }" },
  };
  const lab = DeployedLab.parse({
    ...LAB,
    ...{ id: "s", engines: [{ name: "host-a", container: engine }], servers: [], checks: [] },
    steps: [step("create", [create], [answers("s/create/web", "web1")])],
  });

  /** A manager that knows the service, or says what it says; an image that has an id, or none. */
  function surroundings(did: string[], look: Executed, id: readonly string[] = ["sha256:0123"]): Surroundings {
    const execute = async (argv: readonly string[]): Promise<Executed> => {
      const line = argv.join(" ");
      if (line === `docker exec ${engine} docker service inspect --format {{.ID}} spread`) return look;
      did.push(line);
      const first = did.filter((one) => one === line).length === 1;
      return line.includes("docker ps") && first ? { ...DONE, stdout: "0123456789ab\n" } : DONE;
    };
    const resolve = async (): Promise<readonly string[]> => {
      if (id.length === 0) throw new Unresolved("No such image: nginx:local");
      return id;
    };
    return Object.assign(new Engine([]), { execute, resolve });
  }
  const removal = [
    `docker exec ${engine} docker service rm spread`,
    // Asked until there is none.
    ...Array<string>(2).fill(
      `docker exec ${engine} docker ps --quiet --filter label=com.docker.swarm.service.name=spread`,
    ),
  ];

  test.each<[string, Executed, string[]]>([
    ["removes one that is there, and waits until its tasks are gone", DONE, removal],
    ["removes none where there is none", refused("Error: no such service: spread"), []],
    ["removes none where its engine is gone", refused(`Error: No such container: ${engine}`), []],
  ])("%s, at its beginning and before the lab is destroyed", async (_name, look, expected) => {
    const [reseting, leaving]: string[][] = [[], []];
    expect(await reset(lab, surroundings(reseting ?? [], look))).toBeUndefined();
    await removeThrowAways(lab, surroundings(leaving ?? [], look));
    expect([reseting, leaving]).toEqual([expected, expected]);
  });

  test("has no beginning where the manager does not tell", async () => {
    const trouble = await reset(lab, surroundings([], refused("This node is not a swarm manager.")));
    expect(trouble).toContain("This node is not a swarm manager.");
  });

  test("creates it from the image by its id", async () => {
    const did: string[] = [];
    await playLab(lab, surroundings(did, refused("no such service: spread")), { deadlineMs: 0 });
    expect(did[0]).toMatch(new RegExp(`^docker exec ${engine} docker service create .* sha256:0123 sh -c `));
  });

  test("says that the image is not there", async () => {
    const silent = surroundings([], refused("no such service: spread"), []);
    const records = await playLab(lab, silent, { deadlineMs: 0 });
    expect(records).toMatchObject([
      { verdict: "error", actual: expect.stringContaining("No such image: nginx:local") },
    ]);
  });
});

describe("a lab whose steps stop an engine", () => {
  const engine = "lab-z-host-b";
  const lab = DeployedLab.parse({
    ...LAB,
    id: "z",
    engines: [{ name: "host-b", container: engine }],
    servers: [server("web1", { engine: "host-b" })],
    checks: [],
    steps: [
      step("down", [{ do: "stop", container: engine, grace: 20 }], [answers("z/down/web", "web1")]),
      step("up", [{ do: "start", container: engine }], [answers("z/up/web", "web1")]),
    ],
  });

  /** An engine that is started answers at the third question only, if ever. */
  function surroundings(did: string[], { runs, ready = 3 }: { runs: boolean; ready?: number }): Surroundings {
    let [running, questions] = [runs, 0];
    const execute = async (argv: readonly string[]): Promise<Executed> => {
      const line = argv.join(" ");
      const state = [{ State: { Running: running }, NetworkSettings: { Networks: {} } }];
      if (line === `docker inspect --type container ${engine}`) return { ...DONE, stdout: JSON.stringify(state) };
      if (line.includes("docker inspect")) {
        return { ...DONE, stdout: JSON.stringify([{ ...state[0], State: { Running: false } }]) };
      }
      if (line.includes("docker version")) return ++questions < ready ? refused("Is the docker daemon running?") : DONE;
      did.push(line);
      if (line === `docker start ${engine}`) running = true;
      return DONE;
    };
    return Object.assign(new Engine([]), { execute });
  }

  test("has it running and ready at its beginning, before anything is asked of it", async () => {
    const did: string[] = [];
    expect(await reset(lab, surroundings(did, { runs: false }))).toBeUndefined();
    expect(did).toEqual([`docker start ${engine}`, `docker exec ${engine} docker start lab-x-web1`]);
  });

  test("asks once more where the swarm's manager has left the engine without an answer", async () => {
    const did: string[] = [];
    const { execute, ...rest } = surroundings(did, { runs: true });
    const lost = refused("Error response from daemon: attaching to network failed: context deadline exceeded");
    const start = `docker exec ${engine} docker start lab-x-web1`;
    const losing = async (argv: readonly string[]): Promise<Executed> => {
      const answer = await execute(argv, 0);
      return did.filter((line) => line === start).length === 1 && argv.join(" ") === start ? lost : answer;
    };
    const again = Object.assign(new Engine([]), rest, { execute: losing });
    expect(await reset(lab, again)).toBeUndefined();
    expect(did).toEqual([start, start]);
  });

  test("does not start one that runs", async () => {
    const did: string[] = [];
    expect(await reset(lab, surroundings(did, { runs: true }))).toBeUndefined();
    expect(did).toEqual([`docker exec ${engine} docker start lab-x-web1`]);
  });

  test("has no beginning while the engine does not answer", async () => {
    const silent = surroundings([], { runs: false, ready: Infinity });
    expect(await reset(lab, silent)).toBe(
      `the lab could not be brought to its beginning: engine ${engine} does not answer: Is the docker daemon running?`,
    );
  });

  test("goes on behind a step only when the engine answers", async () => {
    const silent = surroundings([], { runs: true, ready: Infinity });
    const records = await playLab(lab, silent, { deadlineMs: 0 });
    expect(records.at(-1)).toMatchObject({ id: "z/up/web", verdict: "error" });
    expect(records.at(-1)?.actual).toContain("does not answer");
  });
});
