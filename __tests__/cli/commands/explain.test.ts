import type { Check } from "../../../lib/checks/check";
import { FACTS } from "../../../lib/checks/facts";
import { coverage } from "../../../lib/cli/commands/checks";
import { explained } from "../../../lib/cli/commands/explain";

const CHECK: Check = {
  id: "ipvlan/web/no-embedded-resolver",
  what: "there is no embedded resolver",
  why: "Nobody has made one.",
  claims: ["A9"],
  facts: ["I7"],
  needs: [{ since: "28" }, { kernel: "ipvlan" }],
  tags: ["slow"],
  probe: { kind: "inspect", container: "lab-ipvlan-web", expectation: "nothing-published" },
};

test("a check as a lesson: what, why, on which engines, what to type, and where it comes from", () => {
  expect(explained(CHECK)).toBe(`\
there is no embedded resolver

Nobody has made one.

expected   no port mapping
from       the host
see it     docker inspect lab-ipvlan-web
holds on   what has Engine 28 or newer, a kernel with ipvlan; elsewhere it is skipped
fact I7    ipvlan: kernel without ipvlan: network create succeeds, container start fails
claim A9   host mode uses the host's DNS settings, unlike the default bridge, where Docker provides a resolver
           today: the default bridge has no resolver either; user-defined networks have
tags       slow, ipvlan, web, inspect, from-host`);
});

test("what needs nothing holds on every engine", () => {
  const plain = { ...CHECK, facts: [], needs: [] };
  expect(explained(plain)).toContain("holds on   every engine");
  expect(explained(plain)).not.toContain("fact ");
});

test("how much checks cover, each claim and fact counted once", () => {
  expect(coverage([CHECK, { ...CHECK, id: "x/y", facts: ["I7", "H1"] }])).toBe(
    `2 checks; they are about 1 of 37 claims, and show 2 of ${String(Object.keys(FACTS).length)} facts of the catalogue`,
  );
});
