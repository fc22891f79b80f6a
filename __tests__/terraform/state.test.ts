import { mkdirSync, writeFileSync } from "fs";
import { join } from "path";
import { readState } from "../../lib/terraform/state";
import { Unfit } from "../../lib/topology/refusal";
import { HOST_LAB } from "../checks/worlds";
import { temporaryFolders } from "./temporary";

const newFolder = temporaryFolders();
const FILE = "terraform.host.tfstate";

function stateFile(content: string | object): string {
  const file = join(newFolder(), FILE);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  return file;
}

const resource = (type: string, name: string, attributes: object) => ({
  mode: "managed",
  type,
  name,
  provider: 'provider["registry.terraform.io/kreuzwerker/docker"]',
  instances: [{ schema_version: 2, attributes, sensitive_attributes: [], private: "bnVsbA==" }],
});
const STATE = {
  version: 4,
  terraform_version: "1.11.4",
  serial: 7,
  lineage: "7c3a8a0e-4c8f-9d7a-0d0d-1d2f3a4b5c6d",
  outputs: { lab: { value: HOST_LAB, type: ["object", {}], sensitive: true } },
  resources: [
    resource("docker_container", "web", { id: "4cc0", name: "lab-host-web" }),
    resource("docker_network", "lan", { id: "9f", name: "lab-host-lan" }),
    resource("docker_image", "image", { id: "sha256:1", name: "nginx" }),
    resource("null_resource", "checks", { id: "123", triggers: {} }),
  ],
  check_results: null,
};

test("says what was deployed, and which names are the lab's own", async () => {
  expect(await readState(stateFile(STATE), "host")).toEqual({
    lab: HOST_LAB,
    empty: false,
    names: ["lab-host-web", "lab-host-lan"],
  });
});

test("after a destroy nothing is in it", async () => {
  const state = { ...STATE, serial: 9, outputs: {}, resources: [] };
  expect(await readState(stateFile(state), "host")).toEqual({ lab: undefined, empty: true, names: [] });
});

test("of a deploy that did not get far, the names are known", async () => {
  const [web] = STATE.resources;
  const state = { ...STATE, outputs: {}, resources: [web, { ...web, name: "next", instances: [] }] };
  expect(await readState(stateFile(state), "host")).toEqual({ lab: undefined, empty: false, names: ["lab-host-web"] });
});

test("a lab as another version of the program described it is unknown, its resources are not", async () => {
  const outputs = { lab: { value: { ...HOST_LAB, schema: "lab/0" } } };
  expect(await readState(stateFile({ ...STATE, outputs }), "host")).toMatchObject({
    lab: undefined,
    empty: false,
    names: ["lab-host-web", "lab-host-lan"],
  });
});

test("no file, and an empty file, are no state", async () => {
  const nothing = { lab: undefined, empty: true, names: [] };
  expect(await readState(join(newFolder(), FILE), "host")).toEqual(nothing);
  expect(await readState(stateFile(""), "host")).toEqual(nothing);
  expect(await readState(stateFile("\n"), "host")).toEqual(nothing);
});

const remedy =
  "\n  Put its backup back (cp terraform.host.tfstate.backup terraform.host.tfstate), or give the state up:" +
  " npx lab down host --force removes what carries the lab's labels, and sets the file aside";
test.each([
  ["cut off", JSON.stringify(STATE).slice(0, 200), /: (?:Unterminated string|Expected|Unexpected).*/],
  ["no JSON", "<<<<<<< HEAD", /: Unexpected token .*/],
  ["of another form", "[]", /: it is JSON, but not a Terraform state of version 4/],
  ["of another version", { ...STATE, version: 3 }, /: it is JSON, but not a Terraform state of version 4/],
  ["null", "null", /: it is JSON, but not a Terraform state of version 4/],
])("a state that is %s is refused, with what can be done", async (_name, content, why) => {
  const problem: unknown = await readState(stateFile(content), "host").catch((reason: unknown) => reason);
  expect(problem).toBeInstanceOf(Unfit);
  const { reason, message } = problem as Unfit;
  expect(reason).toMatch(/^the state of lab host cannot be read: terraform\.host\.tfstate: /);
  expect(reason).toMatch(why);
  expect(message).toBe(reason + remedy);
});

test("what cannot be opened at all is no empty state", async () => {
  const folder = join(newFolder(), FILE);
  mkdirSync(folder);
  await expect(readState(folder, "host")).rejects.toMatchObject({ code: "EISDIR" });
});
