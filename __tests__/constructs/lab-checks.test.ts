import { kill } from "../../lib/checks/doing";
import { http, namespace } from "../../lib/checks/vocabulary";
import { HostNetwork } from "../../lib/topology/network";
import { refused } from "../topology/refused";
import { contended, lab, SAID } from "./empty-lab";

test("is refused a step that nobody looks at, does nothing, has a bad name, or one that is taken", () => {
  const made = contended();
  const web = made.addServer("web", { network: HostNetwork.of(made.engine) });
  const step = (name: string, actions = [kill(web)]) => refused(() => made.step(name, { ...SAID, actions }));
  expect(step("hand-over")).toBe('mine.steps: "hand-over" is there already; a step\'s name is given once in a lab');
  expect(step("Hand over")).toBe(
    'mine.steps: name of step "Hand over": a step\'s name is of lower-case letters, digits and hyphens',
  );
  expect(step("idle", [])).toBe(
    'mine.steps: actions of step "idle": a step does something: it has at least one action',
  );
  made.step("unseen", { ...SAID, actions: [kill(web)] });
  expect(refused(() => made.describe())).toBe(
    'mine.steps: step "unseen" has no check; what a step leads to is looked at',
  );
});

test.each([
  ["web/answers", 'mine.checks: "web/answers" is there already; a check\'s id is given once in a lab'],
  [
    "Web answers",
    'mine.checks: id of mine/Web answers is "mine/Web answers"; an id is a name, or a server\'s and a name with a slash between, of lower-case letters, digits and hyphens',
  ],
  [
    "a/b/c",
    'mine.checks: id of mine/a/b/c is "mine/a/b/c"; an id is a name, or a server\'s and a name with a slash between, of lower-case letters, digits and hyphens',
  ],
])("check id %s", (id, message) => {
  const made = lab();
  const web = made.addServer("web", { network: HostNetwork.of(made.engine) });
  made.check("web/answers", http(web).answers(), SAID);
  expect(
    refused(() => {
      made.check(id, http(web).answers(), SAID);
    }),
  ).toBe(message);
});

test.each(["A0", "A16", "B0", "B23", "C1", "A01", "a1", ""])("claim %j, which nobody made", (claim) => {
  const made = lab();
  const web = made.addServer("web", { network: HostNetwork.of(made.engine) });
  const act = (): void => {
    made.check("x", namespace("net", web).isEngines(), { ...SAID, claim: ["A1", claim] });
  };
  expect(refused(act)).toBe(
    `mine.checks: claims.1 of mine/x is ${JSON.stringify(claim)}; a claim is A1 to A15 or B1 to B22`,
  );
});

test("a check that does not say what holds, or why", () => {
  const made = lab();
  const probe = http(made.addServer("web", { network: HostNetwork.of(made.engine) })).answers();
  expect(
    refused(() => {
      made.check("x", probe, { what: "", why: "because" });
    }),
  ).toBe('mine.checks: what of mine/x is ""; what holds is said in one short sentence');
  expect(
    refused(() => {
      made.check("x", probe, { what: "it holds", why: "" });
    }),
  ).toBe('mine.checks: why of mine/x is ""; why it holds is said for someone who learns');
});
