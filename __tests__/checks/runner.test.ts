import type { Executed } from "../../lib/engine/execute";
import type { Check } from "../../lib/checks/check";
import type { Reference } from "../../lib/checks/command";
import type { Need } from "../../lib/checks/need";
import type { Probe } from "../../lib/checks/probes";
import type { CheckRecord } from "../../lib/checks/record";
import { runChecks, type Surroundings, Unresolved } from "../../lib/checks/runner";
import { HOST } from "../../lib/checks/vantage";

const web = { name: "web", token: "7f3a0c1d", container: "lab-x-web" };
/** A check that curl answers on a port: the port tells in a test which check a command belongs to. */
function answers(id: string, port: number, from: Extract<Probe, { kind: "http" }>["from"] = HOST): Check {
  return check(id, { kind: "http", from, target: { host: "127.0.0.1", port, server: web }, outcome: "answers" });
}
function check(id: string, probe: Probe): Check {
  return { id, what: `${id} holds`, why: "because", claims: ["A4"], probe };
}
const changing: Probe = {
  ...{ kind: "program", from: HOST, argv: ["docker", "network", "connect", "lan", "web"], changes: true },
  ...{ outcome: "succeeds", words: "web" },
};

const GOOD: Executed = { exit: 0, stdout: "HTTP/1.1 200 OK\r\n\r\nweb 7f3a0c1d\n", stderr: "" };
const REFUSED: Executed = {
  exit: 7,
  stdout: "",
  stderr: "* connect to 127.0.0.1 port 80 failed: Connection refused\ncurl: (7) Failed to connect\n",
};

/** A machine in virtual time: a command takes 10 ms, sleep takes no real time, and everything is written down. */
class Machine implements Surroundings {
  readonly executed: { argv: readonly string[]; at: number }[] = [];
  readonly sleeps: number[] = [];
  running = 0;
  mostAtOnce = 0;
  interfacesBefore = undefined;
  /** So that the machine's time, which starts at 1000, is 13:00. */
  readonly timeOrigin = Date.UTC(2026, 10, 21, 13) - 1000;
  readonly engine = { version: "20.10.24", kernel: "6.18.5", summary: "engine 20.10.24" };
  private time = 1000;

  constructor(
    private readonly answer: (argv: readonly string[], nth: number) => Executed = () => GOOD,
    readonly lacking: (need: Need) => string | undefined = () => undefined,
    private readonly values: (reference: Reference) => readonly string[] = () => ["4242"],
  ) {}

  readonly execute = async (argv: readonly string[]): Promise<Executed> => {
    this.executed.push({ argv, at: this.time - 1000 });
    this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    const nth = this.executed.filter((one) => one.argv.join(" ") === argv.join(" ")).length;
    await Promise.resolve();
    this.time += 10;
    this.running -= 1;
    return this.answer(argv, nth);
  };
  readonly resolve = async (reference: Reference): Promise<readonly string[]> => this.values(reference);
  readonly now = (): number => this.time;
  readonly sleep = async (milliseconds: number): Promise<void> => {
    this.sleeps.push(milliseconds);
    this.time += milliseconds;
  };
}

async function only(machine: Machine, one: Check, deadlineMs = 10_000): Promise<CheckRecord> {
  const [record] = await runChecks("x", [one], machine, { deadlineMs });
  if (record === undefined) throw new Error("no record");
  return record;
}

describe("when to look", () => {
  test("a check that holds passes at the first look", async () => {
    const machine = new Machine();
    expect(await only(machine, answers("x/a", 80))).toMatchObject({ verdict: "pass", attempts: 1, durationMs: 10 });
    expect(machine.sleeps).toEqual([]);
  });

  test("a check that comes true passes then, and no look is made after it", async () => {
    const machine = new Machine((_argv, nth) => (nth < 4 ? REFUSED : GOOD));
    expect(await only(machine, answers("x/a", 80))).toMatchObject({ verdict: "pass", attempts: 4 });
    expect(machine.sleeps).toEqual([100, 150, 225]);
    expect(machine.executed).toHaveLength(4);
  });

  test("pauses grow by half, up to a second, and end before the deadline", async () => {
    const machine = new Machine(() => REFUSED);
    const record = await only(machine, answers("x/a", 80), 5000);
    expect(machine.sleeps).toEqual([100, 150, 225, 337.5, 506.25, 759.375, 1000, 1000]);
    expect(record).toMatchObject({ verdict: "fail", attempts: 9 });
    expect(record.durationMs).toBeLessThanOrEqual(5000);
    expect(record.evidence).toHaveLength(1);
  });

  test("a deadline of 0 looks once", async () => {
    const machine = new Machine(() => REFUSED);
    expect(await only(machine, answers("x/a", 80), 0)).toMatchObject({ verdict: "fail", attempts: 1 });
    expect(machine.sleeps).toEqual([]);
  });

  test("references are found out anew on each look", async () => {
    const pids = ["11", "12", "13"];
    const inside = answers("x/a", 80, { kind: "namespace", container: "lab-x-web" });
    const machine = new Machine(
      (argv) => (argv.includes("13") ? GOOD : REFUSED),
      undefined,
      () => [pids.shift() ?? "-"],
    );
    expect(await only(machine, inside)).toMatchObject({ verdict: "pass", attempts: 3 });
    expect(machine.executed.map(({ argv }) => argv[2])).toEqual(["11", "12", "13"]);
  });
});

describe("what must hold consistently", () => {
  const steady = { ...answers("x/a", 80), consistently: 2 };

  test("is looked at until its window is over, and each look must pass", async () => {
    const machine = new Machine();
    const record = await only(machine, steady);
    expect(machine.sleeps).toEqual([100, 150, 225, 337.5, 506.25, 621.25]);
    expect(record).toMatchObject({
      verdict: "pass",
      attempts: 7,
      expected: "HTTP 200 from web (token 7f3a0c1d), at each look for 2 s",
      actual: "HTTP 200 from web, at each of 7 looks in 2.0 s",
    });
    expect(record.looks).toHaveLength(7);
  });

  test("fails at the first look that does not pass, though the next one would", async () => {
    const machine = new Machine((_argv, nth) => (nth === 3 ? REFUSED : GOOD));
    expect(await only(machine, steady)).toMatchObject({
      verdict: "fail",
      attempts: 3,
      actual: expect.stringMatching(/connection refused.*, at look 3, after 0\.3 s/),
    });
  });

  test("is no verdict where a look could not be made", async () => {
    const broken = { exit: 2, stdout: "", stderr: "curl: (2) Failed initialization\n" };
    const machine = new Machine((_argv, nth) => (nth === 2 ? broken : GOOD));
    expect(await only(machine, steady)).toMatchObject({ verdict: "error", attempts: 2 });
  });

  test("begins when it can be measured: the container may not be up yet", async () => {
    const away: Executed = { exit: 1, stdout: "", stderr: "Error response from daemon: Container c2 is not running" };
    const inside: Check = { ...answers("x/a", 80, { kind: "container", container: "lab-x-web" }), consistently: 2 };
    const machine = new Machine((_argv, nth) => (nth <= 2 ? away : GOOD));
    const record = await only(machine, inside);
    expect(record.looks.map(({ verdict }) => verdict).slice(0, 4)).toEqual(["error", "error", "pass", "pass"]);
    expect(record).toMatchObject({ verdict: "pass", actual: expect.stringMatching(/at each of 6 looks in 2\.\d s/) });
  });

  test("is an error where it could never be measured", async () => {
    const away: Executed = { exit: 1, stdout: "", stderr: "Error response from daemon: Container c2 is not running" };
    const inside: Check = { ...answers("x/a", 80, { kind: "container", container: "lab-x-web" }), consistently: 2 };
    const record = await only(new Machine(() => away), inside);
    expect(record).toMatchObject({ verdict: "error", actual: away.stderr });
    expect(record.durationMs).toBeGreaterThan(8000);
  });

  test("is looked at twice at least, however long a look takes", async () => {
    const machine = new Machine();
    expect(await only(machine, { ...steady, consistently: 0.001 })).toMatchObject({ verdict: "pass", attempts: 2 });
  });

  test("is looked at once where nothing is waited for", async () => {
    const machine = new Machine();
    expect(await only(machine, steady, 0)).toMatchObject({ verdict: "pass", attempts: 1, actual: "HTTP 200 from web" });
  });

  test("is an error where the run is stopped before its window is over", async () => {
    const stop = new AbortController();
    const machine = new Machine((_argv, nth) => {
      if (nth === 2) stop.abort("interrupted");
      return GOOD;
    });
    const [record] = await runChecks("x", [steady], machine, { deadlineMs: 10_000, signal: stop.signal });
    expect(record).toMatchObject({ verdict: "error", actual: "interrupted" });
  });
});

describe("several checks", () => {
  const checks = [answers("x/a", 81), answers("x/b", 82), answers("x/c", 83), answers("x/d", 84)];

  test("one that fails hides no other, and records come in the order of declaration", async () => {
    const machine = new Machine((argv) => (argv.at(-1)?.includes(":81/") === true ? REFUSED : GOOD));
    const ended: string[] = [];
    const records = await runChecks("x", checks, machine, { deadlineMs: 2000, onRecord: ({ id }) => ended.push(id) });
    expect(records.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["x/a", "fail"],
      ["x/b", "pass"],
      ["x/c", "pass"],
      ["x/d", "pass"],
    ]);
    expect(ended).toEqual(["x/b", "x/c", "x/d", "x/a"]);
  });

  test("those that only look run at once, up to six", async () => {
    const machine = new Machine();
    await runChecks(
      "x",
      Array.from({ length: 20 }, (_, n) => answers(`x/n${String(n)}`, n + 1)),
      machine,
      { deadlineMs: 0 },
    );
    expect(machine.executed).toHaveLength(20);
    expect(machine.mostAtOnce).toBe(6);
  });

  test("one that changes something runs alone, after all others, and keeps its place", async () => {
    const machine = new Machine((argv, nth) => (argv[0] === "docker" || nth > 2 ? GOOD : REFUSED));
    const first = check("x/first", changing);
    const records = await runChecks("x", [first, ...checks], machine, { deadlineMs: 2000 });
    expect(records.map(({ id }) => id)).toEqual(["x/first", "x/a", "x/b", "x/c", "x/d"]);
    const programs = machine.executed.map(({ argv }) => argv[0]);
    expect(programs.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => "curl"));
    expect(new Set(programs.slice(12))).toEqual(new Set(["docker"]));
  });

  test("what takes more commands begins earlier, so that nothing is waited for in the end", async () => {
    const long: Probe = { kind: "auto-removed", container: "lab-x-p", lab: "x", instance: "i1", image: "nginx" };
    const machine = new Machine();
    const many = [...checks, ...checks, ...checks, check("x/long", long)];
    const records = await runChecks("x", many, machine, { deadlineMs: 0 });
    const firstSix = machine.executed.slice(0, 6).map(({ argv }) => argv[0]);
    expect(firstSix.filter((program) => program === "docker")).toHaveLength(1);
    expect(records.at(-1)?.id).toBe("x/long");
  });

  test("a command that has nothing left to do is not run", async () => {
    const passing: Probe = { kind: "auto-removed", container: "lab-x-p", lab: "x", instance: "i1", image: "nginx" };
    const verbs = async (left: string): Promise<(string | undefined)[]> => {
      const machine = new Machine(([, verb]) => ({ ...GOOD, stdout: verb === "ps" ? left : "passing\n" }));
      await only(machine, check("x/passing", passing), 0);
      return machine.executed.map(({ argv }) => argv[1]);
    };
    expect(await verbs("")).toEqual(["run", "ps"]);
    expect(await verbs("c2f0b5d1a3e9\n")).toEqual(["run", "ps", "rm"]);
  });

  test("of none there is no record", async () => {
    expect(await runChecks("x", [], new Machine(), { deadlineMs: 1000 })).toEqual([]);
  });
});

describe("what cannot be measured is an error, never a failure", () => {
  const stderrOf = (text: string, exit = 1): Executed => ({ exit, stdout: "", stderr: text });
  const inside = answers("x/a", 80, { kind: "container", container: "lab-x-web" });
  const namespace = answers("x/a", 80, { kind: "namespace", container: "lab-x-web" });

  test("a missing tool ends the check at once", async () => {
    const missing = "curl is not on this machine (npx lab setup)";
    const machine = new Machine(() => ({ exit: -1, stdout: "", stderr: "", missing }));
    expect(await only(machine, answers("x/a", 80))).toMatchObject({ verdict: "error", actual: missing, attempts: 1 });
    expect(machine.sleeps).toEqual([]);
  });

  test.each<[string, Check, Executed, string]>([
    [
      "20.10",
      inside,
      {
        exit: 126,
        stdout:
          'OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown\r\n',
        stderr: "",
      },
      "curl is not in the container's image",
    ],
    [
      "28",
      inside,
      stderrOf(
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH\n',
        127,
      ),
      "curl is not in the container's image",
    ],
    [
      "nsenter",
      namespace,
      stderrOf("nsenter: failed to execute curl: No such file or directory\n", 127),
      "nsenter: failed to execute curl: No such file or directory",
    ],
  ])("a tool that is missing inside ends it at once too (%s)", async (_name, one, executed, actual) => {
    const machine = new Machine(() => executed);
    expect(await only(machine, one)).toMatchObject({ verdict: "error", actual, attempts: 1 });
  });

  test.each<[string, Check, Executed, string]>([
    [
      "a container that is gone",
      inside,
      stderrOf("Error response from daemon: No such container: lab-x-web\n"),
      "Error response from daemon: No such container: lab-x-web",
    ],
    [
      "an object that is gone",
      check("x/a", { kind: "inspect", container: "lab-x-web", expectation: "nothing-published" }),
      { exit: 1, stdout: "\n", stderr: "Error: No such object: lab-x-web\n" },
      "Error: No such object: lab-x-web",
    ],
    [
      "a container that does not run",
      inside,
      stderrOf("Error response from daemon: Container 0a1b is not running\n"),
      "Error response from daemon: Container 0a1b is not running",
    ],
    [
      "a container that is starting again",
      inside,
      stderrOf("Error response from daemon: Container 0a1b is restarting, wait until the container is running\n"),
      "Error response from daemon: Container 0a1b is restarting, wait until the container is running",
    ],
    [
      "an exec that came too late",
      inside,
      stderrOf("OCI runtime exec failed: exec failed: cannot exec in a stopped container: unknown\n", 126),
      "OCI runtime exec failed: exec failed: cannot exec in a stopped container: unknown",
    ],
    [
      "a silent engine",
      inside,
      stderrOf("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n"),
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    ],
    [
      "an engine that this user may not ask",
      inside,
      stderrOf(
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock\n",
      ),
      "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    ],
    [
      "a process that ended meanwhile",
      namespace,
      stderrOf("nsenter: cannot open /proc/4242/ns/net: No such file or directory\n"),
      "nsenter: cannot open /proc/4242/ns/net: No such file or directory",
    ],
  ])("%s is looked for until the deadline", async (_name, one, executed, actual) => {
    const machine = new Machine(() => executed);
    expect(await only(machine, one, 300)).toMatchObject({ verdict: "error", actual, attempts: 3 });
  });

  test.each<[string, Executed, string, number]>([
    [
      "without an answer",
      stderrOf("docker: error during connect: x509: certificate has expired.\nSee 'docker run --help'.\n", 125),
      "docker: error during connect: x509: certificate has expired.",
      3,
    ],
    [
      "without the program",
      stderrOf('docker: Error response from daemon: exec: "ps": executable file not found in $PATH: unknown.\n', 127),
      "ps is not in the toolbox image (npx lab setup)",
      1,
    ],
  ])("an engine by TLS %s, where the toolbox is to look", async (_name, executed, actual, attempts) => {
    const swarm = check("x/a", { kind: "swarm", engine: "tcp://192.0.2.5:2376" });
    const machine = new Machine((argv) => (argv.includes("run") ? executed : { ...GOOD, stdout: "{}" }));
    expect(await only(machine, swarm, 300)).toMatchObject({ verdict: "error", actual, attempts });
  });

  test("a container that comes back in time passes", async () => {
    const gone = stderrOf("Error response from daemon: Container 0a1b is not running\n");
    const machine = new Machine((_argv, nth) => (nth === 1 ? gone : GOOD));
    expect(await only(machine, inside)).toMatchObject({ verdict: "pass", attempts: 2 });
  });

  test("so is a reference without a value", async () => {
    const machine = new Machine(undefined, undefined, () => {
      throw new Unresolved("container lab-x-web is not running (exited)");
    });
    expect(await only(machine, namespace, 300)).toMatchObject({
      verdict: "error",
      actual: "container lab-x-web is not running (exited)",
      attempts: 3,
      evidence: [],
    });
    // But for the look at why there is none.
    expect(machine.executed.map(({ argv }) => argv)).toEqual([["docker", "inspect", "lab-x-web"]]);
  });

  test("a refusal is no proof without its tool", async () => {
    const target = { host: "127.0.0.1", port: 81, server: web };
    const refused = check("x/a", {
      kind: "http",
      from: HOST,
      target,
      outcome: "refused",
      control: { ...target, port: 80 },
    });
    const missing = new Machine(() => ({ exit: -1, stdout: "", stderr: "", missing: "curl is not on this machine" }));
    expect(await only(missing, refused, 0)).toMatchObject({ verdict: "error" });
    const dead = new Machine(() => REFUSED);
    expect(await only(dead, refused, 0)).toMatchObject({ verdict: "error" });
    const alive = (status: string): Machine =>
      new Machine((argv) => {
        if (argv[0] === "docker") return { exit: 0, stdout: `${status}\n`, stderr: "" };
        return argv.at(-1)?.endsWith(":80/") === true ? GOOD : REFUSED;
      });
    expect(await only(alive("running"), refused, 0)).toMatchObject({ verdict: "pass" });
    expect(await only(alive("exited"), refused, 0)).toMatchObject({
      verdict: "error",
      actual: "container lab-x-web does not run: exited",
    });
  });

  test("what the program itself gets wrong is not taken for a finding", async () => {
    const machine = new Machine(undefined, undefined, () => {
      throw new TypeError("a defect");
    });
    await expect(only(machine, namespace, 0)).rejects.toThrow("a defect");
  });
});

describe("what the machine does not offer", () => {
  test("is a reason to skip, and nothing is run", async () => {
    const lacking = (need: Need): string => `no ${need} here`;
    const machine = new Machine(undefined, lacking);
    const rule = check("x/rule", { kind: "rule", rule: "masquerade", network: "n", subnet: "10.77.0.0/24" });
    expect(await only(machine, rule)).toMatchObject({
      verdict: "skip",
      actual: "no root here; no rules here",
      attempts: 0,
      durationMs: 0,
      evidence: [],
    });
    expect(machine.executed).toEqual([]);
  });

  test.each([
    ["iptables", "iptables"],
    ["nftables", "nft"],
  ])("keeps a command of a probe from being run, and from being shown (%s)", async (firewall, program) => {
    const machine = new Machine(
      () => ({ exit: 1, stdout: "", stderr: "Error: No such file or directory\n" }),
      (need) => (typeof need === "object" && "firewall" in need && need.firewall !== firewall ? "not here" : undefined),
    );
    const rule = check("x/rule", { kind: "rule", rule: "masquerade", network: "n", subnet: "10.77.0.0/24" });
    const record = await only(machine, rule, 0);
    expect(record).toMatchObject({ verdict: "fail", seeIt: [expect.stringMatching(new RegExp(`^${program} `))] });
    expect(machine.executed.map(({ argv }) => argv[0])).toEqual([program]);
  });

  test("one reason is enough", async () => {
    const machine = new Machine(undefined, (need) => (need === "root" ? "only root can look there (sudo)" : undefined));
    expect(await only(machine, answers("x/a", 80, { kind: "namespace", container: "lab-x-web" }))).toMatchObject({
      verdict: "skip",
      actual: "only root can look there (sudo)",
    });
    expect(machine.executed).toEqual([]);
  });

  test("matters only to checks that need it", async () => {
    const machine = new Machine(undefined, () => "only root can look there (sudo)");
    expect(await only(machine, answers("x/a", 80))).toMatchObject({ verdict: "pass" });
  });
});

describe("a check may need more than its probe", () => {
  const newer = { ...answers("x/a", 80), needs: [{ since: "28" }] };
  const lacking = (need: Need): string | undefined => (need === "root" ? undefined : JSON.stringify(need));

  test("and is skipped where that is not given", async () => {
    const machine = new Machine(undefined, lacking);
    expect(await only(machine, newer)).toMatchObject({ verdict: "skip", actual: '{"since":"28"}', looks: [] });
    expect(machine.executed).toEqual([]);
  });

  test("and is run where it is", async () => {
    expect(await only(new Machine(), newer)).toMatchObject({ verdict: "pass" });
  });
});

describe("a run that is stopped", () => {
  /** A machine on which the run is stopped while the nth command is under way; that one never comes back. */
  function stoppedAt(nth: number, answer: () => Executed): { machine: Machine; signal: AbortSignal } {
    const controller = new AbortController();
    const machine = new Machine(answer);
    const { execute } = machine;
    const stopping = async (argv: readonly string[]): Promise<Executed> => {
      const executed = execute(argv);
      if (machine.executed.length < nth) return executed;
      controller.abort("interrupted");
      return new Promise(() => undefined);
    };
    return { machine: Object.assign(machine, { execute: stopping }), signal: controller.signal };
  }
  const checks = Array.from({ length: 8 }, (_, n) => answers(`x/n${String(n)}`, 80 + n));

  test("has a record for each check: what was not over is an error, and no pass", async () => {
    const { machine, signal } = stoppedAt(7, () => GOOD);
    const records = await runChecks("x", [...checks, check("x/last", changing)], machine, { deadlineMs: 0, signal });
    const verdicts = records.map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === "pass")).toHaveLength(6);
    expect(verdicts.filter((verdict) => verdict === "error")).toHaveLength(3);
    expect(records.at(-1)).toMatchObject({
      id: "x/last",
      actual: "interrupted",
      meaning: "it was not looked at",
      attempts: 0,
    });
    expect(machine.executed).toHaveLength(7);
  });

  test("tells what was seen until then", async () => {
    const { machine, signal } = stoppedAt(3, () => REFUSED);
    const [record] = await runChecks("x", [answers("x/a", 80)], machine, { deadlineMs: 10_000, signal });
    expect(record).toMatchObject({
      verdict: "error",
      actual: "interrupted",
      meaning: "it was cut off; at the last whole look: curl exit 7: connection refused, http://127.0.0.1:80/",
      attempts: 3,
    });
  });

  test("before it began looks at nothing", async () => {
    const machine = new Machine();
    const options = { deadlineMs: 0, signal: AbortSignal.abort("the time limit of 1 s is over") };
    const records = await runChecks("x", checks, machine, options);
    expect(new Set(records.map(({ verdict, actual }) => `${verdict}: ${actual}`))).toEqual(
      new Set(["error: the time limit of 1 s is over"]),
    );
    expect(machine.executed).toEqual([]);
  });

  test("does not wait for a pause to end", async () => {
    const controller = new AbortController();
    const machine = Object.assign(new Machine(() => REFUSED), {
      sleep: async (): Promise<void> => {
        controller.abort("interrupted");
        return new Promise(() => undefined);
      },
    });
    const options = { deadlineMs: 10_000, signal: controller.signal };
    expect(await runChecks("x", [answers("x/a", 80)], machine, options)).toMatchObject([{ verdict: "error" }]);
  });
});

test("commands that hang one after the other end the check", async () => {
  const machine = new Machine(undefined, undefined, () => Array.from({ length: 100 }, (_, n) => `10.0.0.${String(n)}`));
  const { execute, sleep } = machine;
  const slow = async (argv: readonly string[]): Promise<Executed> => {
    await sleep(7000);
    return execute(argv);
  };
  const everywhere = check("x/a", {
    kind: "http",
    from: HOST,
    target: { host: [{ ref: "each-host-address" }], port: 80, server: web },
    outcome: "answers",
  });
  expect(await only(Object.assign(machine, { execute: slow }), everywhere, 1000)).toMatchObject({
    verdict: "error",
    actual: "the check takes too long: its commands together did not end in time",
  });
  expect(machine.executed).toHaveLength(9);
});

test("a command that goes on until its neighbour's end is ended with it, and that is no trouble", async () => {
  const machine = new Machine();
  const broadcast = check("x/a", {
    ...{ kind: "broadcast", from: HOST, asksFor: "10.68.1.14" },
    ...{ engine: "b", heardOn: "eth0.10", notOn: "eth0.20" },
  });
  const endless = (argv: readonly string[], _: number, signal?: AbortSignal): Promise<Executed> => {
    if (argv.includes("tcpdump")) {
      const heard = "1 eth0.10 B   ARP, Request who-has 10.68.1.14 tell 10.68.1.74, length 28\n";
      return Promise.resolve({ exit: 0, stdout: heard, stderr: "listening on any" });
    }
    return new Promise((ended) => {
      signal?.addEventListener("abort", () => {
        ended({ exit: -1, stdout: "", stderr: "", missing: "The operation was aborted" });
      });
    });
  };
  expect(await only(Object.assign(machine, { execute: endless }), broadcast, 1000)).toMatchObject({
    verdict: "pass",
    actual: "heard 1 times on eth0.10, never on eth0.20",
  });
});

test("a run of several labs has one beginning", async () => {
  const machine = new Machine(() => REFUSED);
  const origin = machine.now();
  await runChecks("x", [answers("x/a", 80)], machine, { deadlineMs: 300, origin });
  const [second] = await runChecks("y", [answers("y/a", 81)], machine, { deadlineMs: 300, origin });
  expect(second).toMatchObject({ startMs: 290, startedAt: "2026-11-21T13:00:00.290Z" });
  expect(second?.looks.map(({ startMs }) => startMs)).toEqual([290, 400, 560]);
});

test("of very many looks, the first and the last ones are kept", async () => {
  const machine = new Machine(() => REFUSED);
  const { attempts, looks } = await only(machine, answers("x/a", 80), 60_000);
  expect(attempts).toBeGreaterThan(60);
  expect(looks).toHaveLength(20);
  expect(looks[0]?.startMs).toBe(0);
  expect(looks.at(-1)?.startMs).toBeGreaterThan(58_000);
});

describe("the record", () => {
  test("holds what a report needs", async () => {
    const machine = new Machine(() => REFUSED);
    expect(await only(machine, answers("x/a", 80), 0)).toEqual({
      schema: "check-record/1",
      id: "x/a",
      lab: "x",
      what: "x/a holds",
      why: "because",
      claims: ["A4"],
      verdict: "fail",
      expected: "HTTP 200 from web (token 7f3a0c1d)",
      actual: "curl exit 7: connection refused, http://127.0.0.1:80/",
      meaning: "nothing listens there: is container lab-x-web running, and on which port does it listen?",
      seeIt: ["curl -4 -sSiv --noproxy '*' --max-time 3 http://127.0.0.1:80/"],
      lookAt: ["docker logs lab-x-web", "docker ps --all --filter name=lab-x-web", "netstat -tulpn"],
      vantage: { kind: "host" },
      startedAt: "2026-11-21T13:00:00.000Z",
      startMs: 0,
      durationMs: 20,
      attempts: 1,
      looks: [
        {
          startMs: 0,
          durationMs: 10,
          verdict: "fail",
          actual: "curl exit 7: connection refused, http://127.0.0.1:80/",
        },
      ],
      evidence: [
        {
          command: ["curl", "-4", "-sSiv", "--noproxy", "*", "--max-time", "3", "http://127.0.0.1:80/"],
          exit: 7,
          stdout: "",
          stderr: "* connect to 127.0.0.1 port 80 failed: Connection refused\ncurl: (7) Failed to connect\n",
          durationMs: 10,
        },
      ],
      engine: machine.engine,
    });
  });

  test("keeps head and tail of long output, and all of short output", async () => {
    const long = `HEAD${"x".repeat(10_000)}TAIL`;
    const machine = new Machine(() => ({ exit: 0, stdout: long, stderr: "y".repeat(4000) }));
    const [evidence] = (await only(machine, answers("x/a", 80), 0)).evidence;
    expect(evidence?.stdout).toMatch(/^HEADx{1996}\n… 6008 characters left out …\nx{1996}TAIL$/);
    expect(evidence?.stderr).toBe("y".repeat(4000));
  });

  test("keeps what was seen before a command could not be run", async () => {
    const machine = new Machine((argv) =>
      argv[0] === "netstat" ? GOOD : { exit: -1, stdout: "", stderr: "", missing: "docker is not on this machine" },
    );
    const owner = check("x/a", { kind: "listener", from: HOST, port: 80, container: "lab-x-web", owner: "container" });
    const record = await only(machine, owner);
    expect(record).toMatchObject({ verdict: "error", actual: "docker is not on this machine" });
    expect(record.evidence.map(({ command }) => command)).toEqual([["netstat", "-tulpn"]]);
  });
});
