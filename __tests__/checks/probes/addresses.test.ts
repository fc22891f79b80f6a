import { toShell } from "../../../lib/checks/command";
import { commandsOf, expectedOf, judge, needsOf } from "../../../lib/checks/probes";
import { AddressesProbe } from "../../../lib/checks/probes/addresses";
import { HOST } from "../../../lib/checks/vantage";
import { findings } from "../findings";
import { CONTAINER, LO } from "../ip";

const from = { kind: "namespace", container: "lab-x-one" } as const;
const exactly: AddressesProbe = {
  kind: "addresses",
  from,
  expectation: "exactly",
  addresses: ["10.77.0.2", "127.0.0.1"],
};
const has: AddressesProbe = { kind: "addresses", from, expectation: "has", address: "10.77.0.2" };
const lacks: AddressesProbe = { kind: "addresses", from, expectation: "lacks", address: "10.77.0.9" };
const within: AddressesProbe = { kind: "addresses", from, expectation: "within", subnet: "10.77.0.0/27" };
const judged = (probe: AddressesProbe, shown: unknown) =>
  judge(probe, findings({ addresses: { stdout: JSON.stringify(shown) } }));

test("runs ip as a person can, and says what it expects", () => {
  expect(commandsOf(has).map(({ command }) => toShell(command))).toEqual([
    `nsenter -t "$(docker inspect -f '{{.State.Pid}}' lab-x-one)" -n ip -j -4 addr show`,
  ]);
  expect([exactly, has, lacks, within].map(expectedOf)).toEqual([
    "the addresses 10.77.0.2, 127.0.0.1, and no other",
    "the address 10.77.0.2",
    "other addresses than 10.77.0.9",
    "an address in 10.77.0.0/27",
  ]);
  expect([needsOf(has), needsOf({ ...has, from: HOST })]).toEqual([["root"], []]);
});

test.each([exactly, has, lacks, within])("passes where they are as expected", (probe) => {
  expect(judged(probe, CONTAINER)).toEqual({ verdict: "pass", actual: "127.0.0.1, 10.77.0.2" });
});

test.each<[AddressesProbe, unknown, string, string]>([
  [exactly, [LO], "127.0.0.1", "10.77.0.2 is missing"],
  [{ ...exactly, addresses: ["127.0.0.1"] }, CONTAINER, "127.0.0.1, 10.77.0.2", "10.77.0.2 is not expected"],
  [has, [LO], "127.0.0.1", "no interface there has 10.77.0.2: another network, or another mode"],
  [{ ...lacks, address: "10.77.0.2" }, CONTAINER, "127.0.0.1, 10.77.0.2", "10.77.0.2 should belong to somebody else"],
  [
    { ...within, subnet: "10.77.0.64/27" },
    CONTAINER,
    "127.0.0.1, 10.77.0.2",
    "no address there lies in 10.77.0.64/27: it was given from another range",
  ],
])("fails where they are not", (probe, shown, actual, meaning) => {
  expect(judged(probe, shown)).toMatchObject({ verdict: "fail", actual, meaning });
});

test.each([exactly, has, lacks, within])("is no verdict where ip does not tell", (probe) => {
  expect(judged(probe, [])).toMatchObject({ verdict: "error" });
  expect(judged(probe, "nonsense")).toMatchObject({ verdict: "error" });
  expect(judge(probe, findings({ addresses: { exit: 1, stderr: "Cannot open netlink socket\n" } }))).toMatchObject({
    verdict: "error",
    actual: "ip exit 1: Cannot open netlink socket",
  });
});
