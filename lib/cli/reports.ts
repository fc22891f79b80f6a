import type { CheckRecord } from "../checks/record";
import { type Format, FORMATS } from "../report/formats";
import { writeWhole } from "../terraform/files";
import { nearest } from "../topology/nearest";
import { Refusal } from "../topology/refusal";
import type { Session } from "./session";

/** A report that is wanted: in which form, and where to. */
export interface WantedReport {
  readonly format: Format;
  /** A file, or `-` for the standard output. */
  readonly target: string;
}

/** `--report junit:FILE`, several times or with commas in between; as a variable LAB_REPORT=junit:FILE,json:- */
export function wantedReports(text: string, earlier: readonly WantedReport[] = []): WantedReport[] {
  const wanted = [...earlier, ...text.split(",").map(wantedReport)];
  if (wanted.filter(({ target }) => target === "-").length > 1) {
    throw new Refusal("--report", "the standard output takes one report", "name a file for the others");
  }
  return wanted;
}

function wantedReport(text: string): WantedReport {
  const [, format = "", target = "-"] = /^([^:]*)(?::(.+))?$/.exec(text) ?? [];
  if (format in FORMATS) return { format: format as Format, target };
  const known = Object.keys(FORMATS);
  throw new Refusal(
    "--report",
    `${JSON.stringify(text)} is no report; one is FORM:FILE, with a form of ${known.join(", ")}`,
    `${nearest(format, known) ?? "junit"}:${target}`,
  );
}

/** Writes each report once and whole. Whatever else is said must not go to the standard output when a report does. */
export async function writeReports(
  session: Session,
  wanted: readonly WantedReport[],
  records: readonly CheckRecord[],
): Promise<void> {
  for (const { format, target } of wanted) {
    const text = FORMATS[format](records);
    if (target === "-") session.print(text.replace(/\n$/, ""));
    else await writeWhole(target, text);
  }
}
