import fc from "fast-check";
import { checkedName, LONGEST_NAME } from "../../lib/topology/name";
import { Refusal } from "../../lib/topology/refusal";
import { refused } from "./refused";

test.each(["web", "web-1", "a", "a1", "a".repeat(LONGEST_NAME)])("%s is a name", (name) => {
  expect(checkedName("bridge.servers", name)).toBe(name);
});

const rule = "a name is lower-case letters, digits and hyphens, and starts with a letter";
test.each([
  ["$(id)", `bridge.servers: "$(id)" is not a name; ${rule}: id`],
  ["my web", `bridge.servers: "my web" is not a name; ${rule}: my-web`],
  ["Web", `bridge.servers: "Web" is not a name; ${rule}: web`],
  ["web_1", `bridge.servers: "web_1" is not a name; ${rule}: web-1`],
  ["1web", `bridge.servers: "1web" is not a name; ${rule}: web`],
  ["-web-", `bridge.servers: "-web-" is not a name; ${rule}: web`],
  ["web\n", `bridge.servers: "web\\n" is not a name; ${rule}: web`],
  ["../etc", `bridge.servers: "../etc" is not a name; ${rule}: etc`],
  ["wéb", `bridge.servers: "wéb" is not a name; ${rule}: w-b`],
  ["", `bridge.servers: "" is not a name; ${rule}`],
  ["42", `bridge.servers: "42" is not a name; ${rule}`],
  [
    "a-server-with-a-very-long-name",
    'bridge.servers: "a-server-with-a-very-long-name" is 30 characters long; a name has at most 24: a-server-with-a-very-lon',
  ],
  [
    "x".repeat(50),
    `bridge.servers: "${"x".repeat(40)}…" is 50 characters long; a name has at most 24: ${"x".repeat(24)}`,
  ],
])("%j is refused", (name, message) => {
  expect(refused(() => checkedName("bridge.servers", name))).toBe(message);
});

test("what is proposed is a name", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      try {
        return checkedName("name", text) === text;
      } catch (problem) {
        const { nearest } = problem as Refusal;
        return nearest === undefined || checkedName("name", nearest) === nearest;
      }
    }),
  );
});
