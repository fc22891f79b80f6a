/**
 * Text without what a terminal or XML would take for a command: escape sequences, and control characters other than
 * tabs and line ends. What servers say stands in reports, and must not paint over them.
 */
export function printable(text: string): string {
  return text.replace(ESCAPE_SEQUENCE, "").replace(UNPRINTABLE, "");
}

// eslint-disable-next-line no-control-regex -- that is what they begin with (ECMA-48)
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const UNPRINTABLE = /[^\t\n\u0020-\u007E\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
