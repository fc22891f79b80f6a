import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge } from "../../../lib/checks/probes";
import { parseGetent, ResolveProbe } from "../../../lib/checks/probes/resolve";
import { findings, type Output } from "../findings";

const from = { kind: "container", container: "lab-x-one" } as const;
const pool: ResolveProbe = {
  ...{ kind: "resolve", from, name: "pool", expectation: "addresses" },
  addresses: ["10.77.0.2", { container: "lab-x-two", network: "lab-x-lan" }],
};
const nobody: ResolveProbe = { kind: "resolve", from, name: "nobody", expectation: "no-name", control: "one" };

/** Recorded: `getent ahostsv4` (glibc 2.36). */
const answer = (...addresses: string[]): Output => ({
  stdout: addresses
    .map(
      (address) => `${address.padEnd(15)} STREAM pool\n${address.padEnd(15)} DGRAM  \n${address.padEnd(15)} RAW    \n`,
    )
    .join(""),
});
const NOT_FOUND: Output = { exit: 2 };
const GIVEN: Output = { stdout: "10.77.0.3\n" };

test("parseGetent reads each address once", () => {
  expect(parseGetent(answer("10.77.0.2", "10.77.0.3").stdout ?? "")).toEqual(["10.77.0.2", "10.77.0.3"]);
  expect(parseGetent("not-an-address STREAM x\n::1 STREAM y\n")).toEqual([]);
});

test("asks as a person can, and says what it expects", () => {
  const ask = "docker exec lab-x-one env 'RES_OPTIONS=timeout:2 attempts:1' getent ahostsv4";
  expect(commandsOf(pool).map(({ command }) => toShell(command))).toEqual([
    `${ask} pool`,
    `docker inspect -f '{{with index .NetworkSettings.Networks "lab-x-lan"}}{{.IPAddress}}{{end}}' lab-x-two`,
  ]);
  expect(commandsOf(nobody).map(({ command }) => toShell(command))).toEqual([`${ask} nobody`, `${ask} one`]);
  expect([pool, nobody].map(expectedOf)).toEqual([
    "pool means 10.77.0.2, the address of lab-x-two",
    "no such name: nobody, while one has an address",
  ]);
});

test("the start of a container's id is a name too", () => {
  const byId: ResolveProbe = { ...pool, name: { shortIdOf: "lab-x-one" } };
  expect(toShell(commandsOf(byId)[0]?.command ?? [])).toBe(
    `docker exec lab-x-one env 'RES_OPTIONS=timeout:2 attempts:1' getent ahostsv4 "$(docker inspect -f '{{printf "%.12s" .Id}}' lab-x-one)"`,
  );
  expect(expectedOf(byId)).toBe("the short id of lab-x-one means 10.77.0.2, the address of lab-x-two");
  expect(ResolveProbe.safeParse(byId).success).toBe(true);
});

describe("a name that means a set of addresses", () => {
  const judged = (name: Output, address: Output = GIVEN) => judge(pool, findings({ name, address }));

  test("passes in any order", () => {
    expect(judged(answer("10.77.0.3", "10.77.0.2"))).toEqual({ verdict: "pass", actual: "pool: 10.77.0.3, 10.77.0.2" });
  });

  test.each<[string, Output, string]>([
    ["one is missing", answer("10.77.0.2"), "10.77.0.3 is missing"],
    ["one is too many", answer("10.77.0.2", "10.77.0.3", "10.77.0.4"), "10.77.0.4 is somebody else's"],
    ["it has none", NOT_FOUND, "no resolver knows the name, seen from inside lab-x-one"],
  ])("fails where %s", (_name, name, meaning) => {
    expect(judged(name)).toMatchObject({ verdict: "fail", meaning });
  });

  test("is no verdict where the engine or getent does not tell", () => {
    expect(judged(answer("10.77.0.2"), { stdout: "\n" })).toMatchObject({ verdict: "error" });
    expect(judged({ exit: 3, stderr: "Enumeration not supported\n" })).toMatchObject({ verdict: "error" });
    expect(judged({ stdout: "nonsense" })).toMatchObject({ verdict: "error" });
    expect(judge(pool, findings({ name: answer("10.77.0.2") }))).toMatchObject({ verdict: "error" });
  });
});

describe("a name of a service", () => {
  const service = "spread";
  const tasks: ResolveProbe = {
    ...{ kind: "resolve", from, name: "tasks.spread", expectation: "addresses" },
    addresses: [
      { service, network: "lab-x-blue", engine: "a" },
      { service, network: "lab-x-blue", engine: "b" },
    ],
  };
  const itself: ResolveProbe = { ...tasks, name: service, addresses: [{ service, manager: "a" }] };
  const onA: Output = {
    stdout: "spread.node.task 10.79.1.4/24\nlab-x-web-1 10.79.1.201/24\nspreads.1.x 10.79.1.9/24\n\n",
  };
  const onB: Output = { stdout: "lab-x-web-2 10.79.1.202/24\nspread.node.other 10.79.1.5/24\n" };
  const judgedTasks = (name: Output, ...address: Output[]) => judge(tasks, findings({ name, address }));
  const judgedItself = (name: Output, address: Output) => judge(itself, findings({ name, address }));

  test("says whose addresses it expects", () => {
    expect([tasks, itself].map(expectedOf)).toEqual([
      "tasks.spread means the address of spread's task on a, the address of spread's task on b",
      "spread means the address of service spread itself",
    ]);
  });

  test("means the address of one task on each host, as each engine tells", () => {
    expect(judgedTasks(answer("10.79.1.5", "10.79.1.4"), onA, onB)).toMatchObject({ verdict: "pass" });
    expect(judgedTasks(answer("10.79.1.4"), onA, onB)).toMatchObject({
      verdict: "fail",
      meaning: "10.79.1.5 is missing",
    });
    expect(judgedTasks(answer("10.79.1.4"), onA, { stdout: "\n" })).toMatchObject({ verdict: "error" });
    const two: Output = { stdout: `${onA.stdout ?? ""}spread.node.third 10.79.1.6/24\n` };
    expect(judgedTasks(answer("10.79.1.4", "10.79.1.5"), two, onB)).toMatchObject({ verdict: "error" });
  });

  test("or the service's own, and no task's beside it", () => {
    const own: Output = { stdout: "10.79.1.2/24\n\n" };
    expect(judgedItself(answer("10.79.1.2"), own)).toEqual({ verdict: "pass", actual: "spread: 10.79.1.2" });
    expect(judgedItself(answer("10.79.1.2", "10.79.1.4"), own)).toMatchObject({
      verdict: "fail",
      meaning: "10.79.1.4 is somebody else's",
    });
    expect(judgedItself(answer("10.79.1.4"), { stdout: "\n" })).toMatchObject({ verdict: "error" });
  });
});

describe("a name that means nothing", () => {
  const judged = (name: Output, control: Output = answer("10.77.0.2")) => judge(nobody, findings({ name, control }));

  test("passes while the control has an address", () => {
    expect(judged(NOT_FOUND)).toEqual({ verdict: "pass", actual: "no such name: nobody; one has an address" });
  });

  test("fails where it has an address", () => {
    expect(judged(answer("10.77.0.9"))).toMatchObject({ verdict: "fail", actual: "nobody: 10.77.0.9" });
  });

  test.each([NOT_FOUND, { exit: 139 }, { stdout: "nonsense" }])("is no verdict without the control", (control) => {
    expect(judged(NOT_FOUND, control)).toMatchObject({ verdict: "error" });
  });

  test.each([{ exit: 139 }, { exit: 2, stdout: "what?" }, { stdout: "" }])(
    "is no verdict without an answer",
    (name) => {
      expect(judged(name)).toMatchObject({ verdict: "error" });
    },
  );

  test("without a control is no probe, and a name is no option", () => {
    expect(ResolveProbe.safeParse({ ...nobody, control: undefined }).success).toBe(false);
    expect(ResolveProbe.safeParse({ ...nobody, name: "--help" }).success).toBe(false);
  });
});
