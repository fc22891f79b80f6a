import { Testing } from "cdktf";
import { createApp, nestedHost } from "../../lib/labs";
import type { DeployedLab } from "../../lib/checks/deployed";
import { Subnet } from "../../lib/topology/subnet";
import { refused } from "../topology/refused";
import { SETTINGS } from "./synthesized";

function described(environment: NodeJS.ProcessEnv = {}): DeployedLab[] {
  return createApp(environment, SETTINGS, Testing.app().outdir, [nestedHost]).labs.map((lab) => lab.describe());
}

const host = (environment: NodeJS.ProcessEnv = {}): DeployedLab | undefined =>
  described(environment).find(({ id }) => id === "nested");

test("the throw-away host is one engine on a LAN of its own, and nothing else", () => {
  expect(host()).toMatchObject({
    engines: [{ name: "host", container: "lab-nested-host", address: "10.73.0.10" }],
    networks: [{ name: "lab-nested-lan", subnet: "10.73.0.0/24" }],
    servers: [],
    checks: [],
  });
});

test("no lab's own subnet is its LAN's: labs on it have their routes there too", () => {
  const others = described().filter(({ id }) => id !== "nested");
  const subnets = others.flatMap(({ topology }) => topology?.networks ?? []).flatMap(({ subnet }) => subnet ?? []);
  expect(subnets.length).toBeGreaterThan(10);
  const lan = Subnet.observed("10.73.0.0/24");
  expect(subnets.filter((one) => Subnet.observed(one)?.overlaps(lan as Subnet))).toEqual([]);
});

test("LAB_NESTED_SUBNET is the LAN's subnet", () => {
  expect(host({ LAB_NESTED_SUBNET: "10.99.0.0/24" })?.engines?.[0]?.address).toBe("10.99.0.10");
  expect(refused(() => host({ LAB_NESTED_SUBNET: "10.99.0.1/24" }))).toContain("has host bits set");
});
