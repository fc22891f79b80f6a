import { DeployedLab } from "../../lib/checks/deployed";
import { http } from "../../lib/checks/vocabulary";
import { unescaped } from "../../lib/constructs/unescaped";
import { HostNetwork } from "../../lib/topology/network";
import { contended, full, lab, manyModes, SAID, synthesized } from "./empty-lab";

const stack = synthesized(full());

test("the lab describes itself to those who come later", () => {
  const { value, sensitive } = stack.output["lab"] ?? { value: undefined };
  const described = DeployedLab.parse(unescaped(value));
  expect(described).toEqual(full().describe());
  expect(described).toMatchObject({ id: "mine", hostMode: true, image: "nginx:${tag}" });
  expect(described.servers.map(({ name, ports, url }) => [name, ports, url])).toEqual([
    ["web", [8081], "http://127.0.0.1:8081/"],
    ["one", [{ port: 443, on: "127.0.0.1" }, 8090], "http://127.0.0.1:443/"],
    ["two", [], undefined],
  ]);
  expect(described.checks.map(({ id, claims }) => [id, claims])).toEqual([
    ["mine/web/answers", ["A4", "A11"]],
    ["mine/publisher", ["B7"]],
  ]);
  expect(sensitive).toBe(true);
});

test("each server has a story, by its mode", () => {
  const made = manyModes();
  expect(made.describe().servers.map(({ story }) => story)).toEqual([
    'nginx "owner" on network lan (10.90.0.0/24) and network vault (10.91.0.0/24), port 80',
    'nginx "joiner" lives in the network namespace of "owner", port 81',
    'nginx "alone" has no network but its own loopback interface',
  ]);
});

test("remote machines are described to those who come later", () => {
  const made = lab();
  const web = made.addServer("web", { network: HostNetwork.of(made.engine), port: 8081 });
  const remote = made.addRemoteMachine("remote", { subnet: "198.18.4.8/29" });
  made.check("from-outside", http(web).from(remote).answers(), SAID);
  expect(made.describe().remotes).toEqual([
    {
      name: "remote",
      container: "lab-mine-remote",
      subnet: "198.18.4.8/29",
      address: "198.18.4.10",
      hostAddress: "198.18.4.9",
      wire: `wire-${remote.token}`,
    },
  ]);
});

test("what an older version says of a lab, without remote machines, is understood", () => {
  const { remotes, ...older } = full().describe();
  expect(DeployedLab.parse(older)).toMatchObject({ remotes });
});

test("steps are described with their checks", () => {
  const described = DeployedLab.parse(unescaped(synthesized(contended()).output["lab"]?.value));
  expect(described).toEqual(contended().describe());
  expect(described.servers.map(({ ports, losesPortTo }) => [ports, losesPortTo])).toEqual([
    [[8081], undefined],
    [[], "first"],
  ]);
  expect(described.steps.map(({ name, checks }) => [name, checks.map(({ id }) => id)])).toEqual([
    ["hand-over", ["mine/hand-over/second"]],
  ]);
});
