import { wantedReports } from "../../lib/cli/reports";
import { refused } from "../topology/refused";

test("reports are wanted by form and file, several at once", () => {
  expect(wantedReports("json")).toEqual([{ format: "json", target: "-" }]);
  expect(wantedReports("junit:a:b.xml,tap:-")).toEqual([
    { format: "junit", target: "a:b.xml" },
    { format: "tap", target: "-" },
  ]);
  expect(wantedReports("tap:x", wantedReports("json:-"))).toHaveLength(2);
});

test("an unknown form is refused with the nearest, two reports on one output with the way out", () => {
  expect(refused(() => wantedReports("junt:out.xml"))).toBe(
    '--report: "junt:out.xml" is no report; one is FORM:FILE, with a form of text, json, junit, tap, markdown: junit:out.xml',
  );
  expect(refused(() => wantedReports("json,tap:-"))).toContain("the standard output takes one report");
});
