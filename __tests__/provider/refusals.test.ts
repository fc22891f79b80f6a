import { dockerProvider } from "../../lib/provider/docker/provider";
import { nullsInLists, validate } from "../../lib/provider/plan/validate";
import type { Diagnostic } from "../../lib/provider/protocol/diagnostic";
import { UNKNOWN, type ValueMap } from "../../lib/provider/protocol/value";

function validated(type: string, config: ValueMap): Diagnostic[] {
  const resource = dockerProvider.resources[type];
  if (resource === undefined) throw new Error(type);
  return validate(resource.schema.block, resource.behaviours, config);
}

const container = { name: "c", image: "i" };

describe("what is not implemented is refused by name and place", () => {
  test.each<[string, ValueMap, string, (string | number)[]]>([
    ["docker_container", { ...container, gpus: "all" }, "gpus", ["gpus"]],
    ["docker_network", { name: "n", ingress: true }, "ingress", ["ingress"]],
  ])("%s %j", (type, config, name, path) => {
    const [found, ...others] = validated(type, config);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      severity: "error",
      summary: `"${name}" is not implemented by the embedded provider`,
      path,
    });
    expect(found?.detail).toContain("use the registry's");
  });

  test("and only when it is set", () => {
    expect(validated("docker_container", { ...container, gpus: null })).toEqual([]);
    expect(validated("docker_container", { ...container, gpus: UNKNOWN })).toEqual([]);
    expect(validated("docker_network", { name: "n", ingress: false })).toEqual([]);
  });
});

describe("values are checked as the real provider does", () => {
  test.each<[ValueMap, string, (string | number)[]]>([
    [
      { restart: "sometimes" },
      "'sometimes' doesn't match the pattern '^(no|on-failure|always|unless-stopped)$'",
      ["restart"],
    ],
    [{ memory: -1 }, "'-1' cannot be lower than 0", ["memory"]],
    [{ memory_swap: -2 }, "'-2' cannot be lower than -1", ["memory_swap"]],
    [{ cpu_set: "a" }, "'a' doesn't match the pattern '^\\d+([,-]\\d+)*$'", ["cpu_set"]],
    [
      { healthcheck: [{ test: ["CMD"], interval: "soon" }] },
      "'soon' is not a valid duration",
      ["healthcheck", 0, "interval"],
    ],
    [
      { healthcheck: [{ test: ["CMD"], timeout: "-1s" }] },
      "'-1s' duration must not be negative",
      ["healthcheck", 0, "timeout"],
    ],
    [{ upload: [{ file: "/f", permissions: "644" }] }, "'644' doesn't match the pattern '^0[0-7]{3}$'", ["upload"]],
    [{ upload: [{ file: "/f", content_base64: "a" }] }, "'a' is not base64 decodeable", ["upload"]],
    [{ volumes: [{ container_path: "/d", host_path: "here" }] }, "'here' must be an absolute path", ["volumes"]],
    [
      { mounts: [{ type: "nfs", target: "/d" }] },
      "'nfs' doesn't match the pattern '^(bind|volume|tmpfs)$'",
      ["mounts"],
    ],
    [{ memory: 1.5 }, "Attribute must be a whole number, got 1.5", ["memory"]],
  ])("%j", (config, summary, path) => {
    expect(validated("docker_container", { ...container, ...config })).toEqual([
      expect.objectContaining({ severity: "error", summary, path }),
    ]);
  });

  test("also in a single block", () => {
    expect(validated("docker_image", { name: "i", timeouts: { create: "soon" } })).toEqual([
      expect.objectContaining({ summary: "'soon' is not a valid duration", path: ["timeouts", "create"] }),
    ]);
  });

  test("of two that exclude each other both cannot be", () => {
    const config = { name: "i", pull_triggers: ["x"], build: [{ context: "." }] };
    expect(validated("docker_image", config)).toEqual([
      expect.objectContaining({ detail: '"build": conflicts with pull_triggers', path: ["build"] }),
    ]);
  });

  test("which are not given, be it as an empty list", () => {
    expect(validated("docker_image", { name: "i", pull_triggers: [], build: [{ context: "." }] })).toHaveLength(1);
    expect(validated("docker_image", { name: "i", pull_triggers: UNKNOWN, build: [{ context: "." }] })).toEqual([]);
    expect(validated("docker_image", { name: "i", pull_triggers: null, build: [{ context: "." }] })).toEqual([]);
  });

  test("unknown values are not judged, nor what stands beside them in one block", () => {
    expect(validated("docker_container", { ...container, restart: UNKNOWN, memory: UNKNOWN })).toEqual([]);
    const upload = [{ file: UNKNOWN }, { file: "/f", permissions: "644" }];
    expect(validated("docker_container", { ...container, upload })).toEqual([]);
  });

  test("what is deprecated is warned about", () => {
    expect(validated("docker_network", { name: "n", check_duplicate: true })).toEqual([
      expect.objectContaining({ severity: "warning", summary: "Argument is deprecated", path: ["check_duplicate"] }),
    ]);
  });

  test("lists with holes are told with their place, sets without", () => {
    const { schema } = dockerProvider.resources["docker_container"] ?? {};
    if (schema === undefined) throw new Error("docker_container");
    const config = {
      ...container,
      env: ["A=1", null],
      command: ["sleep", null],
      healthcheck: [{ test: [null] }],
      networks_advanced: [{ name: "n", aliases: [null] }],
    };
    expect(nullsInLists(schema.block, config).map(({ path }) => path)).toEqual([
      ["command", 1],
      ["env"],
      ["healthcheck", 0, "test", 0],
      ["networks_advanced"],
    ]);
  });
});
