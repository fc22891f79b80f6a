import { type CheckRecord, type Verdict } from "../checks/record";
import { printable } from "./printable";
import { conclusion, failure } from "./text";

const SYMBOL: Readonly<Record<Verdict, string>> = { pass: "✅", fail: "❌", skip: "⏭️", error: "⚠️" };

/** For a pull request or a wiki: a table, and below it in full whatever did not pass. */
export function markdown(records: readonly CheckRecord[]): string {
  const rows = records.map(
    ({ verdict, id, what, claims, actual }) =>
      `| ${SYMBOL[verdict]} ${verdict} | ${cell(id)} | ${cell(what)} | ${claims.join(", ")} | ${cell(actual)} |`,
  );
  const troubles = records.filter(({ verdict }) => verdict === "fail" || verdict === "error");
  return [
    `**${conclusion(records)}**`,
    "",
    "| verdict | check | what holds | claims | what was seen |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    ...troubles.flatMap((record) => ["", "```text", failure(record).replaceAll("```", "'''"), "```"]),
    "",
  ].join("\n");
}

function cell(text: string): string {
  return printable(text)
    .replace(/\s+/g, " ")
    .replace(/[|\\`<]/g, "\\$&");
}
