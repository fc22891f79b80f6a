import fc from "fast-check";
import { dockerProvider } from "../../lib/provider/docker/provider";
import { nullProvider } from "../../lib/provider/null/provider";
import { complete, followModel, settle } from "../../lib/provider/plan/normalise";
import { plan } from "../../lib/provider/plan/planner";
import type { Path } from "../../lib/provider/protocol/diagnostic";
import { typeOfBlock } from "../../lib/provider/protocol/schema";
import { isWhollyKnown, UNKNOWN, type Value, type ValueMap } from "../../lib/provider/protocol/value";
import type { ManagedResource } from "../../lib/provider/provider";
import { anyConfig } from "./configs";
import { obey, proposedNew } from "./terraform-core";

type Resource = Pick<ManagedResource<never>, "schema" | "behaviours">;

const RESOURCES: [string, Resource][] = [
  ...Object.entries(dockerProvider.resources),
  ...Object.entries(nullProvider.resources),
];

function create({ schema, behaviours }: Resource, config: ValueMap): { planned: ValueMap; state: ValueMap } {
  const { planned } = plan(schema, behaviours, null, proposedNew(schema.block, null, config));
  const made = settle(schema.block, complete(schema.block, obey(schema.block, planned)), planned);
  return { planned, state: followModel(made, planned, typeOfBlock(schema.block), true) as ValueMap };
}

describe.each(RESOURCES)("plans of %s", (_, resource) => {
  const { schema, behaviours } = resource;
  const config = anyConfig(schema.block, behaviours);

  test("are empty right after an apply", () => {
    fc.assert(
      fc.property(config, (configured) => {
        const { state } = create(resource, configured);
        const again = plan(schema, behaviours, state, proposedNew(schema.block, state, configured));
        expect(again.replaces).toEqual([]);
        expect(again.planned).toEqual(state);
      }),
      { numRuns: 200 },
    );
  });

  test("leave nothing unknown in the state", () => {
    fc.assert(
      fc.property(config, (configured) => {
        expect(isWhollyKnown(create(resource, configured).state)).toBe(true);
      }),
    );
  });

  test("an apply that decides nothing leaves nothing unknown either", () => {
    fc.assert(
      fc.property(config, (configured) => {
        const { planned } = create(resource, configured);
        expect(isWhollyKnown(settle(schema.block, planned, planned))).toBe(true);
      }),
    );
  });

  test("replace only because of what differs", () => {
    fc.assert(
      fc.property(config, config, (before, after) => {
        const { state } = create(resource, before);
        const { planned, replaces } = plan(schema, behaviours, state, proposedNew(schema.block, state, after));
        for (const [name] of replaces) expect(planned[String(name)]).not.toEqual(state[String(name)]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("plans of a container", () => {
  const resource = dockerProvider.resources["docker_container"] as Resource;
  const { schema, behaviours } = resource;
  const minimal: ValueMap = { name: "c", image: "i", command: ["sleep"] };

  function change(before: ValueMap, after: ValueMap, drift: ValueMap = {}) {
    const state = { ...create(resource, { ...minimal, ...before }).state, ...drift };
    const config = { ...minimal, ...after };
    const result = plan(schema, behaviours, state, proposedNew(schema.block, state, config));
    const differs = (name: string) => JSON.stringify(result.planned[name]) !== JSON.stringify(state[name]);
    const replaces = [...new Set(result.replaces.map(([name]) => name))];
    return { ...result, replaces, places: result.replaces, changed: Object.keys(result.planned).filter(differs) };
  }

  test("what the engine decides is unknown before the first apply", () => {
    const { planned } = create(resource, minimal);
    for (const name of ["id", "hostname", "env", "labels", "healthcheck", "network_data", "runtime", "shm_size"]) {
      expect([name, planned[name]]).toEqual([name, UNKNOWN]);
    }
  });

  test("defaults are planned", () => {
    expect(create(resource, minimal).planned).toMatchObject({ network_mode: "bridge", must_run: true, restart: "no" });
  });

  test.each<[string, ValueMap, ValueMap, string[], string[]]>([
    ["a new name replaces", {}, { name: "d" }, ["name"], ["name"]],
    ["a restart policy changes in place", {}, { restart: "always" }, ["restart"], []],
    ["labels that are taken out stay", { labels: [{ label: "a", value: "b" }] }, {}, [], []],
    ["a changed label replaces", { labels: [label("a", "b")] }, { labels: [label("a", "c")] }, ["labels"], ["labels"]],
    ["environment that is taken out stays", { env: ["A=1"] }, {}, [], []],
    ["an order of a set means nothing", { env: ["A=1", "B=2"] }, { env: ["B=2", "A=1"] }, [], []],
    ["an order of a command does", { command: ["a", "b"] }, { command: ["b", "a"] }, ["command"], ["command"]],
    ["a port that is taken out replaces", { ports: [{ internal: 80 }] }, {}, ["ports"], ["ports"]],
    ["an order of ports means nothing", { ports: [port(80), port(53)] }, { ports: [port(53), port(80)] }, [], []],
    ["zero is the same as nothing", { memory: 0 }, {}, [], []],
    ["a user that is taken out stays", { user: "nobody" }, {}, [], []],
    ["a mount's source alone changes in place", { mounts: [mount("/a")] }, { mounts: [mount("/b")] }, ["mounts"], []],
    [
      "a second mount replaces",
      { mounts: [mount("/a")] },
      { mounts: [mount("/a"), mount("/b")] },
      ["mounts"],
      ["mounts"],
    ],
  ])("%s", (_, before, after, changed, replaces) => {
    const result = change(before, after);
    expect({ changed: result.changed, replaces: result.replaces }).toEqual({ changed, replaces });
  });

  test("what forces a new object is told with its place", () => {
    const moved = change({ ports: [port(53), port(80)] }, { ports: [port(53), { internal: 80, external: 19999 }] });
    expect(moved.places).toEqual([["ports", 1, "external"]]);
    expect(change({ ports: [port(53), port(80)] }, { ports: [port(53)] }).places).toEqual([["ports"]]);
    expect(change({ ulimit: [limit(1)] }, { ulimit: [limit(2)] }).places).toEqual([["ulimit"]]);
  });

  test("an empty address of a port is any of IPv4", () => {
    const { planned } = create(resource, { ...minimal, ports: [{ internal: 80, ip: "" }] });
    expect(planned["ports"]).toEqual([expect.objectContaining({ ip: "0.0.0.0" })]);
    expect(change({ ports: [{ internal: 80, ip: "" }] }, { ports: [{ internal: 80 }] }).changed).toEqual([]);
  });

  test("an unknown name of a network replaces, since it may be another", () => {
    const before = { networks_advanced: [{ name: "n" }] };
    expect(change(before, { networks_advanced: [{ name: UNKNOWN }] }).replaces).toEqual(["networks_advanced"]);
  });

  test("a collection with something unknown in it is unknown as a whole", () => {
    const config = { ...minimal, log_opts: { a: "1", b: UNKNOWN }, dns: ["1.1.1.1", UNKNOWN], command: ["a", UNKNOWN] };
    expect(create(resource, config).planned).toMatchObject({ log_opts: UNKNOWN, dns: UNKNOWN, command: UNKNOWN });
  });

  test("a set that the engine may decide stays while it is unknown, others do not", () => {
    const before = { env: ["A=1"], dns: ["1.1.1.1"] };
    expect(change(before, { env: UNKNOWN, dns: UNKNOWN })).toMatchObject({ changed: ["dns"], replaces: ["dns"] });
    expect(change(before, { ...before, env: ["B=2", UNKNOWN] })).toMatchObject({ changed: ["env"], replaces: ["env"] });
  });

  test("an entry of a map that is null is none", () => {
    expect(change({ log_opts: { a: "1" } }, { log_opts: { a: "1", b: null } }).changed).toEqual([]);
  });

  test("elements of a set that mean the same are one", () => {
    const { planned } = create(resource, { ...minimal, devices: [device(""), device(null)] });
    expect(planned["devices"]).toHaveLength(1);
  });

  test("what the engine filled in is not taken out again", () => {
    const drift = { network_data: [{ network_name: "bridge" }], log_opts: {}, dns: [] } satisfies ValueMap;
    expect(change({}, {}, drift).changed).toEqual([]);
  });
});

function label(name: string, value: string): Value {
  return { label: name, value };
}

function device(permissions: Value): Value {
  return { host_path: "/dev/null", container_path: null, permissions };
}

function limit(soft: number): Value {
  return { name: "nofile", soft, hard: 10 };
}

function port(internal: number): Value {
  return { internal, external: 19000 + internal };
}

function mount(source: string): Value {
  return { type: "bind", source, target: `${source}-inside` };
}

describe("plans of an image", () => {
  test("other timeouts are no change by themselves, and are taken over with one", () => {
    const resource = dockerProvider.resources["docker_image"] as Resource;
    const { block } = resource.schema;
    const timeouts = (create: string) => ({ create, update: null, delete: null });
    const { state } = create(resource, { name: "i", timeouts: timeouts("1m") });
    const after = (config: ValueMap) =>
      plan(resource.schema, resource.behaviours, state, proposedNew(block, state, config)).planned;
    expect(after({ name: "i", timeouts: timeouts("2m") })).toEqual(state);
    expect(after({ name: "i", timeouts: timeouts("2m"), keep_locally: true })).toMatchObject({
      keep_locally: true,
      timeouts: timeouts("2m"),
    });
  });
});

describe("plans of a null resource", () => {
  const planned = (before: Value, after: Value) =>
    nullProvider.resources["null_resource"]?.plan?.({ id: "1", triggers: before }, { triggers: after });

  test.each<[Value, Value, Path[]]>([
    [null, null, []],
    [{ a: "1" }, { a: "1" }, []],
    [{ a: "1" }, { a: "2" }, [["triggers"]]],
    [{ a: "1" }, { a: UNKNOWN }, [["triggers"]]],
    [{ a: "1" }, null, [["triggers"]]],
    [{}, null, []],
    [null, {}, []],
    [{ a: "1" }, { a: "1", b: null }, []],
    [null, UNKNOWN, []],
  ])("%j becomes %j", (before, after, replaces) => {
    expect(planned(before, after)).toEqual({ planned: { id: "1", triggers: after }, replaces });
  });
});
