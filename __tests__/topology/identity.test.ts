import { Identity, instanceOf } from "../../lib/topology/identity";
import { checkedName, LONGEST_NAME, LONGEST_PREFIX } from "../../lib/topology/name";
import { refused } from "./refused";

test("an instance belongs to a folder", () => {
  expect(instanceOf("/home/ada/labs")).toMatch(/^[0-9a-f]{8}$/);
  expect(instanceOf("/home/ada/labs")).toBe(instanceOf("/home/ada/labs"));
  expect(instanceOf("/home/ada/labs")).not.toBe(instanceOf("/home/ada/labs2"));
});

test("a token is stable, and differs by instance, lab and server", () => {
  const token = (instance: string, lab: string, server: string): string => new Identity(lab, instance).tokenOf(server);
  expect(token("i1", "bridge", "web-1")).toBe(token("i1", "bridge", "web-1"));
  const tokens = [
    token("i1", "bridge", "web-1"),
    token("i2", "bridge", "web-1"),
    token("i1", "host", "web-1"),
    token("i1", "bridge", "web-2"),
  ];
  expect(new Set(tokens).size).toBe(tokens.length);
});

test("names on the engine start with the prefix", () => {
  expect(new Identity("bridge", "i1").nameOf("web-1")).toBe("lab-bridge-web-1");
  expect(new Identity("bridge", "i1", "mine").nameOf("web-1")).toBe("mine-bridge-web-1");
});

const rule = "a name is lower-case letters, digits and hyphens, and starts with a letter";
test("bad ids and prefixes are refused", () => {
  expect(refused(() => new Identity("Bridge", "i1"))).toBe(`lab: "Bridge" is not a name; ${rule}: bridge`);
  expect(refused(() => new Identity("bridge", "i1", "my lab"))).toBe(
    `LAB_PREFIX: "my lab" is not a name; ${rule}: my-lab`,
  );
  expect(refused(() => new Identity("bridge", "i1", "my-second-checkout"))).toBe(
    'LAB_PREFIX: "my-second-checkout" is 18 characters long; a name has at most 12: my-second-ch',
  );
});

test("the longest names that are accepted together are a DNS label", () => {
  const [prefix, name] = ["p".repeat(LONGEST_PREFIX), "n".repeat(LONGEST_NAME)];
  expect(new Identity(name, "i1", prefix).nameOf(checkedName("name", name)).length).toBeLessThanOrEqual(63);
});
