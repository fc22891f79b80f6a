import { parseEvent } from "../../lib/terraform/events";

/** Lines of `terraform apply -json`, as Terraform 1.11 prints them. */
const line = (type: string, more: object): string =>
  JSON.stringify({
    "@level": "info",
    "@message": "for people",
    "@module": "terraform.ui",
    "@timestamp": "2026-11-21T10:37:20.000000Z",
    type,
    ...more,
  });
const resource = (addr: string) => ({
  addr,
  module: "",
  resource: addr,
  implied_provider: "docker",
  resource_type: "docker_container",
  resource_name: "web",
  resource_key: null,
});

test.each([
  [
    "a start",
    line("apply_start", { hook: { resource: resource("docker_container.web"), action: "create" } }),
    { kind: "start", address: "docker_container.web", action: "create", seconds: 0 },
  ],
  [
    "an end",
    line("apply_complete", {
      hook: {
        resource: resource("docker_container.web"),
        action: "create",
        id_key: "id",
        id_value: "4cc0",
        elapsed_seconds: 1,
      },
    }),
    { kind: "done", address: "docker_container.web", action: "create", seconds: 1 },
  ],
  [
    "a failure",
    line("apply_errored", {
      hook: { resource: resource("null_resource.checks"), action: "create", elapsed_seconds: 10 },
    }),
    { kind: "failed", address: "null_resource.checks", action: "create", seconds: 10 },
  ],
  [
    "a destruction",
    line("apply_start", {
      hook: { resource: resource("docker_network.lan"), action: "delete", id_key: "id", id_value: "9f" },
    }),
    { kind: "start", address: "docker_network.lan", action: "delete", seconds: 0 },
  ],
  [
    "an error of a resource",
    line("diagnostic", {
      "@level": "error",
      diagnostic: {
        severity: "error",
        summary: "local-exec provisioner error",
        detail: "Error running command 'checks': exit status 1. Output: …",
        address: "null_resource.checks",
        range: {
          filename: "cdk.tf.json",
          start: { line: 1, column: 1, byte: 0 },
          end: { line: 1, column: 2, byte: 1 },
        },
      },
    }),
    {
      kind: "error",
      summary: "local-exec provisioner error",
      detail: "Error running command 'checks': exit status 1. Output: …",
      address: "null_resource.checks",
    },
  ],
  [
    "an error of the whole",
    line("diagnostic", { diagnostic: { severity: "error", summary: "Error acquiring the state lock" } }),
    { kind: "error", summary: "Error acquiring the state lock", detail: "", address: undefined },
  ],
])("%s is told", (_name, text, event) => {
  expect(parseEvent(text)).toEqual(event);
});

test.each([
  ["a warning", line("diagnostic", { diagnostic: { severity: "warning", summary: "Deprecated", detail: "" } })],
  ["the version", line("version", { terraform: "1.11.4", ui: "1.2" })],
  ["a plan", line("planned_change", { change: { resource: resource("docker_container.web"), action: "create" } })],
  [
    "a sign of life",
    line("apply_progress", {
      hook: { resource: resource("null_resource.checks"), action: "create", elapsed_seconds: 10 },
    }),
  ],
  ["a summary", line("change_summary", { changes: { add: 6, change: 0, import: 0, remove: 0, operation: "apply" } })],
  ["outputs", line("outputs", { outputs: { lab: { sensitive: true, action: "create" } } })],
  [
    "a provisioner's line",
    line("provision_progress", {
      hook: { resource: resource("null_resource.checks"), provisioner: "local-exec", output: "x" },
    }),
  ],
  ["a start of nothing", line("apply_start", { hook: { action: "create" } })],
  ["a provider's stray print", "2026/11/21 connecting …"],
  ["half a line", '{"@level":"info","type":"apply_st'],
  ["no object", '"apply_start"'],
  ["nothing", ""],
  ["a name that objects have anyway", line("constructor", { hook: { resource: resource("a.b") } })],
])("%s is not", (_name, text) => {
  expect(parseEvent(text)).toEqual({ kind: "other" });
});

test("the plan's summary is the end of planning", () => {
  const text = line("change_summary", { changes: { add: 6, change: 0, import: 0, remove: 0, operation: "plan" } });
  expect(parseEvent(text)).toEqual({ kind: "planned" });
});
