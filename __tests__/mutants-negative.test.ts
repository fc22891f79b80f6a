import { Testing } from "cdktf";
import { checksOf } from "../lib/checks/deployed";
import { createApp } from "../lib/labs";
import { roundsOf } from "./e2e/mutants/negative";
import type { Saboteur } from "./e2e/mutants/saboteur";
import { SETTINGS } from "./labs/synthesized";

const { labs } = createApp({}, SETTINGS, Testing.app().outdir);

function rounds(id: string, saboteurs: readonly Saboteur[] = []): Record<string, string[]> {
  const stack = labs.find(({ lab }) => lab.id === id);
  const found = roundsOf(stack === undefined ? [] : checksOf(stack.describe()), { saboteurs });
  return Object.fromEntries(found.map(({ name, ids }) => [name, ids.map((one) => one.replace(`${id}/`, ""))]));
}

test("the targets are stopped together, but for those whom others need", () => {
  expect(rounds("isolation")).toMatchObject({
    "lab-isolation-west-1, lab-isolation-vault-1, lab-isolation-stranger-2 stopped": [
      "east-1/not-west",
      "east-1/no-name-of-west",
      "vault-1/not-reached-from-east",
      "stranger-1/not-its-neighbour",
      "connect/others-still-not",
      "disconnect/dropped-again",
    ],
    "lab-isolation-east-1 stopped": ["west-1/not-east", "vault-1/no-way-out", "vault-1/way-out-closed"],
  });
});

test("who asks, and who is the control, is not stopped; nor who has ended anyway", () => {
  expect(rounds("bridge")["lab-bridge-plain stopped"]).toBeUndefined();
  expect(rounds("bridge")["lab-bridge-web-2, lab-bridge-plain stopped"]).toEqual([
    "web-2/direct-closed",
    "web-2/direct-guarded",
    "plain/not-outside",
    "plain/no-service-outside",
  ]);
  expect(Object.keys(rounds("port-conflict"))).toEqual(["curl gone from wherever they ask"]);
});

test("curl is taken from those who ask by it, unless somebody does so already", () => {
  expect(rounds("none")["curl gone from wherever they ask"]).toEqual(["alone/reaches-nobody", "unplug/reaches-nobody"]);
  const already: Saboteur = {
    name: "curl is gone from the host",
    sabotage: () => Promise.resolve(),
    red: { "alone/reaches-nobody": ["error", /curl/], "unplug/reaches-nobody": ["error", /curl/] },
  };
  expect(Object.keys(rounds("none", [already]))).toEqual(["lab-none-neighbour stopped"]);
});

test("whom a resolver does not answer is who asks one: by a name, in a container", () => {
  expect(rounds("dns")["no resolver asked"]).toEqual(["client/unknown-name", "stop-web-2/name-is-gone"]);
  expect(rounds("isolation")["no resolver asked"]).toEqual(["east-1/no-name-of-west"]);
  expect(rounds("default-bridge")["no resolver asked"]).toBeUndefined();
});
