/**
 * One argument as a person types it into a POSIX shell: single-quoted where the shell would otherwise read something
 * into it. The program itself runs argument lists, never such a line.
 */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A program and its arguments as a person types them. */
export function typed(argv: readonly string[]): string {
  return argv.map(quoted).join(" ");
}
