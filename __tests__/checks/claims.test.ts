import { ClaimId } from "../../lib/checks/check";
import { checksOf } from "../../lib/checks/deployed";
import { CLAIMS, ledger } from "../../lib/checks/claims";
import { createApp } from "../../lib/labs";
import { SETTINGS } from "../labs/synthesized";

test("every claim that a check may name stands in the ledger exactly once", () => {
  const ids = CLAIMS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(ClaimId.safeParse(id).success).toBe(true);
  const possible = ["A", "B"].flatMap((source) => Array.from({ length: 30 }, (_, n) => `${source}${String(n)}`));
  expect(possible.filter((id) => ClaimId.safeParse(id).success).sort()).toEqual([...ids].sort());
});

test("a claim is held by the checks that name it, outdated where engines differ, and else has no check yet", () => {
  const entries = ledger([
    { id: "host/web/owner", claims: ["A13"] },
    { id: "bridge/plain/no-embedded-resolver", claims: ["A9"] },
  ]);
  const standing = (id: string): unknown => entries.find((entry) => entry.id === id);
  expect(standing("A13")).toMatchObject({ standing: "held", proof: ["host/web/owner"] });
  expect(standing("A9")).toMatchObject({ standing: "outdated", proof: ["bridge/plain/no-embedded-resolver"] });
  expect(standing("B16")).toMatchObject({ standing: "no check yet", proof: [] });
});

test("where only some engines differ, a claim is outdated by the check that shows it, and held by the others", () => {
  const open = { id: "bridge/web-2/direct-open", claims: ["B4"] };
  const closed = { id: "bridge/web-2/direct-closed", claims: ["B4"] };
  const lacking = "the host's FORWARD policy is not that";
  const standing = (...checks: Parameters<typeof ledger>[0]): unknown => ledger(checks).find(({ id }) => id === "B4");
  expect(standing(open, { ...closed, lacking })).toMatchObject({ standing: "outdated", proof: [open.id] });
  expect(standing({ ...open, lacking }, closed)).toMatchObject({ standing: "held", proof: [closed.id] });
});

test("a claim that no check of a lab can prove says why, and is never held for it", () => {
  const a15 = ledger([]).find(({ id }) => id === "A15");
  expect(a15).toMatchObject({ standing: "not testable here", proof: [] });
  expect(a15?.untestable).toContain("virtual machine");
});

test("a claim whose checks would all be skipped here is not held for them, and says why", () => {
  const l2 = { id: "ipvlan/l2", claims: ["B20"], lacking: "the kernel lacks ipvlan" };
  const standing = (...checks: Parameters<typeof ledger>[0]): unknown => ledger(checks).find(({ id }) => id === "B20");
  expect(standing(l2, { ...l2, id: "ipvlan/l3" })).toMatchObject({
    standing: "not testable here",
    untestable: "the kernel lacks ipvlan",
    proof: [],
  });
  expect(standing(l2, { id: "ipvlan/refused", claims: ["B20"] })).toMatchObject({
    standing: "held",
    proof: ["ipvlan/refused"],
  });
});

test("the labs prove what they say they prove", () => {
  const { labs } = createApp({}, SETTINGS);
  const entries = ledger(labs.flatMap((lab) => checksOf(lab.describe())));
  const proven = entries.filter(({ proof }) => proof.length > 0).map(({ id }) => id);
  expect(proven).toEqual(
    "A1 A2 A3 A4 A5 A7 A8 A9 A10 A11 A12 A13 A14 B1 B2 B3 B4 B5 B6 B7 B8 B9 B11 B12 B13 B14 B15 B16 B17 B18 B19 B20 B21".split(
      " ",
    ),
  );
});
